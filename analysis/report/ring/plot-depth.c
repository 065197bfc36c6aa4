// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of counted cost over reorder depth: of the real QEMU, a panel a ring format. */
#include "plot-depth.h"

#include <math.h>
#include <string.h>

#include "analysis/report/csv.h"
#include "analysis/report/plot-names.h"
#include "analysis/report/plots.h"
#include "costs.h"
#include "plot-counted.h"
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
		double depth = order_depth(c, ring, order);
		struct point p = {fmax(depth, IN_ORDER_AT),
				  order_cost(c, label, ring, order).value};

		/* fmax() would put what has no depth, for want of off, in order. */
		if (on_curve(c->orders->pdata[order]) == curve && p.y > 0 && !isnan(depth))
			g_array_append_val(points, p);
	}
	g_array_sort(points, by_x);
	return points;
}

static GString *rows_of(const GArray *points, struct frame *f)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int i = 0; i < points->len; i++) {
		const struct point *p = &g_array_index(points, struct point, i);

		g_string_append_printf(rows, "%.6g %.6g\n", p->x, p->y);
		f->left = fmin(f->left, p->x);
		f->right = fmax(f->right, p->x);
		f->bottom = fmin(f->bottom, p->y);
		f->top = fmax(f->top, p->y);
	}
	return rows;
}

static void put_names(GString *vars, const struct counted *c, unsigned int ring, unsigned int panel,
		      const struct frame *f)
{
	g_autofree struct curve_end *ends = g_new0(struct curve_end, c->labels->len);

	for (unsigned int i = 0; i < c->labels->len; i++) {
		g_autoptr(GArray) points = points_of(c, i, ring, true);
		const struct point *last;

		ends[i].y = NAN;
		if (!points->len)
			continue;
		last = &g_array_index(points, struct point, points->len - 1);
		ends[i] = (struct curve_end){last->x, last->y};
	}
	put_curve_names(vars, panel, ends, c->labels->len, f->bottom, f->top, LABEL_HEIGHT);
}

/* Where an axis reaches not even over this factor, its tics are as of a linear one. */
#define NARROW 2.5

/* 1, 2 or 5 times a power of ten: about a fifth of @span. */
static double nice_step(double span)
{
	double power = pow(10, floor(log10(span / 5))), part = span / 5 / power;

	return power * (part > 5 ? 10 : part > 2 ? 5 : part > 1 ? 2 : 1);
}

/* "1000, 1500, 2000, 3000" */
static void put_tics(GString *vars, const struct frame *f)
{
	static const double steps[] = {1, 1.5, 2, 3, 4, 5, 7};
	double step = nice_step(f->top - f->bottom);
	g_autoptr(GString) tics = g_string_new(NULL);

	if (f->top < NARROW * f->bottom)
		for (double tic = ceil(f->bottom / step) * step; tic <= f->top; tic += step)
			g_string_append_printf(tics, "%s%g", tics->len ? ", " : "", tic);
	else
		for (double power = pow(10, floor(log10(f->bottom))); power <= f->top; power *= 10)
			for (unsigned int i = 0; i < G_N_ELEMENTS(steps); i++)
				if (steps[i] * power >= f->bottom && steps[i] * power <= f->top)
					g_string_append_printf(tics, "%s%g", tics->len ? ", " : "",
							       steps[i] * power);
	g_string_append_printf(vars, "SET_YTICS = 'set ytics (%s)'\n", tics->str);
}

static void write_points(const struct counted *c, unsigned int ring, unsigned int panel,
			 struct drawing *d, struct frame *f)
{
	for (unsigned int i = 0; i < c->labels->len; i++) {
		g_autoptr(GArray) curve = points_of(c, i, ring, true);
		g_autoptr(GArray) others = points_of(c, i, ring, false);

		put_block(d, rows_of(curve, f), "depth instructions", "d%u_%u", panel + 1, i + 1);
		put_block(d, rows_of(others, f), "depth instructions", "p%u_%u", panel + 1, i + 1);
	}
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
	g_autofree char *load = counted_caption(c);

	put_text(vars, "RAN_ON", load);
}

static void put_depth_data(const struct counted *c, GString *csv)
{
	g_string_append(csv, "ring,order,variant,reorder_depth_mean_elements,"
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
}

static bool write_depth(const struct results *r, struct drawing *d)
{
	const struct counted *c = find_counted(r);
	struct frame f = {HUGE_VAL, 0, HUGE_VAL, 0};
	g_autoptr(GString) titles = g_string_new(NULL);
	unsigned int panels = 0;

	if (!c)
		return false;
	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		g_autofree char *title = g_strdup_printf("%s ring", (char *)c->rings->pdata[ring]);

		if (!has_curve(c, ring))
			continue;
		write_points(c, ring, panels++, d, &f);
		put_element(titles, "TITLE", panels, title);
	}
	put_depth_data(c, d->csv);
	f.bottom /= 1.06;
	f.top *= 1.06;
	put_variants(d->vars, c->labels);
	put_caption(d->vars, c);
	g_string_append_printf(d->vars,
			       "PANELS = %u\nLEFT = %g\nRIGHT = %g\nBOTTOM = %g\nTOP = %g\n"
			       "array TITLE[%u]\n%s",
			       panels, f.left, f.right, f.bottom, f.top, panels, titles->str);
	put_name_arrays(d->vars, panels, c->labels->len);
	put_tics(d->vars, &f);
	for (unsigned int ring = 0, panel = 0; ring < c->rings->len; ring++)
		if (has_curve(c, ring))
			put_names(d->vars, c, ring, panel++, &f);
	return true;
}

PLOT(counted_depth, "counted-depth", write_depth);
