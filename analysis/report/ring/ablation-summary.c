// SPDX-License-Identifier: GPL-2.0-or-later
/* The ablation in summary.json. */
#include "ablation-summary.h"

#include <math.h>

#include "ablation-tables.h"
#include "driver-costs.h"

static const char *const side_names[SIDES] = {"off", "qemu", "order", "batch", "round"};

static void write_sides(struct writer *w, const char *name, const struct sides *s)
{
	write_inline(w, name);
	for (enum side side = 0; side < SIDE_ROUND; side++)
		write_number(w, side_names[side], s->value[side]);
	write_number(w, "order_effect", order_effect(s));
	write_number(w, "batch_effect", batch_effect(s));
	if (!isnan(s->value[SIDE_ROUND])) {
		write_number(w, side_names[SIDE_ROUND], s->value[SIDE_ROUND]);
		write_number(w, "round_effect", round_effect(s));
	}
	write_close(w, '}');
}

static void write_cells(struct writer *w, const struct ablation *a, const struct ring_workload *x)
{
	const struct counted *c = x->counted;

	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		for (unsigned int order = 0; order < c->orders->len; order++) {
			struct sides device = device_sides(a, c, ring, order);
			struct sides entries = figure_sides(a, c, ring, order, COUNT_ENTRIES);
			struct sides bytes = figure_sides(a, c, ring, order, COUNT_WRITTEN);

			write_open(w, NULL, '{');
			write_string(w, "workload", x->workload->name);
			write_string(w, "ring", c->rings->pdata[ring]);
			write_string(w, "order", c->orders->pdata[order]);
			write_truth(w, "agree", device.agree);
			write_sides(w, "device", &device);
			write_sides(w, "used_entries", &entries);
			write_sides(w, "bytes_written", &bytes);
			write_close(w, '}');
		}
	}
}

static void write_driver_sides(struct writer *w, const struct results *r, const struct ablation *a,
			       unsigned int workload, unsigned int ring)
{
	const struct workload *x = r->run->workloads->pdata[workload];
	struct sides get_buf = driver_sides(a, r->run, x, ring, driver_part("get_buf"));
	struct sides work = driver_sides(a, r->run, x, ring, DRIVER_WORK);
	struct sides interrupts = interrupt_sides(a, r->run, x, ring);

	write_open(w, NULL, '{');
	write_string(w, "workload", x->name);
	write_string(w, "ring", r->run->rings->pdata[ring]);
	write_sides(w, "get_buf", &get_buf);
	write_sides(w, "work", &work);
	write_sides(w, "interrupts", &interrupts);
	write_close(w, '}');
}

static void write_ratio(struct writer *w, const char *name, const struct block_ratio *x)
{
	write_inline(w, name);
	write_count(w, "n", x->n);
	write_number(w, "ratio", x->ratio);
	write_number(w, "ci_low", x->lo);
	write_number(w, "ci_high", x->hi);
	write_close(w, '}');
}

static void write_rates(void *data, const struct workload *x, const char *ring,
			struct ablation_rates rates)
{
	struct writer *w = data;

	write_open(w, NULL, '{');
	write_string(w, "workload", x->name);
	write_string(w, "ring", ring);
	write_number(w, "off", rates.off);
	write_ratio(w, "order", &rates.order);
	write_ratio(w, "batch", &rates.batch);
	write_ratio(w, "both", &rates.both);
	write_close(w, '}');
}

void write_ablation(struct writer *w, const struct results *r)
{
	struct ablation a;

	if (!find_ablation(r, &a))
		return;
	write_open(w, "ablation", '{');
	write_inline(w, "variants");
	for (enum side side = 0; side < SIDES; side++)
		if (a.variant[side])
			write_string(w, side_names[side], a.variant[side]);
	write_close(w, '}');
	write_open(w, "device", '[');
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		if (is_ablated(&a, r->rings->workloads->pdata[i]))
			write_cells(w, &a, r->rings->workloads->pdata[i]);
	write_close(w, ']');
	write_open(w, "driver", '[');
	for (unsigned int x = 0; x < r->run->workloads->len; x++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			if (has_ablation_driver(r, &a, x, ring))
				write_driver_sides(w, r, &a, x, ring);
	write_close(w, ']');
	write_open(w, "throughput", '[');
	each_ablation_rate(r, &a, write_rates, w);
	write_close(w, ']');
	write_close(w, '}');
}
