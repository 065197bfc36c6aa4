// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections that say what order costs, counted: first of all in a report. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "costs.h"
#include "counted-tables.h"
#include "driver-costs.h"
#include "driver-table.h"
#include "rings.h"
#include "sections.h"

bool has_counted(const struct results *r)
{
	for (unsigned int class = 0; class < RING_CLASSES; class ++)
		if (counted_of(r->rings, class))
			return true;
	return driver_any(r->run);
}

/* "virtio-blk read, chains of 3, ring of 1024, 256 in flight". */
static void put_load(GString *text, const struct counted *c)
{
	g_string_append_printf(text, "%s %s", c->device, c->load);
	if (c->chain > 1)
		g_string_append_printf(text, ", chains of %" PRIu64, c->chain);
	g_string_append_printf(text, ", ring of %" PRIu64 ", %" PRIu64 " in flight", c->size,
			       c->depth);
	if (c->batch)
		g_string_append_printf(text, ", added %" PRIu64 " at a time", c->batch);
}

/* Which ordered variant costs the device least, for each ring and order. */
static void put_cheapest(struct document *out, const struct counted *c)
{
	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		g_autoptr(GString) text = g_string_new(NULL);

		for (unsigned int order = 0; order < c->orders->len; order++) {
			int least = cheapest_ordered(c, ring, order);
			struct cost cost;
			g_autofree char *over = NULL;

			if (least < 0)
				continue;
			cost = order_cost(c, least, ring, order);
			over = cost_text(&cost, 0);
			g_string_append_printf(text, "%s %s: %s (%s)", text->len ? ";" : "",
					       (char *)c->orders->pdata[order],
					       (char *)c->labels->pdata[least], over);
		}
		if (text->len)
			paragraph(out, 2, "Least of the ordered, %s ring:%s.",
				  (char *)c->rings->pdata[ring], text->str);
	}
}

/* Devices that were caught; windows that make an order another one; jobs without a result. */
static void put_faults(struct document *out, const struct counted *c)
{
	for (unsigned int i = 0; i < c->labels->len * c->rings->len * c->orders->len; i++) {
		unsigned int label = i % c->labels->len;
		unsigned int order = i / c->labels->len % c->orders->len;
		unsigned int ring = i / c->labels->len / c->orders->len;
		const struct counted_cell *cell = counted_cell(c, label, ring, order);
		g_autofree char *where = g_strdup_printf(
			"%.40s, %s ring, %.20s", (char *)c->labels->pdata[label],
			(char *)c->rings->pdata[ring], (char *)c->orders->pdata[order]);

		if (cell->there && strcmp(cell->state, "ok"))
			paragraph(out, 2, "- %s: %s: %.600s", where, cell->state,
				  *cell->evidence ? cell->evidence : "no evidence given");
		if (cell->windows_cut > 0)
			paragraph(out, 2,
				  "- %s: x-order cut %.0f windows short: not wholly in that "
				  "order.",
				  where, cell->windows_cut);
	}
	for (unsigned int i = 0; i < c->gaps->len; i++) {
		const struct counted_gap *g = c->gaps->pdata[i];

		paragraph(out, 2, "- %.20s, run %u was not counted: %.600s", g->order, g->run,
			  g->why);
	}
}

static void put_workload(struct document *out, const struct results *r,
			 const struct ring_workload *w)
{
	const struct counted *c = w->counted;
	g_autoptr(GString) load = g_string_new(NULL);
	bool push = false;

	for (unsigned int i = 0; i < c->labels->len * c->rings->len * c->orders->len; i++)
		push |= !isnan(c->cells[i].figure[COUNT_PUSH]);
	put_load(load, c);
	heading(out, '-', "What order costs, counted: %s", ring_class_names[w->class]);
	paragraph(out, 0,
		  "Instructions an element in %s of QEMU %s: off's, and over off, with the share "
		  "of all that the device's thread does for an element without order. Depth: of "
		  "off's completions, mean.\n",
		  push ? "virtqueue_pop and push" : "virtqueue_pop, fill and flush", c->qemu);
	put_device_table(out, c);
	blank_line(out);
	put_cheapest(out, c);
	put_faults(out, c);
	if (has_driver_class(r, w->class)) {
		blank_line(out);
		put_driver_classes(out, r, w->class);
	}
	blank_line(out);
	put_traffic_table(out, c);
	paragraph(out, 0, "\n%s: %s; %s, by callgrind (%s).", w->workload->name, load->str,
		  c->iothreads ? "an iothread for each device" : "QEMU's main loop", c->by);
}

void report_counted(struct document *out, const struct results *r)
{
	for (unsigned int class = 0; class < RING_CLASSES; class ++) {
		bool any = false;

		for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
			const struct ring_workload *w = r->rings->workloads->pdata[i];

			if (!w->counted || w->class != class)
				continue;
			put_workload(out, r, w);
			any = true;
		}
		if (!any && has_driver_class(r, class)) {
			heading(out, '-', "What order costs, counted: %s", ring_class_names[class]);
			put_driver_classes(out, r, class);
		}
	}
}

void report_functions(struct document *out, const struct results *r)
{
	bool any = false;

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		if (!w->counted)
			continue;
		if (!any)
			heading(out, '-', "Where the rest goes, counted");
		paragraph(out, 0,
			  "%s%s: instructions an element of each function with all that it calls, "
			  "off's and over off, in the least and the most reordered order. The "
			  "others are in summary.json.\n",
			  any ? "\n" : "", w->workload->name);
		put_parts_table(out, w->counted);
		any = true;
	}
}

void report_counted_method(struct document *out, const struct results *r)
{
	bool counted = false;

	for (unsigned int class = 0; class < RING_CLASSES; class ++)
		counted |= counted_of(r->rings, class) != NULL;
	if (counted)
		paragraph(
			out, 0,
			"\nCounted, device: a driver of the lab's own on the rings of the real "
			"QEMU, "
			"which runs under valgrind's callgrind without a guest (vqring count). "
			"A figure is the mean of two runs in which the devices stand elsewhere; ~ "
			"marks a cell whose own or off's runs differ by 0.5 %% or more in one of "
			"their figures, > a lower bound. These are instructions and not time: one "
			"that waits for memory counts as one, and an iteration of a rep-prefixed "
			"one beyond the first as none. Beside a live verdict stands the counted "
			"order whose depth and elements a publish are the nearest to what probes "
			"saw of ordered queues there.");
	if (driver_any(r->run))
		paragraph(
			out, 0,
			"\nCounted, driver: instructions that the guest's kernel executes in its "
			"virtio_ring over the elements that came back, by a plugin for QEMU's TCG, "
			"in one boot of each variant and ring that the plan names; nothing is "
			"timed "
			"in it. Work on the ring repeats; how many elements a kick or an interrupt "
			"serves is the load's timing, so these two stand apart, and differences of "
			"theirs are of one boot.");
}

void report_rings_left_out(struct document *out, const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int j = 0; j < w->left_out->len; j++)
			paragraph(out, 2, "- %.700s", (char *)w->left_out->pdata[j]);
	}
	if (*r->run->no_driver)
		paragraph(out, 2, "- the driver's instructions: %s", r->run->no_driver);
	for (unsigned int i = 0; i < r->run->counting->len; i++) {
		const struct trial *t = r->run->counting->pdata[i];

		if (strcmp(t->state, "ok"))
			paragraph(out, 2, "- %s, counting: %s: %s", t->id, t->state,
				  t->reason[0] ? t->reason : "no reason given");
	}
}
