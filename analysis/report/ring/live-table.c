// SPDX-License-Identifier: GPL-2.0-or-later
/* Live throughput, with what was counted of its class beside each verdict. */
#include <math.h>
#include <string.h>

#include "analysis/report/wording.h"
#include "analysis/table.h"
#include "costs.h"
#include "counted-tables.h"
#include "driver-table.h"
#include "match.h"
#include "rings.h"
#include "sections.h"

static void put_group(struct table *t, const struct results *r, unsigned int w, unsigned int ring,
		      const struct match *m)
{
	GString *title = g_string_new(NULL);

	g_string_append_printf(title, "%s, %s",
			       ((struct workload *)r->run->workloads->pdata[w])->name,
			       (char *)r->run->rings->pdata[ring]);
	if (isnan(m->depth))
		g_string_append(title, ": not watched");
	else
		g_string_append_printf(title, ": depth %.1f", m->depth);
	if (!isnan(m->batch))
		g_string_append_printf(title, ", %.1f a publish", m->batch);
	if (m->counted)
		g_string_append_printf(title, "; counted %s",
				       (char *)m->counted->orders->pdata[m->order]);
	table_group(t, title->str);
	g_string_free(title, TRUE);
}

/* The device's cells: instructions over off, their share of the thread, index stores. */
static void put_device(struct table *t, const struct match *m, const char *variant)
{
	int label = m->counted ? name_place(m->counted->labels, variant) : -1;
	int off = m->counted ? counted_off(m->counted) : -1;
	struct cost device, stores;
	g_autofree char *text = NULL, *share = NULL, *moves = NULL;

	if (label < 0 || off < 0) {
		table_cell(t, "-");
		table_cell(t, "-");
		table_cell(t, "-");
		return;
	}
	device = order_cost(m->counted, label, m->ring, m->order);
	stores = figure_cost(m->counted, label, m->ring, m->order, COUNT_STORES);
	text = cost_text(&device, 0);
	moves = cost_text(&stores, 2);
	share = share_text(device.over /
			   counted_cell(m->counted, off, m->ring, m->order)->figure[COUNT_THREAD]);
	table_cell(t, "%.8s", text);
	table_cell(t, "%s", share);
	table_cell(t, "%.7s", moves);
}

static void put_rows(struct table *t, const struct results *r, unsigned int w, unsigned int ring)
{
	struct match m = find_match(r, w, ring);

	put_group(t, r, w, ring, &m);
	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = cell_at(r, w, ring, v);
		g_autofree char *verdict = verdict_text(r, c, &c->to_off), *driver = NULL;

		if ((int)v == r->off)
			continue;
		table_cell(t, "%s", variant_name(r, c));
		if (isnan(c->to_off.ratio))
			table_cell(t, "-");
		else
			table_cell(t, "%.3f", c->to_off.ratio);
		table_cell(t, "%s", verdict);
		put_device(t, &m, variant_name(r, c));
		driver = driver_over_text(r, w, ring, v);
		table_cell(t, "%s", driver);
	}
}

void report_live(struct document *out, const struct results *r)
{
	struct table *t = table_new("variant", ">to off", "verdict", ">device", ">share", ">stores",
				    ">driver", NULL);

	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
			if (cell_at(r, w, ring, 0)->planned)
				put_rows(t, r, w, ring);
		}
	}
	table_print(t, out);
	paragraph(
		out, 0,
		"\nTo off: throughput in a guest, median over blocks, probes off. Counted, an "
		"element, over off: device, instructions in virtqueue_pop and push (reception: "
		"pop, fill and flush), and their share of the device's thread; stores of the used "
		"index; "
		"driver, instructions in the guest's virtio_ring without kicks and interrupts. "
		"Unresolved (N %%): a slowdown "
		"of N %% would have been seen four times in five; a smaller one may be there. "
		"Equivalent: within %.3g %%.",
		100 * r->margin);
}
