// SPDX-License-Identifier: GPL-2.0-or-later
/* One queue: events to measures; the definitions are in model.h. */
#include <string.h>

#include "queue.h"

#define MAX_ID 65535u

/* vq_slot.flags */
#define FILLED (1 << 0)
#define PUBLISHED (1 << 1)
#define GONE (1 << 2)	  /* detached, or taken back while not the latest */
#define UNPOPPED (1 << 3) /* with GONE: its avail entry will be popped again */

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED (1u << 15)

static struct vq_slot *slot_of(struct vq_queue *q, uint64_t seq)
{
	return &q->slot[seq & (q->nslot - 1)];
}

static struct vq_slot *slot_append(struct vq_queue *q)
{
	if (q->next_seq - q->base == q->nslot) {
		uint32_t n = q->nslot ? 2 * q->nslot : 64;
		struct vq_slot *slot = g_new0(struct vq_slot, n);

		for (uint64_t s = q->base; s < q->next_seq; s++)
			slot[s & (n - 1)] = *slot_of(q, s);
		g_free(q->slot);
		q->slot = slot;
		q->nslot = n;
	}
	return memset(slot_of(q, q->next_seq++), 0, sizeof(struct vq_slot));
}

/* The element with @id; NULL if no driver can use that id. */
static struct vq_elem *elem_of(struct vq_queue *q, uint32_t id)
{
	if (id > MAX_ID) {
		q->anomalies++;
		return NULL;
	}
	if (id >= q->nelem) {
		uint32_t n = MAX(64, q->nelem);

		while (n <= id)
			n *= 2;
		q->elem = g_renew(struct vq_elem, q->elem, n);
		memset(q->elem + q->nelem, 0, (n - q->nelem) * sizeof(*q->elem));
		q->nelem = n;
	}
	return &q->elem[id];
}

/*
 * In the unit of VirtQueue.inuse: descriptors on packed rings, elements on split
 * ones, where QEMU says that each has one descriptor (0: it was never popped).
 */
static int64_t units(uint32_t ndescs)
{
	return MAX(1, ndescs);
}

bool vq_queue_settled(const struct vq_queue *q)
{
	return q->start_known && q->old_filled >= q->start;
}

/* Brings the integral of S up to @ts: to be called before S changes. */
static void tick(struct vq_queue *q, uint64_t ts)
{
	if (!q->first_ts)
		q->first_ts = q->last_ts = ts;
	if (ts > q->last_ts) {
		if (q->settled_ts)
			q->stash_area += (double)q->stash_now * (ts - q->last_ts);
		q->last_ts = ts;
	}
}

static void settle(struct vq_queue *q)
{
	if (!q->settled_ts && vq_queue_settled(q))
		q->settled_ts = q->last_ts;
}

/* Moves F over what is filled or gone, and the base over what is published. */
static void advance(struct vq_queue *q)
{
	while (q->frontier < q->next_seq) {
		struct vq_slot *s = slot_of(q, q->frontier);

		if (!(s->flags & (FILLED | GONE)))
			break;
		if (s->flags & FILLED)
			q->stash_now--;
		q->frontier++;
	}
	while (q->base < q->frontier && slot_of(q, q->base)->flags & (PUBLISHED | GONE))
		q->base++;
}

/* QEMU's own count of what is in use, against ours. */
static void check_inuse(struct vq_queue *q, uint32_t inuse)
{
	int64_t skew;

	if (!q->start_known) {
		q->start_known = true;
		q->start = inuse - q->out;
		q->in_flight_start += MAX(q->start, 0);
		if (q->start < 0)
			q->anomalies++;
		settle(q);
		return;
	}
	skew = inuse - (q->start + q->out);
	if (skew != q->skew) {
		q->inuse_mismatches++;
		q->skew = skew;
	}
}

/* An element of which the pop was not seen is completed or taken back. */
static void old_done(struct vq_queue *q, uint32_t ndescs)
{
	if (q->start_known && vq_queue_settled(q))
		q->out += units(ndescs); /* it came by another way than pop */
	else
		q->old_filled += units(ndescs);
}

static void on_pop(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = elem_of(q, e->id);
	struct vq_slot *s;

	q->pops++;
	hist_add(&q->pop, e->h.dur_ns);
	q->last_unpopped = 0;
	if (!elem)
		return;
	if (elem->state != VQ_ELEM_NONE)
		q->anomalies++;
	q->out += units(e->ndescs);
	s = slot_append(q);
	s->id = e->id;
	s->ndescs = e->ndescs;
	*elem = (struct vq_elem){
		.seq = q->next_seq - 1,
		.ndescs = e->ndescs,
		.state = VQ_ELEM_POPPED,
		.numbered = true,
	};
	q->popped++;
	check_inuse(q, e->inuse);
}

static void on_fill(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = elem_of(q, e->id);
	bool settled = vq_queue_settled(q);
	uint64_t depth;

	q->fills++;
	hist_add(&q->fill, e->h.dur_ns);
	q->last_unpopped = 0;
	if (!elem)
		return;
	if (elem->state == VQ_ELEM_FILLED) {
		q->anomalies++;
		return;
	}
	if (elem->state == VQ_ELEM_NONE) {
		q->unmatched_fills++;
		*elem = (struct vq_elem){.ndescs = e->ndescs};
		old_done(q, e->ndescs);
	}
	elem->state = VQ_ELEM_FILLED;
	elem->filled_ts = e->h.ts;
	elem->len = e->len;
	if (!settled)
		q->unsettled++;
	if (!elem->numbered) {
		settle(q);
		return;
	}
	q->popped--;
	depth = elem->seq - q->frontier;
	slot_of(q, elem->seq)->flags |= FILLED;
	q->stash_now++;
	advance(q);
	if (!settled)
		return;
	q->stashed += depth > 0;
	counts_add(&q->depth, depth);
	counts_add(&q->stash, q->stash_now);
	q->stash_max = MAX(q->stash_max, q->stash_now);
}

/* @elem has become visible to the driver; @len as the used ring says. */
static void publish(struct vq_queue *q, struct vq_elem *elem, const uint32_t *len, uint64_t ts)
{
	q->published++;
	q->batch_now++;
	q->out -= units(elem->ndescs);
	if (elem->state == VQ_ELEM_FILLED) {
		if (len && *len != elem->len)
			q->length_mismatches++;
		hist_add(&q->hold, ts > elem->filled_ts ? ts - elem->filled_ts : 0);
	} else {
		q->unfilled_published++;
		if (elem->numbered)
			q->popped--;
	}
	if (elem->numbered) {
		struct vq_slot *s = slot_of(q, elem->seq);

		/* base is the smallest seq that is not published. */
		q->order_violations += elem->seq != q->base;
		if (!(s->flags & FILLED))
			q->stash_now++;
		s->flags |= FILLED | PUBLISHED;
		advance(q);
	}
	elem->state = VQ_ELEM_NONE;
	elem->numbered = false;
}

/* The element that is due next, when the ring cannot tell. */
static struct vq_elem *due_next(struct vq_queue *q)
{
	struct vq_elem *first = NULL;

	if (q->in_order && q->base < q->next_seq)
		return &q->elem[slot_of(q, q->base)->id];
	for (uint32_t i = 0; i < q->nelem; i++) {
		struct vq_elem *e = &q->elem[i];

		if (e->state == VQ_ELEM_FILLED && (!first || e->filled_ts < first->filled_ts))
			first = e;
	}
	return first;
}

/* Publishes what is due without looking; returns the ring slots it takes. */
static uint32_t publish_assumed(struct vq_queue *q, uint64_t ts)
{
	struct vq_elem *elem = due_next(q);
	uint32_t ndescs = elem ? units(elem->ndescs) : 1;

	q->assumed_published++;
	if (elem) {
		publish(q, elem, NULL, ts);
	} else {
		q->published++;
		q->batch_now++;
		q->unmatched_published++;
		q->out--;
	}
	return ndescs;
}

/* The used ring shows @id with @len; returns the slots that it takes. */
static uint32_t publish_id(struct vq_queue *q, uint32_t id, uint32_t len, uint64_t ts)
{
	struct vq_elem *elem = elem_of(q, id);
	uint32_t ndescs;

	if (!elem || elem->state == VQ_ELEM_NONE) {
		q->published++;
		q->batch_now++;
		/* In use since before the watch, filled just before it. */
		if (elem && !vq_queue_settled(q))
			old_done(q, 1);
		else
			q->unmatched_published++;
		q->out--;
		q->unknown_chain = true;
		settle(q);
		return 1;
	}
	ndescs = units(elem->ndescs);
	publish(q, elem, &len, ts);
	return ndescs;
}

/*
 * A packed ring's slot (virtio 1.3, section 2.8.1): used if its two flags equal
 * the device's wrap counter of that lap.  The rest of a chain keeps what the
 * driver wrote.  If the head does not say used, the driver was quick to put a
 * new buffer there.
 */
static void packed_slot(struct vq_queue *q, const struct vq_flush_event *e, uint32_t i)
{
	uint32_t at = e->old_idx + e->pos + i, flags = e->used[i].second >> 16;
	bool wrap = e->flags & VQ_FLUSH_OLD_WRAP;
	bool avail = flags & PACKED_AVAIL, used = flags & PACKED_USED;

	if (at >= e->num)
		wrap = !wrap;
	if (q->skip) {
		q->skip--;
		return;
	}
	if (q->unknown_chain && avail == wrap && used != wrap) {
		/* More of an element whose length we have not been told. */
		if (!vq_queue_settled(q))
			old_done(q, 1);
		q->out--;
		settle(q);
		return;
	}
	q->unknown_chain = false;
	if (e->flags & VQ_FLUSH_UNREADABLE || avail != wrap || used != wrap)
		q->skip = publish_assumed(q, e->h.ts) - 1;
	else
		q->skip = publish_id(q, e->used[i].second & 0xffff, e->used[i].first, e->h.ts) - 1;
}

static void on_flush(struct vq_queue *q, const struct vq_flush_event *e)
{
	if (e->pos == 0) {
		q->flushes++;
		hist_add(&q->flush, e->h.dur_ns);
		q->last_unpopped = 0;
		q->skip = 0;
		q->unknown_chain = false;
		q->batch_now = 0;
		q->num = e->num;
		q->packed = e->flags & VQ_FLUSH_PACKED;
		q->in_order = e->flags & VQ_FLUSH_IN_ORDER;
		q->flushed = true;
	}
	if (e->flags & VQ_FLUSH_UNREADABLE)
		q->unreadable_rings++;
	for (uint32_t i = 0; i < e->n; i++) {
		if (q->packed)
			packed_slot(q, e, i);
		else if (e->flags & VQ_FLUSH_UNREADABLE)
			publish_assumed(q, e->h.ts);
		else
			publish_id(q, e->used[i].first, e->used[i].second, e->h.ts);
	}
	if (e->pos + e->n < e->total)
		return;
	counts_add(&q->batch, q->batch_now);
	check_inuse(q, e->inuse);
}

/* The element at the end of the numbering is taken back. */
static void take_back_last(struct vq_queue *q)
{
	q->next_seq--;
	while (q->next_seq > q->base && slot_of(q, q->next_seq - 1)->flags & UNPOPPED)
		q->next_seq--;
	q->frontier = MIN(q->frontier, q->next_seq);
}

/* A pop of @id is over without a fill; @back: the driver's entry is refetched. */
static void take_away(struct vq_queue *q, uint32_t id, uint32_t ndescs, bool back)
{
	struct vq_elem *elem = elem_of(q, id);

	if (!elem)
		return;
	if (elem->state == VQ_ELEM_FILLED) {
		q->anomalies++;
		return;
	}
	if (elem->state == VQ_ELEM_NONE) {
		q->unmatched_gone++;
		old_done(q, ndescs);
		settle(q);
	} else if (elem->numbered) {
		q->popped--;
		if (back && elem->seq == q->next_seq - 1)
			take_back_last(q);
		else
			slot_of(q, elem->seq)->flags |= GONE | (back ? UNPOPPED : 0);
		advance(q);
	}
	q->out -= units(ndescs);
	*elem = (struct vq_elem){.state = VQ_ELEM_NONE};
}

static void on_unpop(struct vq_queue *q, const struct vq_elem_event *e)
{
	q->unpopped++;
	take_away(q, e->id, e->ndescs, true);
	q->last_unpopped = (uint64_t)e->id + 1;
}

static void on_detach(struct vq_queue *q, const struct vq_elem_event *e)
{
	/* unpop detaches by itself: one event of an element, not two. */
	if (q->last_unpopped == (uint64_t)e->id + 1) {
		q->last_unpopped = 0;
		return;
	}
	q->detached++;
	take_away(q, e->id, e->ndescs, false);
}

static void on_rewind(struct vq_queue *q, const struct vq_count_event *e)
{
	int64_t left = e->count;

	q->last_unpopped = 0;
	if (e->count > e->inuse)
		return; /* QEMU refuses */
	if (e->count > MAX_ID + 1) {
		q->anomalies++;
		return;
	}
	while (left > 0) {
		uint64_t seq = q->next_seq;
		struct vq_slot *s = NULL;

		while (seq > q->base && (slot_of(q, seq - 1)->flags & UNPOPPED))
			seq--;
		if (seq > q->base)
			s = slot_of(q, seq - 1);
		if (!s || s->flags) {
			/* Popped before the watch, or not with the device. */
			q->unpopped++;
			if (s)
				q->anomalies++;
			q->unmatched_gone++;
			old_done(q, 1);
			settle(q);
			q->out--;
			left--;
			continue;
		}
		q->unpopped++;
		left -= units(s->ndescs);
		take_away(q, s->id, s->ndescs, true);
	}
}

/* Nothing is outstanding any more. */
static void forget(struct vq_queue *q)
{
	q->popped = 0;
	q->stash_now = 0;
	q->base = q->frontier = q->next_seq;
	if (q->nelem)
		memset(q->elem, 0, q->nelem * sizeof(*q->elem));
	q->skew = 0;
	q->last_unpopped = 0;
}

void vq_queue_gap(struct vq_queue *q)
{
	if (q->settled_ts)
		q->settled_ns += q->last_ts - q->settled_ts;
	q->settled_ts = 0;
	q->cut += q->popped;
	forget(q);
	q->start_known = false;
	q->start = q->old_filled = q->out = 0;
}

void vq_queue_reset(struct vq_queue *q, uint64_t ts)
{
	tick(q, ts);
	q->resets++;
	q->dropped += q->popped;
	forget(q);
	/* What was in use before the watch is gone, too. */
	q->start = q->old_filled;
	q->start_known = true;
	q->out = -q->start; /* inuse is 0 now */
	settle(q);
}

void vq_queue_event(struct vq_queue *q, const struct vq_head *h)
{
	tick(q, h->ts);
	switch (h->type) {
	case VQ_POP:
		on_pop(q, (const void *)h);
		break;
	case VQ_FILL:
		on_fill(q, (const void *)h);
		break;
	case VQ_FLUSH:
		on_flush(q, (const void *)h);
		break;
	case VQ_UNPOP:
		on_unpop(q, (const void *)h);
		break;
	case VQ_DETACH:
		on_detach(q, (const void *)h);
		break;
	case VQ_REWIND:
		on_rewind(q, (const void *)h);
		break;
	}
}

void vq_queue_free(struct vq_queue *q)
{
	counts_free(&q->depth);
	counts_free(&q->stash);
	counts_free(&q->batch);
	g_free(q->elem);
	g_free(q->slot);
	g_free(q);
}

bool vq_queue_conserved(const struct vq_queue *q)
{
	return q->pops + q->unmatched_gone == q->fills - q->unmatched_fills + q->unpopped +
						      q->detached + q->dropped + q->popped +
						      q->cut + q->unfilled_published &&
	       !q->inuse_mismatches && !q->anomalies && !q->unfilled_published &&
	       !q->unmatched_published;
}

double vq_queue_stash_mean(const struct vq_queue *q)
{
	uint64_t ns = q->settled_ns + (q->settled_ts ? q->last_ts - q->settled_ts : 0);

	return ns ? q->stash_area / ns : 0;
}
