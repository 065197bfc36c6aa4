// SPDX-License-Identifier: GPL-2.0-or-later
/* What the plots of a replay show: sets of points and variables for plots/replay*.gp. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "csv.h"
#include "plot-names.h"
#include "plot-panels.h"
#include "plots.h"
#include "replayed.h"

/* In order is depth 0, which no logarithmic axis has. */
#define IN_ORDER_AT 0.1

static const char *const rings[] = {"split", "packed"};

/* A curve's point: of @s, or none. */
typedef bool (*point_fn)(const struct replayed *r, const struct replayed_source *s, double *x);

static bool by_depth(const struct replayed *r, const struct replayed_source *s, double *x)
{
	*x = fmax(s->depth_mean, IN_ORDER_AT);
	return (g_str_has_prefix(s->synth, "shuffle:") || !strcmp(s->synth, "in-order")) &&
	       !replayed_varies(r, s);
}

static bool by_depth_recorded(const struct replayed *r, const struct replayed_source *s, double *x)
{
	*x = fmax(s->depth_mean, IN_ORDER_AT);
	/* Of a queue without order it is no order that a strategy meets. */
	return !*s->synth && s->elements && !strcmp(s->recorded_order, "ordered");
}

static bool by_size(const struct replayed *r, const struct replayed_source *s, double *x)
{
	*x = s->size;
	return replayed_varies(r, s);
}

static double cost_of(const struct replayed_source *s, unsigned int v, unsigned int measure)
{
	return measure ? s->variants[v].ns_over : s->variants[v].instructions_over;
}

/* What both axes show. */
struct frame {
	double left, right, bottom, top;
};

/* A panel: a measure, instructions (0) or ns, on a ring format. */
struct replay_panel {
	unsigned int measure, ring;
};

static int by_x(const void *a, const void *b)
{
	const struct curve_end *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

/* "x cost" rows of one variant, by x.  @end: the last of them. */
static GString *curve(const struct replayed *r, point_fn point, const struct replay_panel *p,
		      unsigned int v, struct frame *f, struct curve_end *end)
{
	GString *rows = g_string_new(NULL);
	g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(struct curve_end));

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		struct curve_end at = {.y = cost_of(s, v, p->measure)};

		if (!strcmp(s->ring, rings[p->ring]) && point(r, s, &at.x) && at.y > 0)
			g_array_append_val(points, at);
	}
	g_array_sort(points, by_x);
	for (guint i = 0; i < points->len; i++) {
		*end = g_array_index(points, struct curve_end, i);
		g_string_append_printf(rows, "%.6g %.6g\n", end->x, end->y);
		f->left = fmin(f->left, end->x);
		f->right = fmax(f->right, end->x);
		f->bottom = fmin(f->bottom, end->y);
		f->top = fmax(f->top, end->y);
	}
	return rows;
}

/* Every source that a curve or a single point is of, also where it costs nothing. */
static void put_replay_data(const struct replayed *r, point_fn point, point_fn extra, GString *csv)
{
	g_string_append(csv, "ring,ring_size_entries,completed,reorder_depth_mean_elements,"
			     "variant,over_off_instructions_per_element,"
			     "over_off_ns_per_element\n");
	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		double x;

		if (!point(r, s, &x) && !(extra && extra(r, s, &x)))
			continue;
		for (unsigned int v = 0; v < r->names->len; v++) {
			csv_text(csv, s->ring);
			csv_number(csv, s->size);
			csv_text(csv, *s->synth ? s->synth : "recorded");
			csv_number(csv, s->depth_mean);
			csv_text(csv, r->names->pdata[v]);
			csv_number(csv, s->variants[v].instructions_over);
			csv_number(csv, s->variants[v].ns_over);
			csv_end(csv);
		}
	}
}

/* Does a panel show anything? Only such are drawn. */
static bool any_point(const struct replayed *r, const struct replay_panel *p, point_fn point,
		      point_fn extra)
{
	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		double x;

		if (strcmp(s->ring, rings[p->ring]) ||
		    (!point(r, s, &x) && !(extra && extra(r, s, &x))))
			continue;
		for (unsigned int v = 0; v < r->names->len; v++)
			if (cost_of(s, v, p->measure) > 0)
				return true;
	}
	return false;
}

/* A row for each measure, in which each ring format has a panel. */
static GArray *find_replay_panels(const struct replayed *r, point_fn point, point_fn extra,
				  GString *vars)
{
	GArray *panels = g_array_new(FALSE, FALSE, sizeof(struct replay_panel));
	unsigned int lengths[2] = {}, rows = 0;

	for (unsigned int measure = 0; measure < 2; measure++) {
		for (unsigned int ring = 0; ring < G_N_ELEMENTS(rings); ring++) {
			struct replay_panel p = {measure, ring};

			if (!any_point(r, &p, point, extra))
				continue;
			g_array_append_val(panels, p);
			lengths[rows]++;
		}
		rows += lengths[rows] > 0;
	}
	put_grid(vars, lengths, rows);
	return panels;
}

/* Of a height of a panel, what a name takes. */
#define NAME_HEIGHT 0.055

/* What all panels of a measure share: both axes. */
static struct frame write_measure(const struct replayed *r, unsigned int measure,
				  const GArray *panels, point_fn point, point_fn extra,
				  struct curve_end *ends, struct drawing *d)
{
	struct frame f = {HUGE_VAL, 0, HUGE_VAL, 0};
	unsigned int n = r->names->len;

	for (unsigned int i = 0; i < panels->len; i++) {
		const struct replay_panel *p = &g_array_index(panels, struct replay_panel, i);

		for (unsigned int v = 0; p->measure == measure && v < n; v++) {
			struct curve_end *end = &ends[i * n + v], last = {0, NAN};

			put_block(d, curve(r, point, p, v, &f, end), "x over_off", "d%u_%u", i + 1,
				  v + 1);
			if (extra)
				put_block(d, curve(r, extra, p, v, &f, &last), "x over_off",
					  "p%u_%u", i + 1, v + 1);
			if (isnan(end->y)) /* no curve: named by its points */
				*end = last;
		}
	}
	f.bottom = fmax(f.bottom / 1.3, 0.01);
	f.top = fmax(f.top * 1.3, 10 * f.bottom);
	return f;
}

/* Curves, and single points if @extra is not NULL. False: there is nothing to show. */
static bool write_curves(const struct replayed *r, point_fn point, point_fn extra,
			 struct drawing *d)
{
	static const char *const measures[] = {"instructions", "ns"};
	GArray *panels = find_replay_panels(r, point, extra, d->vars);
	unsigned int n = r->names->len, n_panels = panels->len;
	g_autofree struct curve_end *ends = g_new0(struct curve_end, n_panels * n + 1);
	struct frame f[2];
	double left = HUGE_VAL, right = 0;

	for (unsigned int i = 0; i < n_panels * n; i++)
		ends[i].y = NAN;
	for (unsigned int m = 0; m < 2; m++) {
		f[m] = write_measure(r, m, panels, point, extra, ends, d);
		left = fmin(left, f[m].left);
		right = fmax(right, f[m].right);
	}
	put_replay_data(r, point, extra, d->csv);
	g_string_append_printf(d->vars,
			       "LEFT = %g\nRIGHT = %g\narray BOTTOM[%u]\n"
			       "array TOP[%u]\narray Y_LABEL[%u]\n",
			       left, right, n_panels, n_panels, n_panels);
	put_name_arrays(d->vars, n_panels, n);
	for (unsigned int i = 0; i < n_panels; i++) {
		const struct replay_panel *p = &g_array_index(panels, struct replay_panel, i);
		const struct frame *of = &f[p->measure];
		g_autofree char *title = g_strdup_printf("%s ring", rings[p->ring]);
		g_autofree char *label =
			g_strdup_printf("%s an element over off", measures[p->measure]);

		put_element(d->vars, "TITLE", i + 1, title);
		put_element(d->vars, "Y_LABEL", i + 1, label);
		g_string_append_printf(d->vars, "BOTTOM[%u] = %g\nTOP[%u] = %g\n", i + 1,
				       of->bottom, i + 1, of->top);
		put_curve_names(d->vars, i, &ends[i * n], n, of->bottom, of->top, NAME_HEIGHT);
	}
	g_array_free(panels, TRUE);
	return n_panels;
}

static void put_common(const struct replayed *r, GString *vars)
{
	g_autofree char *caption =
		g_strdup_printf("%s, %" G_GUINT64_FORMAT " host cores, Linux %s, replay of %.10s",
				r->cpu, r->cores, r->kernel, r->created);

	put_variants(vars, r->names);
	for (unsigned int v = 0; v < r->names->len; v++) {
		g_autofree char *name = g_strdup_printf("%s (model)", (char *)r->names->pdata[v]);

		if (replayed_is_model(r, v))
			put_element(vars, "NAME", v + 1, name);
	}
	put_text(vars, "RAN_ON", caption);
}

static bool draw_curves(const struct replayed *r, const char *name, point_fn point, point_fn extra,
			const char *folder, GError **error)
{
	struct drawing d;
	bool ok;

	drawing_init(&d);
	put_common(r, d.vars);
	ok = !write_curves(r, point, extra, &d) || draw_plot(name, &d, folder, error);
	drawing_clear(&d);
	return ok;
}

bool draw_replayed(const struct replayed *r, const char *folder, bool depth, GError **error)
{
	return (!depth ||
		draw_curves(r, "replay-depth", by_depth, by_depth_recorded, folder, error)) &&
	       draw_curves(r, "replay-size", by_size, NULL, folder, error);
}
