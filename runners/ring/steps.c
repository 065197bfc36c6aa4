// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps.h"

#include <stdio.h>
#include <time.h>

/* Looks at empty rings before the processor is given away. */
#define SPIN 2000

/* With a processor of its own: so long nothing moves before it is given away.  A sleep is
 * longer than a batch takes, so that it would be what is measured. */
#define ALONE_NS 5000000

/* A chain cannot be longer. */
#define MOST_SEGMENTS 1024

int64_t step_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static uint32_t take_slot(struct lane *q, const struct load *l)
{
	uint32_t slot;

	if (l->ring.lifo)
		return q->slots[--q->n_slots];
	slot = q->slots[q->slots_first];
	q->slots_first = (q->slots_first + 1) % l->depth;
	q->n_slots--;
	return slot;
}

static void give_slot(struct lane *q, const struct load *l, uint32_t slot)
{
	if (l->ring.lifo)
		q->slots[q->n_slots++] = slot;
	else
		q->slots[(q->slots_first + q->n_slots++) % l->depth] = slot;
}

bool step_notify(struct device *d, struct lane *q)
{
	g_autoptr(GError) e = NULL;

	d->notified++;
	if (mmio_notify(&d->mmio, q->index, &e))
		return true;
	device_catch(d, DEVICE_CRASHED, NULL, g_strdup(e->message));
	return false;
}

uint64_t step_add(struct device *d, struct lane *q, uint64_t most)
{
	struct virtqueue_segment s[MOST_SEGMENTS];
	const struct load *l = d->load;
	uint64_t n = 0;

	while (n < most && q->n_slots && virtqueue_has_room(&q->ring, l->ring.chain)) {
		uint32_t slot = take_slot(q, l);

		virtqueue_add(&q->ring, s, d->class->build(d, q, slot, s), slot);
		n++;
	}
	return n;
}

uint64_t step_reap(struct device *d, struct lane *q, uint64_t most)
{
	struct virtqueue_done done;
	uint64_t n = 0;
	int got = 0;

	while (n < most && (got = virtqueue_get(&q->ring, &done)) > 0) {
		char *wrong = d->class->check(d, q, done.slot, done.len);

		give_slot(q, d->load, done.slot);
		n++;
		if (wrong) {
			device_catch(d, DEVICE_BROKEN, "data", wrong);
			return n;
		}
	}
	if (got < 0)
		device_catch(d, DEVICE_BROKEN, virtqueue_rule_name(q->ring.rule),
			     g_strdup_printf("queue %u: %s", q->index, q->ring.broken));
	return n;
}

uint64_t step_outstanding(struct device *d)
{
	uint64_t n = 0;
	unsigned int i;

	if (d->class->outstanding)
		return d->class->outstanding(d);
	for (i = 0; i < d->load->queues; i++)
		n += d->lanes[i].ring.in_flight;
	return n;
}

void step_wait(struct device *d, struct patience *p)
{
	int64_t now, limit = d->load->stall_ms * 1000000ll;
	unsigned int i;

	if (++p->looks < SPIN)
		return;
	p->looks = 0;
	now = step_now_ns();
	if (!p->since) {
		p->since = now;
	} else if (now - p->since > limit) {
		device_catch(d, DEVICE_STALLED, "progress",
			     g_strdup_printf("nothing was completed in %d ms", d->load->stall_ms));
	} else if (now - p->since > limit / 2 && !p->notified) {
		p->notified = true;
		for (i = 0; i < d->load->queues; i++)
			step_notify(d, &d->lanes[i]);
	}
	if (!d->load->alone || now - p->since > ALONE_NS)
		nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

void step_moved(struct device *d, struct patience *p)
{
	if (p->notified)
		device_catch(d, DEVICE_BROKEN, "notification",
			     g_strdup("elements were taken only after a second notification"));
	*p = (struct patience){0};
}

bool step_take(struct device *d)
{
	char *wrong = NULL;
	bool any = d->class->take && d->class->take(d, &wrong);

	if (wrong)
		device_catch(d, DEVICE_BROKEN, "data", wrong);
	return any;
}
