// SPDX-License-Identifier: GPL-2.0-or-later
/* One queue: events to measures; the definitions are in model.h. */
#include <string.h>

#include "account.h"
#include "queue.h"

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED (1u << 15)

/* The element with @id; NULL if no driver can use that id. */
static struct vq_elem *elem_of(struct vq_queue *q, uint32_t id)
{
	struct vq_elem *e = vq_outstanding_find(&q->o, id);

	q->anomalies += !e;
	return e;
}

static void on_pop(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = elem_of(q, e->id);

	q->pops++;
	hist_add(&q->pop, e->h.dur_ns);
	q->last_unpopped = 0;
	if (!elem)
		return;
	if (elem->state != VQ_ELEM_NONE)
		q->anomalies++;
	if (elem->numbered && elem->state == VQ_ELEM_FILLED)
		vq_outstanding_publish(&q->o, elem);
	else if (elem->numbered)
		vq_outstanding_remove(&q->o, elem, false);
	q->out += vq_account_units(e->ndescs);
	vq_outstanding_pop(&q->o, elem, e->ndescs, e->h.ts);
	q->last = (struct vq_last){.known = VQ_LAST_SEQ, .seq = elem->seq};
	if (e->inuse != VQ_INUSE_UNTOLD)
		vq_account_check_inuse(q, e->inuse);
}

static void on_fill(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = elem_of(q, e->id);
	bool settled = vq_queue_settled(q);
	uint64_t depth, stash;

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
		elem->ndescs = e->ndescs;
		vq_account_unseen(q, e->ndescs);
	}
	elem->filled_ts = e->h.ts;
	elem->len = e->len;
	if (!settled)
		q->unsettled++;
	if (!elem->numbered) {
		elem->state = VQ_ELEM_FILLED;
		vq_account_settle(q);
		return;
	}
	depth = elem->seq - vq_outstanding_frontier(&q->o);
	q->last = (struct vq_last){
		.known = VQ_LAST_SEQ | VQ_LAST_SERVICE | (settled ? VQ_LAST_DEPTH : 0),
		.seq = elem->seq,
		.depth = depth,
		.service_ns = e->h.ts - elem->popped_ts,
	};
	vq_outstanding_fill(&q->o, elem);
	if (!settled)
		return;
	stash = vq_outstanding_stash(&q->o);
	q->stashed += depth > 0;
	counts_add(&q->depth, depth);
	counts_add(&q->stash, stash);
	q->stash_max = MAX(q->stash_max, stash);
}

/* @elem has become visible to the driver; @len as the used ring says. */
static void publish(struct vq_queue *q, struct vq_elem *elem, const uint32_t *len, uint64_t ts)
{
	q->published++;
	q->batch_now++;
	q->out -= vq_account_units(elem->ndescs);
	if (elem->state == VQ_ELEM_FILLED) {
		uint64_t hold = ts > elem->filled_ts ? ts - elem->filled_ts : 0;

		if (len && *len != elem->len)
			q->length_mismatches++;
		hist_add(&q->hold, hold);
		q->last.known |= VQ_LAST_HOLD;
		q->last.hold_ns = MAX(q->last.hold_ns, hold);
	} else {
		q->unfilled_published++;
	}
	if (elem->numbered) {
		q->order_violations += elem->seq != vq_outstanding_base(&q->o);
		vq_outstanding_publish(&q->o, elem);
	}
	elem->state = VQ_ELEM_NONE;
}

/* The element that is due next, when the ring cannot tell. */
static struct vq_elem *due_next(struct vq_queue *q)
{
	struct vq_elem *first = NULL;

	if (q->in_order && vq_outstanding_first(&q->o))
		return vq_outstanding_first(&q->o);
	for (uint32_t i = 0; i < q->o.n_elem; i++) {
		struct vq_elem *e = &q->o.elem[i];

		if (e->state == VQ_ELEM_FILLED && (!first || e->filled_ts < first->filled_ts))
			first = e;
	}
	return first;
}

/* Publishes what is due without looking; returns the ring slots it takes. */
static uint32_t publish_assumed(struct vq_queue *q, uint64_t ts)
{
	struct vq_elem *elem = due_next(q);
	uint32_t ndescs = elem ? vq_account_units(elem->ndescs) : 1;

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
			vq_account_unseen(q, 1);
		else
			q->unmatched_published++;
		q->out--;
		q->unknown_chain = true;
		vq_account_settle(q);
		return 1;
	}
	ndescs = vq_account_units(elem->ndescs);
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
			vq_account_unseen(q, 1);
		q->out--;
		vq_account_settle(q);
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
		q->last = (struct vq_last){0};
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
	q->last.published = q->batch_now;
	vq_account_check_inuse(q, e->inuse);
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
		vq_account_unseen(q, ndescs);
		vq_account_settle(q);
	} else if (elem->numbered) {
		vq_outstanding_remove(&q->o, elem, back);
	}
	q->out -= vq_account_units(ndescs);
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
	if (e->count > 65536) {
		q->anomalies++;
		return;
	}
	while (left > 0) {
		bool amiss;
		struct vq_elem *elem = vq_outstanding_latest(&q->o, &amiss);

		q->unpopped++;
		if (elem) {
			left -= vq_account_units(elem->ndescs);
			take_away(q, elem->id, elem->ndescs, true);
			continue;
		}
		/* Popped before the watch, or not with the device. */
		q->anomalies += amiss;
		q->unmatched_gone++;
		vq_account_unseen(q, 1);
		vq_account_settle(q);
		q->out--;
		left--;
	}
}

/* Nothing is outstanding any more. */
static void forget_outstanding(struct vq_queue *q)
{
	vq_outstanding_forget(&q->o);
	q->skew = 0;
	q->last_unpopped = 0;
}

void vq_queue_gap(struct vq_queue *q)
{
	if (q->settled_ts)
		q->settled_ns += q->last_ts - q->settled_ts;
	q->settled_ts = 0;
	q->cut += q->o.unfilled;
	forget_outstanding(q);
	q->start_known = false;
	q->start = q->old_filled = q->out = 0;
}

void vq_queue_begin_range(struct vq_queue *q)
{
	struct vq_queue now = *q;

	counts_free(&q->depth);
	counts_free(&q->stash);
	counts_free(&q->batch);
	*q = (struct vq_queue){
		.vq = now.vq,
		.vdev = now.vdev,
		.index = now.index,
		.num = now.num,
		.packed = now.packed,
		.in_order = now.in_order,
		.flushed = now.flushed,
		.carried = now.o.unfilled,
		.in_flight_start = now.start_known ? MAX(now.start + now.out, 0) : 0,
		.settled_ts = now.settled_ts,
		.replaced = now.replaced,
		.o = now.o,
		.out = now.out,
		.skew = now.skew,
		.start_known = now.start_known,
		.start = now.start,
		.old_filled = now.old_filled,
		.last_unpopped = now.last_unpopped,
		.skip = now.skip,
		.unknown_chain = now.unknown_chain,
		.batch_now = now.batch_now,
	};
	memcpy(q->device, now.device, sizeof(q->device));
	memcpy(q->type, now.type, sizeof(q->type));
}

void vq_queue_reset(struct vq_queue *q, uint64_t ts)
{
	vq_account_until(q, ts);
	q->resets++;
	q->dropped += q->o.unfilled;
	forget_outstanding(q);
	/* What was in use before the watch is gone, too. */
	q->start = q->old_filled;
	q->start_known = true;
	q->out = -q->start; /* inuse is 0 now */
	vq_account_settle(q);
}

void vq_queue_event(struct vq_queue *q, const struct vq_head *h)
{
	vq_account_until(q, h->ts);
	if (h->type != VQ_FLUSH) /* which may come in several records */
		q->last.known = 0;
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
	vq_outstanding_clear(&q->o);
	g_free(q);
}
