// SPDX-License-Identifier: GPL-2.0-or-later
/* What a slot of the used ring makes visible; the definitions are in model.h. */
#include "account.h"
#include "queue.h"

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED (1u << 15)

void vq_queue_publish(struct vq_queue *q, struct vq_elem *elem, const uint32_t *len, uint64_t ts)
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

/* An element of which nothing is known; @possible: no driver is barred from its id. */
static void publish_unknown(struct vq_queue *q, bool possible)
{
	q->published++;
	q->batch_now++;
	/* In use since before the watch, filled just before it. */
	if (possible && !vq_queue_settled(q))
		vq_account_unseen(q, 1);
	else if (!possible || !q->in_order || q->old_gone)
		q->unmatched_published++; /* else another's entry was taken for its */
	q->out--;
	vq_account_settle(q);
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
		vq_queue_publish(q, elem, NULL, ts);
	} else {
		publish_unknown(q, false);
	}
	return ndescs;
}

/* The used ring shows @id with @len; returns the slots that it takes. */
static uint32_t publish_id(struct vq_queue *q, uint32_t id, uint32_t len, uint64_t ts)
{
	struct vq_elem *elem = vq_queue_elem(q, id);
	uint32_t ndescs;

	if (!elem || elem->state == VQ_ELEM_NONE) {
		publish_unknown(q, elem != NULL);
		q->unknown_chain = true;
		return 1;
	}
	ndescs = vq_account_units(elem->ndescs);
	vq_queue_publish(q, elem, &len, ts);
	return ndescs;
}

/*
 * A packed ring's slot (virtio 1.3, section 2.8.1): used if its two flags equal
 * the device's wrap counter of that lap.  The rest of a chain keeps what the
 * driver wrote.
 */
enum vq_slot vq_queue_slot(const struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			   const struct vq_used_entry *u)
{
	bool wrap = e->flags & VQ_FLUSH_OLD_WRAP, avail = u->second >> 16 & PACKED_AVAIL;
	bool used = u->second >> 16 & PACKED_USED;

	if (!q->packed)
		return VQ_SLOT_USED;
	if (e->old_idx + at >= e->num)
		wrap = !wrap;
	if (avail != wrap)
		return VQ_SLOT_OVERWRITTEN;
	return used == wrap ? VQ_SLOT_USED : VQ_SLOT_UNTOUCHED;
}

static void read_packed_slot(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			     const struct vq_used_entry *u)
{
	enum vq_slot slot = vq_queue_slot(q, e, at, u);

	if (q->skip) {
		q->skip--;
		return;
	}
	if (q->unknown_chain && slot == VQ_SLOT_UNTOUCHED) {
		/* More of an element whose length we have not been told. */
		if (!vq_queue_settled(q))
			vq_account_unseen(q, 1);
		q->out--;
		vq_account_settle(q);
		return;
	}
	q->unknown_chain = false;
	if (e->flags & VQ_FLUSH_UNREADABLE || slot != VQ_SLOT_USED)
		q->skip = publish_assumed(q, e->h.ts) - 1;
	else
		q->skip = publish_id(q, u->second & 0xffff, u->first, e->h.ts) - 1;
}

void vq_queue_read_slot(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			const struct vq_used_entry *u)
{
	if (q->packed)
		read_packed_slot(q, e, at, u);
	else if (e->flags & VQ_FLUSH_UNREADABLE)
		publish_assumed(q, e->h.ts);
	else
		publish_id(q, u->first, u->second, e->h.ts);
}
