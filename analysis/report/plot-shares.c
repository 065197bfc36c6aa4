// SPDX-License-Identifier: GPL-2.0-or-later
/* Plots of shares: how many elements lie so deep, wait so long, or leave so many waiting. */
#include <math.h>
#include <stdio.h>

#include "csv.h"
#include "plot-panels.h"
#include "plots.h"
#include "analysis/table.h"

/* What a share plot plots, and its axes as they grow. */
struct shares {
	size_t hist;	  /* offset in struct cell */
	const char *head; /* of its values as data, with their unit */
	double scale;	  /* value to axis: 1e-9 for ns to s */
	double least;	  /* left end of the axis */
	double base;	  /* of its labels: powers of this */
	double right, bottom;
};

/* What moves neither way by as much is less than a pixel of a panel, on these axes. */
#define SEEN 1.03

/* value, share of counts >= value; from the axis' left end on, as far as it can be seen. */
static GString *share_rows(const struct cell *c, struct shares *s)
{
	const struct hist *h = (const struct hist *)((const char *)c + s->hist);
	GString *rows = g_string_new("# value share_at_least\n");
	double total = bins_total(h), left = total;
	double drawn_value = 0, drawn_share = 1;
	bool any = false;

	for (unsigned int i = 0; i < h->n; i++) {
		double value = h->bins[i].value * s->scale, share = left / total;

		left -= h->bins[i].count;
		if (value < s->least)
			continue;
		if (!any && value > s->least)
			g_string_append_printf(rows, "%.6g %.6g\n", s->least, share);
		if (i + 1 == h->n || value > SEEN * drawn_value || share * SEEN < drawn_share) {
			g_string_append_printf(rows, "%.6g %.6g\n", value, share);
			drawn_value = value;
			drawn_share = share;
		}
		any = true;
		s->right = fmax(s->right, value);
		s->bottom = fmin(s->bottom, share);
	}
	if (!any) /* gnuplot wants a line */
		g_string_append(rows, "NaN NaN\n");
	return rows;
}

/* All values, also those that no pixel shows. */
static void put_data(GString *csv, const struct results *r, const struct cell *c,
		     const struct shares *s)
{
	const struct hist *h = (const struct hist *)((const char *)c + s->hist);
	double total = bins_total(h), left = total;

	for (unsigned int i = 0; i < h->n; i++) {
		csv_text(csv, workload_of(r, c)->name);
		csv_text(csv, r->run->rings->pdata[c->ring]);
		csv_text(csv, variant_name(r, c));
		csv_number(csv, h->bins[i].value);
		csv_number(csv, h->bins[i].count);
		csv_number(csv, 100 * left / total);
		csv_end(csv);
		left -= h->bins[i].count;
	}
}

static GString *share_data(const struct results *r, const GArray *chosen, const struct shares *s)
{
	GString *csv = g_string_new(NULL);

	g_string_append_printf(csv, "workload,ring,variant,%s,count,at_least_percent\n", s->head);
	for (unsigned int k = 0; k < chosen->len; k++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			for (unsigned int v = 0; v < r->run->variants->len; v++)
				put_data(
					csv, r,
					cell_at(r, g_array_index(chosen, unsigned int, k), ring, v),
					s);
	return csv;
}

static bool write_shares(const struct results *r, const char *folder, GString *vars,
			 struct shares *s, GError **error)
{
	GArray *chosen = find_disordered(r);
	bool any = chosen->len, fine = true;
	double powers;

	s->right = s->least;
	s->bottom = 1;
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		for (unsigned int k = 0; k < chosen->len; k++) {
			unsigned int w = g_array_index(chosen, unsigned int, k);

			for (unsigned int v = 0; fine && v < r->run->variants->len; v++) {
				char *name =
					g_strdup_printf("%u-%u-%u.dat", ring + 1, k + 1, v + 1);

				fine = plot_write_file(
					folder, name, share_rows(cell_at(r, w, ring, v), s), error);
				g_free(name);
			}
		}
	}
	if (fine)
		plot_write_file(folder, PLOT_DATA, share_data(r, chosen, s), error);
	put_panels(r, chosen, vars);
	put_left_out(r, chosen, vars);
	/* Up to the next power of the base; about six labels. */
	powers = ceil(log(s->right / s->least) / log(s->base) + 0.01);
	g_string_append_printf(vars, "LEFT = %g\nRIGHT = %g\nSTEP = %g\nBOTTOM = %g\n", s->least,
			       pow(s->base, powers) * s->least,
			       pow(s->base, 1 + floor((powers - 1) / 6)),
			       /* At least a decade, also where all reach all values. */
			       fmin(0.1, fmax(1e-6, pow(10, floor(log10(s->bottom))))));
	g_array_free(chosen, TRUE);
	return any;
}

static bool write_depth(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {.hist = offsetof(struct cell, depth),
			   .head = "reorder_depth_elements",
			   .scale = 1,
			   .least = 1,
			   .base = 2};

	return write_shares(r, folder, vars, &s, error);
}

static bool write_hold(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {.hist = offsetof(struct cell, hold),
			   .head = "hold_time_ns",
			   .scale = 1e-9,
			   .least = 1e-6,
			   .base = 10};

	return write_shares(r, folder, vars, &s, error);
}

PLOT(depth, "depth", write_depth);
PLOT(hold, "hold", write_hold);

/* MEAN[panel * variants]: "1.23 / 17", time-weighted mean and maximum of S. */
static bool write_stash(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {.hist = offsetof(struct cell, stash),
			   .head = "stash_count_elements",
			   .scale = 1,
			   .least = 1,
			   .base = 2};
	GArray *chosen = find_disordered(r);
	unsigned int variants = r->run->variants->len, i = 0;
	bool any = write_shares(r, folder, vars, &s, error);

	if (any)
		g_string_append_printf(vars, "array MEAN[%u]\n",
				       chosen->len * r->run->rings->len * variants);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		for (unsigned int k = 0; k < chosen->len; k++) {
			unsigned int w = g_array_index(chosen, unsigned int, k);

			for (unsigned int v = 0; v < variants; v++) {
				const struct cell *c = cell_at(r, w, ring, v);
				char *mean = number_text(OVER(c, m.stash_mean).median);

				g_string_append_printf(vars,
						       "MEAN[%u] = '%s / %" G_GUINT64_FORMAT "'\n",
						       ++i, mean, c->stash_max);
				g_free(mean);
			}
		}
	}
	g_array_free(chosen, TRUE);
	return any;
}

PLOT(stash, "stash", write_stash);
