// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring-csv.h"

#include <math.h>
#include <string.h>

#include "ablation-tables.h"
#include "analysis/report/csv.h"
#include "costs.h"
#include "driver-costs.h"
#include "rings.h"
#include "time.h"

#define INSTRUCTIONS "instructions/element"

static void put_number(GString *out, const struct csv_subject *s, const char *figure,
		       const char *unit, double value, unsigned int n)
{
	struct range range = {NAN, value, NAN, n};

	csv_figure(out, s, figure, unit, &range, "");
}

static void put_block_ratio(GString *out, const struct csv_subject *s, const char *figure,
			    const struct block_ratio *x)
{
	struct range range = {x->lo, x->ratio, x->hi, x->n};

	csv_figure(out, s, figure, "ratio", &range, isnan(x->lo) ? "" : "95 % interval");
}

static const char *counted_unit(enum count_figure f)
{
	if (f <= COUNT_THREAD)
		return INSTRUCTIONS;
	if (f == COUNT_ENTRIES || f == COUNT_STORES)
		return "1/element";
	return f == COUNT_DEPTH ? "elements" : "bytes/element";
}

static void put_counted(GString *out, const struct ring_workload *w)
{
	const struct counted *c = w->counted;

	for (unsigned int i = 0; i < c->labels->len * c->rings->len * c->orders->len; i++) {
		unsigned int label = i % c->labels->len;
		unsigned int order = i / c->labels->len % c->orders->len;
		unsigned int ring = i / c->labels->len / c->orders->len;
		const struct counted_cell *cell = counted_cell(c, label, ring, order);
		struct cost device = order_cost(c, label, ring, order);
		struct csv_subject s = {w->workload->name, c->rings->pdata[ring],
					c->labels->pdata[label], c->orders->pdata[order]};

		put_number(out, &s, "device", INSTRUCTIONS, device.value, c->runs);
		put_number(out, &s, "device_over_off", INSTRUCTIONS, device.over, c->runs);
		for (enum count_figure f = 0; f < COUNT_FIGURES; f++)
			put_number(out, &s, count_figure_names[f], counted_unit(f), cell->figure[f],
				   c->runs);
	}
}

static void put_timed(GString *out, const struct results *r, const struct ring_workload *w)
{
	for (unsigned int ring = 0; ring < w->timed->len; ring++) {
		const struct timed *t = w->timed->pdata[ring];
		int off = t ? timed_off(t) : -1;

		for (unsigned int label = 0; t && label < t->labels->len; label++) {
			struct csv_subject s = {w->workload->name, r->run->rings->pdata[ring],
						t->labels->pdata[label], t->order};
			struct block_ratio x = {0, NAN, NAN, NAN};
			unsigned int boots = 0;

			for (unsigned int boot = 0; boot < t->boots->len; boot++)
				boots += !isnan(boot_rate(t, boot, label));
			put_number(out, &s, "elements_per_s", "elements/s", ring_rate(t, label),
				   boots);
			if (off >= 0 && (int)label != off)
				x = ring_ratio(t, label, off);
			put_block_ratio(out, &s, "ratio_to_off", &x);
		}
	}
}

/* Of one phase of a counting boot. */
static void put_driver(GString *out, const struct csv_subject *s, const struct driver *d)
{
	static const struct {
		const char *name;
		unsigned int part;
	} sums[] = {{"all", DRIVER_ALL}, {"work", DRIVER_WORK}, {"notices", DRIVER_NOTICES}};

	for (unsigned int i = 0; i < G_N_ELEMENTS(sums) + DRIVER_PARTS; i++) {
		bool sum = i < G_N_ELEMENTS(sums);
		unsigned int part = sum ? sums[i].part : i - G_N_ELEMENTS(sums);
		g_autofree char *name =
			g_strconcat("driver_", sum ? sums[i].name : driver_part_names[part], NULL);

		put_number(out, s, name, INSTRUCTIONS, driver_cost(d, part), 1);
	}
	put_number(out, s, "driver_segments", "1/element", driver_segments(d), 1);
	if (d->interrupts != UINT64_MAX && driver_elements(d))
		put_number(out, s, "driver_interrupts", "1/element",
			   d->interrupts / driver_elements(d), 1);
}

static void put_drivers(GString *out, const struct results *r)
{
	const struct run *run = r->run;

	for (unsigned int w = 0; w < run->workloads->len; w++) {
		const struct workload *workload = run->workloads->pdata[w];

		for (unsigned int i = 0; i < run->rings->len * run->variants->len; i++) {
			unsigned int ring = i / run->variants->len, v = i % run->variants->len;
			const struct driver *d = driver_of(run, workload, ring, v);
			struct csv_subject s = {workload->name, run->rings->pdata[ring],
						run->variants->pdata[v], ""};

			if (d)
				put_driver(out, &s, d);
		}
	}
}

/* Both effects; each stands in the row of the variant that it is of. */
static void put_effects(GString *out, const struct ablation *a, struct csv_subject s,
			const char *figure, const char *unit, const struct sides *x, unsigned int n)
{
	g_autofree char *order = g_strconcat(figure, "_order_effect", NULL);
	g_autofree char *batch = g_strconcat(figure, "_batch_effect", NULL);

	if (a->variant[SIDE_ORDER]) {
		s.variant = a->variant[SIDE_ORDER];
		put_number(out, &s, order, unit, order_effect(x), n);
	}
	s.variant = a->variant[SIDE_BATCH];
	put_number(out, &s, batch, unit, batch_effect(x), n);
}

static void put_device_effects(GString *out, const struct ablation *a,
			       const struct ring_workload *w)
{
	const struct counted *c = w->counted;

	for (unsigned int i = 0; i < c->rings->len * c->orders->len; i++) {
		unsigned int ring = i / c->orders->len, order = i % c->orders->len;
		struct csv_subject s = {w->workload->name, c->rings->pdata[ring], NULL,
					c->orders->pdata[order]};
		struct sides device = device_sides(a, c, ring, order);
		struct sides entries = figure_sides(a, c, ring, order, COUNT_ENTRIES);
		struct sides bytes = figure_sides(a, c, ring, order, COUNT_WRITTEN);

		put_effects(out, a, s, "device", INSTRUCTIONS, &device, c->runs);
		put_effects(out, a, s, "used_entries", "1/element", &entries, c->runs);
		put_effects(out, a, s, "bytes_written", "bytes/element", &bytes, c->runs);
	}
}

static void put_driver_effects(GString *out, const struct results *r, const struct ablation *a,
			       unsigned int w, unsigned int ring)
{
	const struct workload *x = r->run->workloads->pdata[w];
	struct csv_subject s = {x->name, r->run->rings->pdata[ring], NULL, ""};
	struct sides get_buf = driver_sides(a, r->run, x, ring, driver_part("get_buf"));
	struct sides work = driver_sides(a, r->run, x, ring, DRIVER_WORK);
	struct sides interrupts = interrupt_sides(a, r->run, x, ring);

	put_effects(out, a, s, "driver_get_buf", INSTRUCTIONS, &get_buf, 1);
	put_effects(out, a, s, "driver_work", INSTRUCTIONS, &work, 1);
	put_effects(out, a, s, "driver_interrupts", "1/element", &interrupts, 1);
}

struct effects_out {
	GString *out;
	const struct ablation *a;
};

static void put_rate_effects(void *data, const struct workload *w, const char *ring,
			     struct ablation_rates rates)
{
	struct effects_out *e = data;
	struct csv_subject order = {w->name, ring, e->a->variant[SIDE_ORDER], ""};
	struct csv_subject batch = {w->name, ring, e->a->variant[SIDE_BATCH], ""};

	if (order.variant)
		put_block_ratio(e->out, &order, "throughput_order_effect", &rates.order);
	put_block_ratio(e->out, &batch, "throughput_batch_effect", &rates.batch);
	put_block_ratio(e->out, &batch, "throughput_both_effects", &rates.both);
}

static void put_ablation(GString *out, const struct results *r)
{
	struct ablation a;
	struct effects_out e = {out, &a};

	if (!find_ablation(r, &a))
		return;
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		if (is_ablated(&a, r->rings->workloads->pdata[i]))
			put_device_effects(out, &a, r->rings->workloads->pdata[i]);
	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			if (has_ablation_driver(r, &a, w, ring))
				put_driver_effects(out, r, &a, w, ring);
	each_ablation_rate(r, &a, put_rate_effects, &e);
}

void put_ring_figures(GString *out, const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		if (w->counted)
			put_counted(out, w);
		else if (w->timed)
			put_timed(out, r, w);
	}
	put_drivers(out, r);
	put_ablation(out, r);
}
