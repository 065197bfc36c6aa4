// SPDX-License-Identifier: GPL-2.0-or-later
/* results_csv(): what summary.json has of each cell, as rows. */
#include <math.h>

#include "csv.h"
#include "figures.h"
#include "analysis/report/ring/ring-csv.h"

static void put_figures(GString *out, const struct results *r, const struct cell *c,
			const struct csv_subject *s, const struct figure *figures, unsigned int n)
{
	const struct workload *w = workload_of(r, c);

	for (unsigned int i = 0; i < n; i++) {
		struct range value = over_samples(c, figures[i].offset);

		csv_figure(out, s, figure_name(&figures[i], w), figure_unit(&figures[i], w), &value,
			   "least and greatest trial");
	}
}

static void put_comparison(GString *out, const struct csv_subject *s, const char *figure,
			   const struct comparison *c)
{
	struct range value = {c->lo, c->ratio, c->hi, c->n};

	if (c->verdict != VERDICT_BASELINE)
		csv_figure(out, s, figure, "ratio", &value, isnan(c->lo) ? "" : "95 % interval");
}

static void put_cell(GString *out, const struct results *r, const struct cell *c)
{
	struct csv_subject s = {workload_of(r, c)->name, r->run->rings->pdata[c->ring],
				variant_name(r, c), ""};

	put_figures(out, r, c, &s, load_figures, LOAD_FIGURES);
	if (counts_packets(r, c->workload)) {
		put_figures(out, r, c, &s, packet_figures, PACKET_FIGURES);
		put_comparison(out, &s, "packets_to_off", &c->packets_to_off);
	}
	put_comparison(out, &s, "throughput_to_off", &c->to_off);
	put_comparison(out, &s, "throughput_to_qemu", &c->to_qemu);
	put_comparison(out, &s, "cpu_to_off", &c->cpu_to_off);
	put_comparison(out, &s, "switches_to_off", &c->ctx_to_off);
	put_figures(out, r, c, &s, order_figures, ORDER_FIGURES);
}

char *results_csv(const struct results *r)
{
	GString *out = g_string_new("workload,ring,variant,order,figure,unit,n,value,low,high,"
				    "low_and_high\n");

	for (unsigned int i = 0; i < r->n_cells; i++)
		put_cell(out, r, &r->cells[i]);
	put_ring_figures(out, r);
	return g_string_free(out, FALSE);
}
