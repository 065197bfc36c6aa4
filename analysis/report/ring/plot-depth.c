// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of counted cost over reorder depth: of the real QEMU, a panel a ring format. */
#include "plot-depth.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/report/csv.h"
#include "analysis/report/plots.h"
#include "costs.h"
#include "rings.h"

/* In order is depth 0, which no logarithmic axis has. */
#define IN_ORDER_AT 0.1

/* Of the height of a panel, what a label takes. */
#define LABEL_HEIGHT 0.034

/* Orders of one kind make a curve; any other is a point beside it. */
static bool on_curve(const char *order)
{
	return !strcmp(order, "in-order") || g_str_has_prefix(order, "shuffle:");
}

struct point {
	double x, y;
};

struct frame {
	double left, right, bottom, top;
};

static int by_x(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

/* A label's points in a ring, by depth: those of a curve, or the others. */
static GArray *points_of(const struct counted *c, unsigned int label, unsigned int ring, bool curve)
{
	GArray *points = g_array_new(FALSE, FALSE, sizeof(struct point));

	for (unsigned int order = 0; order < c->orders->len; order++) {
		struct point p = {fmax(order_depth(c, ring, order), IN_ORDER_AT),
				  order_cost(c, label, ring, order).value};

		if (on_curve(c->orders->pdata[order]) == curve && p.y > 0)
			g_array_append_val(points, p);
	}
	g_array_sort(points, by_x);
	return points;
}

static GString *rows_of(const GArray *points, struct frame *f)
{
	GString *rows = g_string_new("# depth instructions\n");

	for (unsigned int i = 0; i < points->len; i++) {
		const struct point *p = &g_array_index(points, struct point, i);

		g_string_append_printf(rows, "%.6g %.6g\n", p->x, p->y);
		f->left = fmin(f->left, p->x);
		f->right = fmax(f->right, p->x);
		f->bottom = fmin(f->bottom, p->y);
		f->top = fmax(f->top, p->y);
	}
	g_string_append(rows, "NaN NaN\n"); /* gnuplot wants a line */
	return rows;
}

/* The name at the end of a curve: log of where it ends, and of where the name stands. */
struct name {
	unsigned int label;
	double end, y;
};

static int by_end(const void *a, const void *b)
{
	const struct name *p = a, *q = b;

	return p->end < q->end ? -1 : p->end > q->end;
}

/* Moves names that overlap apart, so that they keep the order of their ends. */
static void spread_names(GArray *names, double room)
{
	g_array_sort(names, by_end);
	for (unsigned int pass = 0; pass < 200; pass++) {
		for (unsigned int i = 1; i < names->len; i++) {
			struct name *above = &g_array_index(names, struct name, i);
			struct name *below = above - 1;
			double lack = room - (above->y - below->y);

			if (lack > 0) {
				below->y -= lack / 2;
				above->y += lack / 2;
			}
		}
	}
}

static void put_names(GString *vars, const struct counted *c, unsigned int ring, unsigned int panel,
		      const struct frame *f)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(struct name));

	for (unsigned int i = 0; i < c->labels->len; i++) {
		g_autoptr(GArray) points = points_of(c, i, ring, true);
		struct name name = {.label = i};

		if (!points->len)
			continue;
		name.end = name.y = log(g_array_index(points, struct point, points->len - 1).y);
		g_array_append_val(names, name);
	}
	spread_names(names, LABEL_HEIGHT * log(f->top / f->bottom));
	for (unsigned int i = 0; i < names->len; i++) {
		const struct name *name = &g_array_index(names, struct name, i);
		unsigned int place = panel * c->labels->len + name->label + 1;

		g_string_append_printf(vars, "END_Y[%u] = %.6g\nLABEL_Y[%u] = %.6g\n", place,
				       exp(name->end), place, exp(name->y));
	}
}

/* "1000, 1500, 2000, 3000" */
static void put_tics(GString *vars, const struct frame *f)
{
	static const double steps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7};
	GString *tics = g_string_new(NULL);

	for (double power = pow(10, floor(log10(f->bottom))); power <= f->top; power *= 10)
		for (unsigned int i = 0; i < G_N_ELEMENTS(steps); i++)
			if (steps[i] * power >= f->bottom && steps[i] * power <= f->top)
				g_string_append_printf(tics, "%s%g", tics->len ? ", " : "",
						       steps[i] * power);
	g_string_append_printf(vars, "SET_YTICS = 'set ytics (%s)'\n", tics->str);
	g_string_free(tics, TRUE);
}

static bool write_points(const struct counted *c, unsigned int ring, unsigned int panel,
			 const char *folder, struct frame *f, GError **error)
{
	bool fine = true;

	for (unsigned int i = 0; fine && i < c->labels->len; i++) {
		g_autoptr(GArray) curve = points_of(c, i, ring, true);
		g_autoptr(GArray) others = points_of(c, i, ring, false);
		g_autofree char *name = g_strdup_printf("%u-%u.dat", panel + 1, i + 1);
		g_autofree char *lone = g_strconcat("p", name, NULL);

		fine = plot_write_file(folder, name, rows_of(curve, f), error) &&
		       plot_write_file(folder, lone, rows_of(others, f), error);
	}
	return fine;
}

/* Does any label of this ring have a curve, of two depths at least? */
static bool has_curve(const struct counted *c, unsigned int ring)
{
	for (unsigned int i = 0; i < c->labels->len; i++) {
		g_autoptr(GArray) points = points_of(c, i, ring, true);

		if (points->len > 1 &&
		    g_array_index(points, struct point, 0).x <
			    g_array_index(points, struct point, points->len - 1).x)
			return true;
	}
	return false;
}

static const struct counted *find_counted(const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; w->counted && ring < w->counted->rings->len; ring++)
			if (has_curve(w->counted, ring))
				return w->counted;
	}
	return NULL;
}

bool has_depth_plot(const struct results *r)
{
	return find_counted(r) != NULL;
}

static void put_caption(GString *vars, const struct counted *c)
{
	g_autofree char *load =
		g_strdup_printf("%s %s, chains of %" PRIu64 ", ring of %" PRIu64 ", %" PRIu64
				" in flight; QEMU %s; "
				"by callgrind (%s), no guest",
				c->device, c->load, c->chain, c->size, c->depth, c->qemu, c->by);

	g_string_append(vars, "RAN_ON = ");
	put_quoted(vars, load);
	g_string_append_c(vars, '\n');
}

static GString *depth_data(const struct counted *c)
{
	GString *csv = g_string_new("ring,order,variant,reorder_depth_mean_elements,"
				    "device_instructions_per_element\n");

	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		for (unsigned int order = 0; order < c->orders->len; order++) {
			for (unsigned int i = 0; i < c->labels->len; i++) {
				csv_text(csv, c->rings->pdata[ring]);
				csv_text(csv, c->orders->pdata[order]);
				csv_text(csv, c->labels->pdata[i]);
				csv_number(csv, order_depth(c, ring, order));
				csv_number(csv, order_cost(c, i, ring, order).value);
				csv_end(csv);
			}
		}
	}
	return csv;
}

static bool write_depth(const struct results *r, const char *folder, GString *vars, GError **error)
{
	const struct counted *c = find_counted(r);
	struct frame f = {HUGE_VAL, 0, HUGE_VAL, 0};
	g_autoptr(GString) titles = g_string_new(NULL);
	unsigned int panels = 0, n;
	bool fine = true;

	if (!c)
		return false;
	n = c->labels->len;
	for (unsigned int ring = 0; fine && ring < c->rings->len; ring++) {
		if (!has_curve(c, ring))
			continue;
		fine = write_points(c, ring, panels++, folder, &f, error);
		g_string_append_printf(titles, "TITLE[%u] = ", panels);
		put_quoted(titles, c->rings->pdata[ring]);
		g_string_append(titles, ".' ring'\n");
	}
	fine = fine && plot_write_file(folder, PLOT_DATA, depth_data(c), error);
	f.bottom /= 1.06;
	f.top *= 1.06;
	put_variants(vars, c->labels);
	put_caption(vars, c);
	g_string_append_printf(vars,
			       "PANELS = %u\nLEFT = %g\nRIGHT = %g\nBOTTOM = %g\nTOP = %g\n"
			       "array TITLE[%u]\narray END_Y[%u]\narray LABEL_Y[%u]\n",
			       panels, f.left, f.right, f.bottom, f.top, panels, panels * n,
			       panels * n);
	for (unsigned int i = 1; i <= panels * n; i++)
		g_string_append_printf(vars, "END_Y[%u] = NaN\nLABEL_Y[%u] = NaN\n", i, i);
	g_string_append(vars, titles->str);
	put_tics(vars, &f);
	for (unsigned int ring = 0, panel = 0; ring < c->rings->len; ring++)
		if (has_curve(c, ring))
			put_names(vars, c, ring, panel++, &f);
	return true;
}

PLOT(counted_depth, "counted-depth", write_depth);
