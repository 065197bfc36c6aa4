// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps requests in flight, and looks at what comes back. */
#include "steps.h"
#include "hardware.h"
#include "runners/tool/clock.h"

/* Adds at most @most elements, if a batch has room; the number added. */
static uint64_t submit(struct device *d, struct lane *q, uint64_t most)
{
	const struct load *l = d->load;
	uint64_t n;

	if (!most || q->n_slots < MAX(l->batch, 1))
		return 0;
	if (l->settle)
		g_free(mmio_status(&d->mmio));
	n = step_add(d, q, most);
	if (n && virtqueue_publish(&q->ring))
		step_notify(d, q);
	return n;
}

/* Puts up to @most elements or frames on their way; how many. */
static uint64_t feed(struct device *d, uint64_t most)
{
	const struct device_class *c = d->class;
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < d->load->queues; i++)
		n += submit(d, &d->lanes[i], c->send ? UINT64_MAX : most - n);
	return c->send ? c->send(d, most) : n;
}

/* The part of a turn that counts is over: so much was done, in so long. */
static void settle(const struct device *d, struct turn *t, uint64_t done, int64_t ns, double before)
{
	double after = hardware_read(d->counter);

	t->elements = done;
	t->seconds = ns / 1e9;
	t->instructions = before >= 0 && after >= before ? after - before : -1;
}

bool load_turn(struct device *d, uint64_t elements, int64_t ns, struct turn *t)
{
	int64_t start = step_now_ns(), now = start, began_ms = now_ms();
	uint64_t left = elements ? elements : UINT64_MAX, done = 0;
	int64_t lead = ns ? d->load->lead_ns : 0;
	struct patience p = {0};
	double before = hardware_read(d->counter);
	bool more = true;
	unsigned int i;

	t->seconds = 0;
	while (d->state == DEVICE_OK && (more || step_outstanding(d))) {
		uint64_t got = 0;

		left -= feed(d, more ? left : 0);
		for (i = 0; i < d->load->queues; i++)
			got += step_reap(d, &d->lanes[i], UINT64_MAX);
		done += got;
		now = step_now_ns();
		if (lead && now - start >= lead) {
			lead = done = 0;
			start = now;
			before = hardware_read(d->counter);
		} else if (!lead && more && (!left || (ns && now - start >= ns))) {
			more = false;
			if (elements == 0)
				settle(d, t, done, now - start, before);
		}
		if (step_take(d) || got)
			step_moved(d, &p);
		else
			step_wait(d, &p);
	}
	if (elements)
		settle(d, t, done, now - start, before);
	d->ran_ms += now_ms() - began_ms;
	return d->state == DEVICE_OK;
}
