// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a device that batches would add: batch-used, flushed once for a round of
 * completions, beside the same flushed after each element, as virtio-blk does.
 */
#include <math.h>

#include "analysis/table.h"
#include "ablation-tables.h"

static bool has_rounds(const struct ablation *a, const struct ring_workload *w)
{
	return w->class == CLASS_BLK && is_ablated(a, w) &&
	       side_place(a, w->counted->variants, SIDE_ROUND) >= 0;
}

static void round_row(struct table *t, const struct ablation *a, const struct counted *c,
		      unsigned int ring, unsigned int order)
{
	struct sides device = device_sides(a, c, ring, order);
	double effects[] = {order_effect(&device) + batch_effect(&device), round_effect(&device),
			    order_effect(&device) + batch_effect(&device) + round_effect(&device)};
	static const enum count_figure shown[] = {COUNT_ENTRIES, COUNT_STORES};

	table_cell(t, "%.16s", (char *)c->orders->pdata[order]);
	for (unsigned int i = 0; i < G_N_ELEMENTS(effects); i++)
		put_effect(t, effects[i], 0, device.agree);
	for (unsigned int i = 0; i < G_N_ELEMENTS(shown); i++) {
		struct sides s = figure_sides(a, c, ring, order, shown[i]);

		put_value(t, s.value[SIDE_BATCH], 3);
		put_value(t, s.value[SIDE_ROUND], 3);
	}
}

bool put_ablation_round(struct document *out, const struct results *r, const struct ablation *a)
{
	struct table *t = table_new("rounds", ">each", ">round", ">both", ">entries", ">round",
				    ">stores", ">round", NULL);
	bool any = false;

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; has_rounds(a, w) && ring < w->counted->rings->len;
		     ring++) {
			put_group(t, w, ring);
			any = true;
			for (unsigned int order = 0; order < w->counted->orders->len; order++)
				round_row(t, a, w->counted, ring, order);
		}
	}
	if (any) {
		paragraph(out, 0,
			  "\nRounds: a device that flushed once for what completes in one round of "
			  "its event loop, as virtio-blk does not by itself (%s). Over off: %s as "
			  "the device flushes, after each element; what a flush a round adds; "
			  "both. Then used entries, and stores of the used index, an element.\n",
			  a->variant[SIDE_ROUND], a->variant[SIDE_BATCH]);
		table_print(t, out);
	} else {
		table_free(t);
	}
	return any;
}
