// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of the order cost: time in fill and in flush for one element. */
#include <math.h>

#include "csv.h"
#include "plot-panels.h"
#include "plots.h"

/* row, fill, flush, total, its least and greatest trial; ns an element. */
static GString *cost_rows(const struct results *r, unsigned int w, unsigned int ring,
			  bool corrected, double *right)
{
	GString *rows = g_string_new("# row fill flush total least greatest\n");

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = cell_at(r, w, ring, v);
		struct range total = corrected ? OVER(c, cost) : OVER(c, cost_raw);
		double fill = corrected ? OVER(c, fill).median : OVER(c, m.fill_cost).median;
		double flush = corrected ? OVER(c, flush).median : OVER(c, m.flush_cost).median;

		if (!total.n) {
			g_string_append_printf(rows, "%u NaN NaN NaN NaN NaN\n", v + 1);
			continue;
		}
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

static GString *cost_data(const struct results *r)
{
	GString *csv = g_string_new(
		"workload,ring,variant,trials,fill_ns_per_element,flush_ns_per_element,"
		"order_cost_ns_per_element,least_trial_ns_per_element,greatest_trial_ns_per_element"
		"\n");

	for (unsigned int i = 0; i < r->n_cells; i++)
		put_data(csv, r, &r->cells[i]);
	return csv;
}

static bool write_cost(const struct results *r, const char *folder, GString *vars, GError **error)
{
	GArray *chosen = find_probed(r);
	bool any = chosen->len, fine = true, corrected = false;
	unsigned int panel = 0;

	for (unsigned int i = 0; i < r->n_cells; i++)
		corrected |= OVER(&r->cells[i], cost).n > 0;
	put_panels(r, chosen, vars);
	g_string_append_printf(vars, "CORRECTED = %d\narray RIGHT[%u]\n", corrected,
			       MAX(1, chosen->len));
	for (unsigned int k = 0; k < chosen->len; k++) {
		unsigned int w = g_array_index(chosen, unsigned int, k);
		double right = 1; /* one scale for both rings of a workload */

		for (unsigned int ring = 0; fine && ring < r->run->rings->len; ring++) {
			char *name = g_strdup_printf("%u-%u.dat", ring + 1, k + 1);

			fine = plot_write_file(folder, name,
					       cost_rows(r, w, ring, corrected, &right), error);
			g_free(name);
		}
		g_string_append_printf(vars, "RIGHT[%u] = %g\n", ++panel, right);
	}
	if (fine)
		plot_write_file(folder, PLOT_DATA, cost_data(r), error);
	g_array_free(chosen, TRUE);
	return any;
}

PLOT(order_cost, "order-cost", write_cost);
