// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring-summary.h"

#include <math.h>
#include <string.h>

#include "costs.h"
#include "driver-costs.h"
#include "rings.h"
#include "time.h"
#include "timed-quiet.h"

static void write_cell(struct writer *w, const struct counted *c, unsigned int label,
		       unsigned int ring, unsigned int order)
{
	const struct counted_cell *cell = counted_cell(c, label, ring, order);
	struct cost device = order_cost(c, label, ring, order);
	int off = counted_off(c);

	write_inline(w, NULL);
	write_string(w, "variant", c->labels->pdata[label]);
	write_string(w, "ring", c->rings->pdata[ring]);
	write_string(w, "order", c->orders->pdata[order]);
	write_string(w, "state", cell->state);
	if (*cell->evidence)
		write_string(w, "evidence", cell->evidence);
	write_number(w, "device", device.value);
	write_number(w, "device_over_off", device.over);
	write_number(w, "share_of_thread",
		     off < 0 ? NAN
			     : device.over /
				       counted_cell(c, off, ring, order)->figure[COUNT_THREAD]);
	for (unsigned int f = 0; f < COUNT_FIGURES; f++)
		write_number(w, count_figure_names[f], cell->figure[f]);
	write_truth(w, "index_stores_exact", cell->stores_exact);
	write_number(w, "difference", cell->difference);
	write_truth(w, "agree", device.agree);
	write_number(w, "windows_cut", cell->windows_cut);
	write_close(w, '}');
}

static void write_counted(struct writer *w, const struct ring_workload *x)
{
	const struct counted *c = x->counted;

	write_open(w, NULL, '{');
	write_string(w, "workload", x->workload->name);
	write_string(w, "class", ring_class_names[x->class]);
	write_string(w, "by", c->by);
	write_string(w, "qemu", c->qemu);
	write_truth(w, "iothreads", c->iothreads);
	write_count(w, "runs", c->runs);
	write_open(w, "cells", '[');
	for (unsigned int ring = 0; ring < c->rings->len; ring++)
		for (unsigned int order = 0; order < c->orders->len; order++)
			for (unsigned int label = 0; label < c->labels->len; label++)
				write_cell(w, c, label, ring, order);
	write_close(w, ']');
	write_close(w, '}');
}

static void write_ratio(struct writer *w, const struct timed *t, unsigned int label)
{
	int off = timed_off(t);
	struct block_ratio x = {0, NAN, NAN, NAN};

	if (off >= 0)
		x = ring_ratio(t, label, off);
	write_open(w, NULL, '{');
	write_string(w, "variant", t->labels->pdata[label]);
	write_number(w, "elements_per_s", ring_rate(t, label));
	write_count(w, "n", x.n);
	write_number(w, "ratio_to_off", x.ratio);
	write_number(w, "ci_low", x.lo);
	write_number(w, "ci_high", x.hi);
	write_open(w, "boots", '[');
	for (unsigned int b = 0; b < t->boots->len; b++) {
		const struct timed_device *d = timed_device(t, b, label);

		write_inline(w, NULL);
		write_count(w, "block", ((struct timed_boot *)t->boots->pdata[b])->block);
		write_string(w, "state", d->state);
		write_number(w, "elements_per_s", boot_rate(t, b, label));
		write_count(w, "turns", d->turns);
		if (*d->evidence)
			write_string(w, "evidence", d->evidence);
		write_close(w, '}');
	}
	write_close(w, ']');
	write_close(w, '}');
}

static void write_timed(struct writer *w, const struct results *r, const struct ring_workload *x)
{
	for (unsigned int ring = 0; ring < x->timed->len; ring++) {
		const struct timed *t = x->timed->pdata[ring];

		if (!t || !t->boots->len)
			continue;
		write_open(w, NULL, '{');
		write_string(w, "workload", x->workload->name);
		write_string(w, "ring", r->run->rings->pdata[ring]);
		write_string(w, "order", t->order);
		write_open(w, "variants", '[');
		for (unsigned int label = 0; label < t->labels->len; label++)
			write_ratio(w, t, label);
		write_close(w, ']');
		write_timed_quiet(w, t, r->margin);
		write_close(w, '}');
	}
}

/* Of one phase of a counting boot. */
static void write_driver(struct writer *w, const struct results *r, unsigned int workload,
			 unsigned int ring, unsigned int variant)
{
	const struct workload *of = r->run->workloads->pdata[workload];
	const struct driver *d = driver_of(r->run, of, ring, variant);

	if (!d)
		return;
	write_inline(w, NULL);
	write_string(w, "workload", of->name);
	write_string(w, "ring", r->run->rings->pdata[ring]);
	write_string(w, "variant", r->run->variants->pdata[variant]);
	write_number(w, "elements", driver_elements(d));
	write_number(w, "interrupts", d->interrupts == UINT64_MAX ? NAN : d->interrupts);
	write_number(w, "segments", driver_segments(d));
	write_number(w, "all", driver_cost(d, DRIVER_ALL));
	write_number(w, "work", driver_cost(d, DRIVER_WORK));
	write_number(w, "notices", driver_cost(d, DRIVER_NOTICES));
	for (unsigned int part = 0; part < DRIVER_PARTS; part++)
		write_number(w, driver_part_names[part], driver_cost(d, part));
	write_close(w, '}');
}

static void write_drivers(struct writer *w, const struct results *r)
{
	write_open(w, "driver", '[');
	for (unsigned int x = 0; x < r->run->workloads->len; x++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			for (unsigned int v = 0; v < r->run->variants->len; v++)
				write_driver(w, r, x, ring, v);
	write_close(w, ']');
}

static unsigned int how_many(const struct rings *rings, bool timed)
{
	unsigned int n = 0;

	for (unsigned int i = 0; rings && i < rings->workloads->len; i++) {
		const struct ring_workload *x = rings->workloads->pdata[i];

		n += timed ? x->timed != NULL : x->counted != NULL;
	}
	return n;
}

void write_rings(struct writer *w, const struct results *r)
{
	for (unsigned int timed = 0; timed < 2; timed++) {
		if (!how_many(r->rings, timed))
			continue;
		write_open(w, timed ? "timed" : "counted", '[');
		for (unsigned int i = 0; i < r->rings->workloads->len; i++) {
			const struct ring_workload *x = r->rings->workloads->pdata[i];

			if (timed && x->timed)
				write_timed(w, r, x);
			else if (!timed && x->counted)
				write_counted(w, x);
		}
		write_close(w, ']');
	}
	if (driver_any(r->run))
		write_drivers(w, r);
}
