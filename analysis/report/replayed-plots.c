// SPDX-License-Identifier: GPL-2.0-or-later
/* What the plots of a replay show: .dat files and variables for plots/replay*.gp. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "csv.h"
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

struct curves {
	double left, right;
	double bottom[2], top[2]; /* instructions, ns */
	bool any;
};

/* "x cost" rows of one variant; sources come in the order of x. */
static GString *curve(const struct replayed *r, point_fn point, const char *ring, unsigned int v,
		      unsigned int measure, struct curves *c)
{
	GString *rows = g_string_new("# x over_off\n");

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		double x, y = measure ? s->variants[v].ns_over : s->variants[v].instructions_over;

		if (strcmp(s->ring, ring) || !point(r, s, &x) || !(y > 0))
			continue;
		g_string_append_printf(rows, "%.6g %.6g\n", x, y);
		c->left = fmin(c->left, x);
		c->right = fmax(c->right, x);
		c->bottom[measure] = fmin(c->bottom[measure], y);
		c->top[measure] = fmax(c->top[measure], y);
		c->any = true;
	}
	g_string_append(rows, "NaN NaN\n"); /* gnuplot wants a line */
	return rows;
}

/* Every source that a curve or a single point is of, also where it costs nothing. */
static GString *replay_data(const struct replayed *r, point_fn point, point_fn extra)
{
	GString *csv = g_string_new("ring,ring_size_entries,completed,reorder_depth_mean_elements,"
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
	return csv;
}

/* Curves, and single points if @extra is not NULL. */
static bool write_curves(const struct replayed *r, point_fn point, point_fn extra,
			 const char *folder, GString *vars, GError **error)
{
	struct curves c = {HUGE_VAL, 0, {HUGE_VAL, HUGE_VAL}, {0, 0}, false};
	bool ok = true;

	for (guint ring = 0; ring < G_N_ELEMENTS(rings); ring++) {
		for (unsigned int v = 0; v < r->names->len; v++) {
			for (unsigned int m = 0; ok && m < 2; m++) {
				g_autofree char *name =
					g_strdup_printf("%u-%u-%u.dat", m + 1, ring + 1, v + 1);
				g_autofree char *points = g_strconcat("p", name, NULL);

				ok = plot_write_file(folder, name,
						     curve(r, point, rings[ring], v, m, &c),
						     error) &&
				     (!extra ||
				      plot_write_file(folder, points,
						      curve(r, extra, rings[ring], v, m, &c),
						      error));
			}
		}
	}
	ok = ok && plot_write_file(folder, PLOT_DATA, replay_data(r, point, extra), error);
	g_string_append_printf(
		vars, "POINTS = %d\nLEFT = %g\nRIGHT = %g\narray BOTTOM[2]\narray TOP[2]\n",
		extra != NULL, c.left, c.right);
	for (unsigned int m = 0; m < 2; m++) {
		bool none = c.top[m] <= 0; /* not counted, or not measured */
		double bottom = none ? 1 : fmax(pow(10, floor(log10(c.bottom[m]))), 0.01);
		double top = none ? 10 : pow(10, ceil(log10(c.top[m])));

		g_string_append_printf(vars, "BOTTOM[%u] = %g\nTOP[%u] = %g\n", m + 1, bottom,
				       m + 1, fmax(top, 10 * bottom));
	}
	return ok && c.any;
}

static void put_common(const struct replayed *r, GString *vars)
{
	g_autofree char *caption =
		g_strdup_printf("%s, %" G_GUINT64_FORMAT " host cores, Linux %s, replay of %.10s",
				r->cpu, r->cores, r->kernel, r->created);

	put_variants(vars, r->names);
	for (unsigned int v = 0; v < r->names->len; v++) {
		g_autofree char *name = g_strdup_printf("%s (model)", (char *)r->names->pdata[v]);

		if (!replayed_is_model(r, v))
			continue;
		g_string_append_printf(vars, "NAME[%u] = ", v + 1);
		put_quoted(vars, name);
		g_string_append_c(vars, '\n');
	}
	g_string_append(vars, "RAN_ON = ");
	put_quoted(vars, caption);
	g_string_append_c(vars, '\n');
}

static bool draw_curves(const struct replayed *r, const char *name, point_fn point, point_fn extra,
			const char *work, const char *folder, GError **error)
{
	g_autoptr(GString) vars = g_string_new(NULL);
	GError *why = NULL;

	put_common(r, vars);
	if (write_curves(r, point, extra, work, vars, &why))
		draw_plot(name, vars, work, folder, &why);
	else
		empty_folder(work, false);
	if (!why)
		return true;
	g_propagate_error(error, why);
	return false;
}

bool draw_replayed(const struct replayed *r, const char *folder, bool depth, GError **error)
{
	g_autofree char *work = g_dir_make_tmp("vqreport-XXXXXX", error);
	bool ok = work &&
		  (!depth || draw_curves(r, "replay-depth", by_depth, by_depth_recorded, work,
					 folder, error)) &&
		  draw_curves(r, "replay-size", by_size, NULL, work, folder, error);

	if (work)
		g_rmdir(work);
	return ok;
}
