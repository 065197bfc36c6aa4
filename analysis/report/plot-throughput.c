// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of throughput relative to off. */
#include <math.h>

#include "csv.h"
#include "plot-panels.h"
#include "plots.h"

static bool shows_ratio(const struct results *r, const struct cell *c, const void *data)
{
	(void)r;
	(void)data;
	return !isnan(c->to_off.ratio) && c->to_off.verdict != VERDICT_BASELINE;
}

/* Ratios of a panel's variants: variant, ratio, low, high, resolved (1) or not (0). */
static GString *ratio_rows(const struct results *r, const GArray *panels, unsigned int panel,
			   double *low, double *high)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *cell = panel_cell(r, panels, panel, v);
		const struct comparison *c = &cell->to_off;
		double lo = isnan(c->lo) ? c->ratio : c->lo, hi = isnan(c->hi) ? c->ratio : c->hi;

		if (!shows_ratio(r, cell, NULL))
			continue;
		g_string_append_printf(rows, "%u %.6g %.6g %.6g %d\n", v + 1, c->ratio, lo, hi,
				       verdict_resolved(c->verdict));
		*low = fmin(*low, lo);
		*high = fmax(*high, hi);
	}
	return rows;
}

static void put_ratio_data(const struct results *r, GString *csv)
{
	g_string_append(csv, "workload,ring,variant,blocks,throughput_over_off_ratio,"
			     "ci95_low_ratio,ci95_high_ratio,verdict\n");

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!shows_ratio(r, c, NULL))
			continue;
		csv_text(csv, workload_of(r, c)->name);
		csv_text(csv, r->run->rings->pdata[c->ring]);
		csv_text(csv, variant_name(r, c));
		csv_number(csv, c->to_off.n);
		csv_number(csv, c->to_off.ratio);
		csv_number(csv, c->to_off.lo);
		csv_number(csv, c->to_off.hi);
		csv_text(csv, verdict_name(c->to_off.verdict));
		csv_end(csv);
	}
}

/* "n = 5 to 6 blocks": of what is drawn. */
static void put_blocks(const struct results *r, GString *vars)
{
	unsigned int least = G_MAXUINT, most = 0;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		if (!shows_ratio(r, &r->cells[i], NULL))
			continue;
		least = MIN(least, r->cells[i].to_off.n);
		most = MAX(most, r->cells[i].to_off.n);
	}
	g_string_append_printf(vars,
			       most == 1       ? "N = 'n = 1 block'\n"
			       : least == most ? "N = 'n = %u blocks'\n"
					       : "N = 'n = %u to %u blocks'\n",
			       least, most);
}

static bool write_throughput(const struct results *r, struct drawing *d)
{
	GArray *panels = find_panels(r, shows_ratio, NULL);
	bool any = panels->len;
	double low = 1, high = 1;

	for (unsigned int i = 0; i < panels->len; i++)
		put_block(d, ratio_rows(r, panels, i, &low, &high),
			  "variant ratio low high resolved", "d%u", i + 1);
	low = fmax(0.05, fmin(low, 1 / (1 + r->margin)) / 1.04);
	high = fmin(20, fmax(high, 1 + r->margin) * 1.04);
	g_string_append_printf(d->vars, "LEFT = %g\nRIGHT = %g\nMARGIN = %g\nOFF = %d\n", low, high,
			       r->margin, r->off + 1);
	put_blocks(r, d->vars);
	put_ratio_tics(d->vars, low, high);
	put_panels(r, panels, d->vars);
	put_ratio_data(r, d->csv);
	g_array_free(panels, TRUE);
	return any;
}

PLOT(throughput, "throughput", write_throughput);
