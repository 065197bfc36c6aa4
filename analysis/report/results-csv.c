// SPDX-License-Identifier: GPL-2.0-or-later
/* results_csv(): what summary.json has of each cell, as rows. */
#include <math.h>

#include "csv.h"
#include "figures.h"
#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"

/* What a row is of. */
struct subject {
	const char *workload, *ring, *variant, *order;
};

static void put_row(GString *out, const struct subject *s, const char *figure, const char *unit,
		    const struct range *value, const char *between)
{
	if (!value->n || isnan(value->median))
		return;
	csv_text(out, s->workload);
	csv_text(out, s->ring);
	csv_text(out, s->variant);
	csv_text(out, s->order);
	csv_text(out, figure);
	csv_text(out, unit);
	csv_number(out, value->n);
	csv_number(out, value->median);
	csv_number(out, value->min);
	csv_number(out, value->max);
	csv_text(out, between);
	csv_end(out);
}

static void put_figures(GString *out, const struct results *r, const struct cell *c,
			const struct subject *s, const struct figure *figures, unsigned int n)
{
	const struct workload *w = workload_of(r, c);

	for (unsigned int i = 0; i < n; i++) {
		struct range value = over_samples(c, figures[i].offset);

		put_row(out, s, figure_name(&figures[i], w), figure_unit(&figures[i], w), &value,
			"least and greatest trial");
	}
}

static void put_comparison(GString *out, const struct subject *s, const char *figure,
			   const struct comparison *c)
{
	struct range value = {c->lo, c->ratio, c->hi, c->n};

	if (c->verdict != VERDICT_BASELINE)
		put_row(out, s, figure, "ratio", &value, isnan(c->lo) ? "" : "95 % interval");
}

static void put_cell(GString *out, const struct results *r, const struct cell *c)
{
	struct subject s = {workload_of(r, c)->name, r->run->rings->pdata[c->ring],
			    variant_name(r, c), ""};

	put_figures(out, r, c, &s, load_figures, LOAD_FIGURES);
	put_comparison(out, &s, "throughput_to_off", &c->to_off);
	put_comparison(out, &s, "throughput_to_qemu", &c->to_qemu);
	put_comparison(out, &s, "cpu_to_off", &c->cpu_to_off);
	put_comparison(out, &s, "switches_to_off", &c->ctx_to_off);
	put_figures(out, r, c, &s, order_figures, ORDER_FIGURES);
}

static const char *counted_unit(enum count_figure f)
{
	if (f <= COUNT_THREAD)
		return "instructions/element";
	if (f == COUNT_ENTRIES || f == COUNT_STORES)
		return "1/element";
	return f == COUNT_DEPTH ? "elements" : "bytes/element";
}

static void put_counted(GString *out, const struct ring_workload *w)
{
	const struct counted *c = w->counted;

	for (unsigned int i = 0; c && i < c->labels->len * c->rings->len * c->orders->len; i++) {
		unsigned int label = i % c->labels->len;
		unsigned int order = i / c->labels->len % c->orders->len;
		unsigned int ring = i / c->labels->len / c->orders->len;
		const struct counted_cell *cell = counted_cell(c, label, ring, order);
		struct subject s = {w->workload->name, c->rings->pdata[ring],
				    c->labels->pdata[label], c->orders->pdata[order]};

		for (enum count_figure f = 0; f < COUNT_FIGURES; f++) {
			struct range value = {NAN, cell->figure[f], NAN, c->runs};

			put_row(out, &s, count_figure_names[f], counted_unit(f), &value, "");
		}
	}
}

char *results_csv(const struct results *r)
{
	GString *out = g_string_new("workload,ring,variant,order,figure,unit,n,value,low,high,"
				    "low_and_high\n");

	for (unsigned int i = 0; i < r->n_cells; i++)
		put_cell(out, r, &r->cells[i]);
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		put_counted(out, r->rings->workloads->pdata[i]);
	return g_string_free(out, FALSE);
}
