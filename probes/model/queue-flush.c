// SPDX-License-Identifier: GPL-2.0-or-later
/* What a flush made visible, from the used ring; the definitions are in model.h. */
#include "account.h"
#include "queue.h"

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED (1u << 15)

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
	struct vq_elem *elem = vq_queue_elem(q, id);
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

void vq_queue_flushed(struct vq_queue *q, const struct vq_flush_event *e)
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
