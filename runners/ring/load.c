// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps requests in flight, and looks at what comes back. */
#include "device.h"
#include "hardware.h"
#include "runners/tool/clock.h"

#include <stdio.h>
#include <time.h>

/* Looks at empty rings before the processor is given away. */
#define SPIN 2000

/* A chain cannot be longer. */
#define MOST_SEGMENTS 1024

static int64_t now_ns(void)
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

static bool notify(struct device *d, struct lane *q)
{
	g_autoptr(GError) e = NULL;

	d->notified++;
	if (mmio_notify(&d->mmio, q->index, &e))
		return true;
	device_catch(d, DEVICE_CRASHED, NULL, g_strdup(e->message));
	return false;
}

/* Adds at most @most elements, if a batch has room; the number added. */
static uint64_t submit(struct device *d, struct lane *q, uint64_t most)
{
	struct virtqueue_segment s[MOST_SEGMENTS];
	const struct load *l = d->load;
	uint64_t n = 0;

	if (!most || q->n_slots < MAX(l->batch, 1))
		return 0;
	if (l->settle)
		g_free(mmio_status(&d->mmio));
	while (n < most && q->n_slots && virtqueue_has_room(&q->ring, l->ring.chain)) {
		uint32_t slot = take_slot(q, l);

		virtqueue_add(&q->ring, s, d->class->build(d, q, slot, s), slot);
		n++;
	}
	if (n && virtqueue_publish(&q->ring))
		notify(d, q);
	return n;
}

/* Takes what is used; the number of elements. */
static uint64_t reap(struct device *d, struct lane *q)
{
	struct virtqueue_done done;
	uint64_t n = 0;
	int got;

	while ((got = virtqueue_get(&q->ring, &done)) > 0) {
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

static uint64_t outstanding(struct device *d)
{
	uint64_t n = 0;
	unsigned int i;

	if (d->class->outstanding)
		return d->class->outstanding(d);
	for (i = 0; i < d->load->queues; i++)
		n += d->lanes[i].ring.in_flight;
	return n;
}

/*
 * Nothing moves.  Halfway to a stall the device is notified once more: if that
 * helps, a notification was lost or one was wanted and not asked for.
 */
struct patience {
	int64_t since; /* ns; 0: things move */
	bool notified;
	unsigned int looks;
};

static void wait_more(struct device *d, struct patience *p)
{
	int64_t now, limit = d->load->stall_ms * 1000000ll;
	unsigned int i;

	if (++p->looks < SPIN)
		return;
	p->looks = 0;
	now = now_ns();
	if (!p->since) {
		p->since = now;
	} else if (now - p->since > limit) {
		device_catch(d, DEVICE_STALLED, "progress",
			     g_strdup_printf("nothing was completed in %d ms", d->load->stall_ms));
	} else if (now - p->since > limit / 2 && !p->notified) {
		p->notified = true;
		for (i = 0; i < d->load->queues; i++)
			notify(d, &d->lanes[i]);
	}
	nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

static void moved(struct device *d, struct patience *p)
{
	if (p->notified)
		device_catch(d, DEVICE_BROKEN, "notification",
			     g_strdup("elements were taken only after a second notification"));
	p->since = 0;
	p->notified = false;
	p->looks = 0;
}

static bool take(struct device *d)
{
	char *wrong = NULL;
	bool any = d->class->take && d->class->take(d, &wrong);

	if (wrong)
		device_catch(d, DEVICE_BROKEN, "data", wrong);
	return any;
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
	int64_t start = now_ns(), now = start, began_ms = now_ms();
	uint64_t left = elements ? elements : UINT64_MAX, done = 0;
	struct patience p = {0};
	double before = hardware_read(d->counter);
	bool more = true;
	unsigned int i;

	t->seconds = 0;
	while (d->state == DEVICE_OK && (more || outstanding(d))) {
		uint64_t got = 0;

		left -= feed(d, more ? left : 0);
		for (i = 0; i < d->load->queues; i++)
			got += reap(d, &d->lanes[i]);
		done += got;
		now = now_ns();
		if (more && (!left || (ns && now - start >= ns))) {
			more = false;
			if (elements == 0)
				settle(d, t, done, now - start, before);
		}
		if (take(d) || got)
			moved(d, &p);
		else
			wait_more(d, &p);
	}
	if (elements)
		settle(d, t, done, now - start, before);
	d->ran_ms += now_ms() - began_ms;
	return d->state == DEVICE_OK;
}
