// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the replay in memory and the real QEMU differ, and why. */
#include <math.h>
#include <string.h>

#include "analysis/report/replayed.h"
#include "analysis/table.h"
#include "costs.h"
#include "counted-tables.h"
#include "rings.h"
#include "sections.h"

/*
 * What was replayed of an order on a ring format: that order made up, on the largest ring;
 * else the longest recording of an ordered queue to which the order is the nearest.
 */
static const struct replayed_source *find_source(const struct replayed *r, const struct counted *c,
						 unsigned int ring, unsigned int order)
{
	const struct replayed_source *made_up = NULL, *recorded = NULL;

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];

		if (strcmp(s->ring, c->rings->pdata[ring]))
			continue;
		if (*s->synth) {
			if (!strcmp(s->synth, c->orders->pdata[order]) &&
			    (!made_up || s->size > made_up->size))
				made_up = s;
		} else if (!strcmp(s->recorded_order, "ordered") &&
			   nearest_order(c, ring, s->depth_mean, NAN) == (int)order &&
			   (!recorded || s->elements > recorded->elements)) {
			recorded = s;
		}
	}
	return made_up ? made_up : recorded;
}

static void put_title(struct table *t, const struct replayed_source *s, const char *order)
{
	g_autofree char *title = NULL;

	if (*s->synth)
		title = g_strdup_printf("%s ring, %s", s->ring, order);
	else
		title = g_strdup_printf("%s ring, recorded, depth %.1f; counted %s", s->ring,
					s->depth_mean, order);
	table_group(t, title);
}

/* Rows of a ring and an order that both have; how many there are. */
static unsigned int put_rows(struct table *t, const struct replayed *replay,
			     const struct counted *c, unsigned int ring, unsigned int order)
{
	const struct replayed_source *s = find_source(replay, c, ring, order);
	unsigned int rows = 0;

	for (unsigned int i = 0; s && i < c->labels->len; i++) {
		int v = name_place(replay->names, c->labels->pdata[i]);
		struct cost cost = order_cost(c, i, ring, order);
		g_autofree char *text = cost_text(&cost, 0), *replayed = NULL;

		if (v < 0 || !counted_ordered(c, i) || isnan(s->variants[v].instructions_over))
			continue;
		if (!rows++)
			put_title(t, s, c->orders->pdata[order]);
		table_cell(t, "%s", (char *)c->labels->pdata[i]);
		replayed = signed_text(s->variants[v].instructions_over, 0);
		table_cell(t, "%s", replayed);
		table_cell(t, "%s", text);
	}
	return rows;
}

void report_differences(struct document *out, const struct results *r)
{
	const struct ring_workload *w = counted_of(r->rings, CLASS_BLK);
	struct table *t;
	g_autofree char *flush = NULL;
	unsigned int rows = 0;
	int off;

	if (!r->replayed || !w)
		return;
	off = counted_off(w->counted);
	flush = number_text(off < 0 ? NAN
				    : counted_cell(w->counted, off, 0, 0)->figure[COUNT_FLUSH]);
	t = table_new("over off", ">replay", ">real QEMU", NULL);
	for (unsigned int ring = 0; ring < w->counted->rings->len; ring++)
		for (unsigned int order = 0; order < w->counted->orders->len; order++)
			rows += put_rows(t, r->replayed, w->counted, ring, order);
	if (!rows) {
		table_free(t);
		return;
	}
	paragraph(out, 0,
		  "\nWhere the replay and the real QEMU differ: instructions an element over off, "
		  "of pop, fill and flush in the replay, of virtqueue_pop and push in QEMU. A "
		  "store to the "
		  "ring is an instruction in the replay and goes through QEMU's caches of guest "
		  "memory in the device: off's virtqueue_flush, which stores the used index, "
		  "executes %s there. So what publishes several elements by one store gains that "
		  "there and next to nothing here. off and qemu, too, are models here and QEMU's "
		  "own code there. Where the two differ, the device is right.\n",
		  flush);
	table_print(t, out);
}
