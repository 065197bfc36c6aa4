// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of the order cost in time: in fill and in flush, for one element. */
#include <math.h>

#include "csv.h"
#include "plot-panels.h"
#include "plots.h"

/* variant, fill, flush, total, its least and greatest trial; ns an element. */
static GString *cost_rows(const struct results *r, const GArray *panels, unsigned int panel,
			  bool corrected, double *right)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = panel_cell(r, panels, panel, v);
		struct range total = corrected ? OVER(c, cost) : OVER(c, cost_raw);
		double fill = corrected ? OVER(c, fill).median : OVER(c, m.fill_cost).median;
		double flush = corrected ? OVER(c, flush).median : OVER(c, m.flush_cost).median;

		if (!total.n)
			continue;
		g_string_append_printf(rows, "%u %.6g %.6g %.6g %.6g %.6g\n", v + 1, fmax(fill, 0),
				       fmax(flush, 0), total.median, total.min, total.max);
		*right = fmax(*right, total.max);
	}
	return rows;
}

static void put_data(GString *csv, const struct results *r, const struct cell *c)
{
	struct range fill = OVER(c, fill), flush = OVER(c, flush), total = OVER(c, cost);

	if (!total.n) { /* not corrected: no calibration in this run */
		fill = OVER(c, m.fill_cost);
		flush = OVER(c, m.flush_cost);
		total = OVER(c, cost_raw);
	}
	if (!total.n)
		return;
	csv_text(csv, workload_of(r, c)->name);
	csv_text(csv, r->run->rings->pdata[c->ring]);
	csv_text(csv, variant_name(r, c));
	csv_number(csv, total.n);
	csv_number(csv, fill.median);
	csv_number(csv, flush.median);
	csv_number(csv, total.median);
	csv_number(csv, total.min);
	csv_number(csv, total.max);
	csv_end(csv);
}

static void put_cost_data(const struct results *r, GString *csv)
{
	g_string_append(csv,
			"workload,ring,variant,trials,fill_ns_per_element,flush_ns_per_element,"
			"order_cost_ns_per_element,least_trial_ns_per_element,"
			"greatest_trial_ns_per_element\n");
	for (unsigned int i = 0; i < r->n_cells; i++)
		put_data(csv, r, &r->cells[i]);
}

static bool shows_cost(const struct results *r, const struct cell *c, const void *data)
{
	(void)r;
	(void)data;
	return OVER(c, cost_raw).n;
}

static bool write_cost(const struct results *r, struct drawing *d)
{
	GArray *panels = find_panels(r, shows_cost, NULL);
	bool any = panels->len, corrected = false;
	/* One scale for all rings of a workload. */
	g_autofree double *right = g_new0(double, r->run->workloads->len + 1);

	for (unsigned int i = 0; i < r->n_cells; i++)
		corrected |= OVER(&r->cells[i], cost).n > 0;
	put_panels(r, panels, d->vars);
	put_panel_notes(r, panels, d->vars);
	g_string_append_printf(d->vars, "CORRECTED = %d\narray RIGHT[%u]\n", corrected,
			       MAX(1, panels->len));
	for (unsigned int i = 0; i < panels->len; i++) {
		unsigned int w = g_array_index(panels, struct panel, i).workload;

		put_block(d, cost_rows(r, panels, i, corrected, &right[w]),
			  "variant fill flush total least greatest", "d%u", i + 1);
	}
	for (unsigned int i = 0; i < panels->len; i++)
		g_string_append_printf(
			d->vars, "RIGHT[%u] = %g\n", i + 1,
			fmax(1, right[g_array_index(panels, struct panel, i).workload]));
	put_cost_data(r, d->csv);
	g_array_free(panels, TRUE);
	return any;
}

PLOT(order_cost_time, "order-cost-time", write_cost);
