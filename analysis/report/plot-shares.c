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

/* What moves neither way by as much is less than two pixels of a panel, on these axes. */
#define SEEN 1.08

static const struct hist *hist_of(const struct cell *c, const struct shares *s)
{
	return (const struct hist *)((const char *)c + s->hist);
}

/* Has the cell of a disordered workload a value on the axis? */
static bool shows_share(const struct results *r, const struct cell *c, const void *data)
{
	const struct shares *s = data;
	const struct hist *h = hist_of(c, s);

	return share_disordered(r, c->workload) >= IN_ORDER_BELOW && h->n &&
	       h->bins[h->n - 1].value * s->scale >= s->least;
}

/* A step of marks: on curves that lie on each other, those of each have places of their own. */
static double mark_place(const struct shares *s, double value, double offset)
{
	return floor(log(value / s->least) / log(s->base == 2 ? 4 : s->base) + offset);
}

/*
 * value, share of counts >= value, marked (1) or not; from the axis' left end on, as far as
 * it can be seen. @offset, 0 to 1, is where between steps its marks are.
 */
static GString *share_rows(const struct cell *c, struct shares *s, double offset)
{
	const struct hist *h = hist_of(c, s);
	GString *rows = g_string_new(NULL);
	double total = bins_total(h), left = total, place = 0;
	double drawn_value = 0, drawn_share = 1;
	bool any = false;

	for (unsigned int i = 0; i < h->n; i++) {
		double value = h->bins[i].value * s->scale, share = left / total;
		bool last = i + 1 == h->n;

		left -= h->bins[i].count;
		if (value < s->least)
			continue;
		if (!any && value > s->least)
			g_string_append_printf(rows, "%.6g %.6g 0\n", s->least, share);
		if (last || value > SEEN * drawn_value || share * SEEN < drawn_share) {
			double now = mark_place(s, value, offset);

			g_string_append_printf(rows, "%.6g %.6g %d\n", value, share,
					       last || now > place);
			place = now;
			drawn_value = value;
			drawn_share = share;
		}
		any = true;
		s->right = fmax(s->right, value);
		s->bottom = fmin(s->bottom, share);
	}
	return rows;
}

/* All values, also those that no pixel shows. */
static void put_data(GString *csv, const struct results *r, const struct cell *c,
		     const struct shares *s)
{
	const struct hist *h = hist_of(c, s);
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

static void put_share_data(const struct results *r, const GArray *panels, const struct shares *s,
			   GString *csv)
{
	g_string_append_printf(csv, "workload,ring,variant,%s,count,at_least_percent\n", s->head);
	for (unsigned int i = 0; i < panels->len; i++)
		for (unsigned int v = 0; v < r->run->variants->len; v++)
			put_data(csv, r, panel_cell(r, panels, i, v), s);
}

/* The panels of a plot, which are none if it has nothing to show; g_array_free() it. */
static GArray *write_shares(const struct results *r, struct drawing *d, struct shares *s)
{
	GArray *panels = find_panels(r, shows_share, s);
	double powers;

	s->right = s->least;
	s->bottom = 1;
	for (unsigned int i = 0; i < panels->len; i++)
		for (unsigned int v = 0; v < r->run->variants->len; v++)
			put_block(d,
				  share_rows(panel_cell(r, panels, i, v), s,
					     (v + 0.5) / r->run->variants->len),
				  "value share_at_least marked", "d%u_%u", i + 1, v + 1);
	put_share_data(r, panels, s, d->csv);
	put_panels(r, panels, d->vars);
	put_panel_notes(r, panels, d->vars);
	put_left_out(r, panels, d->vars);
	/* Up to the next power of the base; about six labels. */
	powers = ceil(log(s->right / s->least) / log(s->base) + 0.01);
	g_string_append_printf(d->vars, "LEFT = %g\nRIGHT = %g\nSTEP = %g\nBOTTOM = %g\n", s->least,
			       pow(s->base, powers) * s->least,
			       pow(s->base, 1 + floor((powers - 1) / 6)),
			       /* At least a decade, also where all reach all values. */
			       fmin(0.1, fmax(1e-6, pow(10, floor(log10(s->bottom))))));
	return panels;
}

static bool write_share_plot(const struct results *r, struct drawing *d, struct shares *s)
{
	GArray *panels = write_shares(r, d, s);
	bool any = panels->len;

	g_array_free(panels, TRUE);
	return any;
}

static bool write_depth(const struct results *r, struct drawing *d)
{
	struct shares s = {.hist = offsetof(struct cell, depth),
			   .head = "reorder_depth_elements",
			   .scale = 1,
			   .least = 1,
			   .base = 2};

	return write_share_plot(r, d, &s);
}

static bool write_hold(const struct results *r, struct drawing *d)
{
	struct shares s = {.hist = offsetof(struct cell, hold),
			   .head = "hold_time_ns",
			   .scale = 1e-9,
			   .least = 1e-6,
			   .base = 10};

	return write_share_plot(r, d, &s);
}

PLOT(depth, "depth", write_depth);
PLOT(hold, "hold", write_hold);

/* MEAN[panel * variants]: "1.23 / 17", time-weighted mean and maximum of S. */
static bool write_stash(const struct results *r, struct drawing *d)
{
	struct shares s = {.hist = offsetof(struct cell, stash),
			   .head = "stash_count_elements",
			   .scale = 1,
			   .least = 1,
			   .base = 2};
	GArray *panels = write_shares(r, d, &s);
	unsigned int variants = r->run->variants->len, n = panels->len;

	g_string_append_printf(d->vars, "array MEAN[%u]\n", MAX(1, n * variants));
	for (unsigned int i = 0; i < n * variants; i++) {
		const struct cell *c = panel_cell(r, panels, i / variants, i % variants);
		g_autofree char *mean = number_text(OVER(c, m.stash_mean).median);
		g_autofree char *text =
			g_strdup_printf("%s / %" G_GUINT64_FORMAT, mean, c->stash_max);

		put_element(d->vars, "MEAN", i + 1, text);
	}
	g_array_free(panels, TRUE);
	return n;
}

PLOT(stash, "stash", write_stash);
