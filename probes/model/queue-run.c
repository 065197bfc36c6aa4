// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One used entry for several elements (virtio 1.3, sections 2.7.9 and 2.8.9): the last
 * one's, in the first one's place.  What is in the places between is what was there before:
 * on a split ring any earlier entry, on a packed one what the driver wrote.
 *
 * Of an entry that stands before its turn there are two readings, then: that it is for all
 * elements up to its own, or that the device published out of order, each with an entry.
 * The places between tell, unless what was there before reads like entries of the very
 * elements, each once.  What was published is the same by both readings.
 */
#include "account.h"
#include "queue.h"

static uint32_t entry_id(const struct vq_queue *q, const struct vq_used_entry *u)
{
	return q->packed ? u->second & 0xffff : u->first;
}

static const uint32_t *entry_len(const struct vq_queue *q, const struct vq_used_entry *u)
{
	return q->packed ? &u->first : &u->second;
}

/*
 * All elements from before the watch are published.  Those that seem to be left have shared
 * another's entry.
 */
static void end_old(struct vq_queue *q)
{
	for (uint32_t i = 0; i < q->o.n_elem; i++)
		if (!q->o.elem[i].numbered)
			q->o.elem[i].state = VQ_ELEM_NONE;
	q->old_gone = true;
	if (q->start_known)
		q->old_filled = MAX(q->old_filled, q->start);
	vq_account_settle(q);
}

/* Slots from @at on of elements without a number; those come first. */
static int64_t old_slots(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at)
{
	int64_t old = (int64_t)e->inuse + e->total - at;
	struct vq_elem *elem;

	if (q->old_gone)
		return 0;
	for (elem = vq_outstanding_first(&q->o); elem; elem = vq_outstanding_next(&q->o, elem))
		old -= vq_account_units(elem->ndescs);
	if (q->start_known)
		old = MIN(old, q->start);
	if (old <= 0)
		end_old(q);
	return MAX(old, 0);
}

/* The slots that elements take up to @last, or 0 if one of them is not filled. */
static int64_t slots_up_to(struct vq_queue *q, const struct vq_elem *last)
{
	struct vq_elem *elem = vq_outstanding_first(&q->o);
	int64_t n = 0;

	for (; elem && elem->state == VQ_ELEM_FILLED; elem = vq_outstanding_next(&q->o, elem)) {
		n += vq_account_units(elem->ndescs);
		if (elem == last)
			return n;
	}
	return 0;
}

/*
 * A slot of an element from before the watch, whatever stands there: which one it was is
 * not known, so neither is what else is left of them.
 */
static void publish_old(struct vq_queue *q)
{
	q->out--;
	if (q->packed && q->unknown_chain)
		return; /* or more of one that is counted */
	q->published++;
	q->batch_now++;
}

static const struct vq_used_entry *kept(const struct vq_queue *q, uint32_t i)
{
	return &g_array_index(q->run, struct vq_used_entry, i);
}

/* Do the slots that were kept hold an entry of its own for each element that is due? */
static bool reads_singly(struct vq_queue *q, const struct vq_flush_event *e)
{
	int64_t i = 0;
	struct vq_elem *elem;

	q->run_number++;
	while (i < q->run->len) {
		const struct vq_used_entry *u = kept(q, i);
		enum vq_slot slot = vq_queue_slot(q, e, q->run_at + i, u);

		if (slot == VQ_SLOT_OVERWRITTEN)
			return true; /* there is no telling */
		elem = slot == VQ_SLOT_USED ? vq_outstanding_find(&q->o, entry_id(q, u)) : NULL;
		if (!elem || elem->state != VQ_ELEM_FILLED || !elem->numbered ||
		    elem->run == q->run_number || elem->len != *entry_len(q, u))
			return false;
		elem->run = q->run_number;
		i += vq_account_units(elem->ndescs);
	}
	for (elem = vq_outstanding_first(&q->o); elem && elem->run == q->run_number;
	     elem = vq_outstanding_next(&q->o, elem))
		i -= vq_account_units(elem->ndescs);
	return i == 0;
}

/* How many entries they are if each may stand for several; 0 if they cannot be read so. */
static uint32_t count_entries(struct vq_queue *q, const struct vq_flush_event *e)
{
	struct vq_elem *next = vq_outstanding_first(&q->o), *elem;
	uint32_t i = 0, n = 0;

	while (i < q->run->len && vq_queue_slot(q, e, q->run_at + i, kept(q, i)) == VQ_SLOT_USED) {
		elem = vq_outstanding_find(&q->o, entry_id(q, kept(q, i)));
		if (!elem || !next || elem->seq < next->seq)
			return 0;
		for (; next && next->seq <= elem->seq; next = vq_outstanding_next(&q->o, next))
			i += vq_account_units(next->ndescs);
		n++;
	}
	return n;
}

static void publish_singly(struct vq_queue *q, const struct vq_flush_event *e)
{
	uint64_t violations = q->order_violations, published = q->published;
	uint32_t entries = count_entries(q, e);

	for (uint32_t i = 0; i < q->run->len; i++)
		vq_queue_read_slot(q, e, q->run_at + i, kept(q, i));
	if (!entries)
		return;
	q->unclear_violations += q->order_violations - violations;
	q->unclear_entries += q->published - published - entries;
}

/* @u is for all elements up to its own. */
static void publish_run(struct vq_queue *q, const struct vq_flush_event *e,
			const struct vq_used_entry *u)
{
	struct vq_elem *last = vq_outstanding_find(&q->o, entry_id(q, u)), *elem;
	uint64_t published = q->published;

	for (; q->run_old > 0; q->run_old--)
		publish_old(q);
	do {
		elem = vq_outstanding_first(&q->o);
		vq_queue_publish(q, elem, elem == last ? entry_len(q, u) : NULL, e->h.ts);
	} while (elem != last);
	q->skipped += q->published - published - 1;
}

/* What stands in the slots may be from earlier; but as many are published, in order. */
static void publish_rest(struct vq_queue *q, const struct vq_flush_event *e)
{
	uint64_t published = q->published;
	int64_t left = q->run->len;
	struct vq_elem *elem;

	for (; left > 0 && q->run_old > 0; left--, q->run_old--)
		publish_old(q);
	while (left > 0 && (elem = vq_outstanding_first(&q->o))) {
		left -= vq_account_units(elem->ndescs);
		vq_queue_publish(q, elem, NULL, e->h.ts);
	}
	q->unclear_entries += q->published - published;
}

/* How many slots the entry stands for, if it may be for more than its own element. */
static uint32_t run_slots(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			  const struct vq_used_entry *u)
{
	struct vq_elem *elem = vq_outstanding_find(&q->o, entry_id(q, u));
	int64_t n;

	if (vq_queue_slot(q, e, at, u) != VQ_SLOT_USED)
		return 0;
	if (!elem || !elem->numbered || elem->state != VQ_ELEM_FILLED)
		return 0;
	if (!q->run_old && elem == vq_outstanding_first(&q->o))
		return 0;
	n = slots_up_to(q, elem);
	return n && n + q->run_old <= e->total - at ? n + q->run_old : 0;
}

static void read_kept(struct vq_queue *q, const struct vq_flush_event *e)
{
	uint32_t i = 0, n;

	if (q->run_unsure)
		publish_rest(q, e);
	else if (!q->run_old && reads_singly(q, e))
		publish_singly(q, e);
	else
		while (i < q->run->len) {
			n = q->skip ? 0 : run_slots(q, e, q->run_at + i, kept(q, i));
			if (n)
				publish_run(q, e, kept(q, i));
			else
				vq_queue_read_slot(q, e, q->run_at + i, kept(q, i));
			i += MAX(n, 1);
		}
	g_array_set_size(q->run, 0);
}

/*
 * Elements from before the watch are due: may the entry be there from earlier?  The first one
 * of a flush is not; nor are descriptors, which the driver writes again in each lap.
 */
static bool is_unsure(struct vq_queue *q, const struct vq_used_entry *u)
{
	struct vq_elem *elem = q->packed ? NULL : vq_outstanding_find(&q->o, u->first);

	return elem && (elem->numbered || elem->state == VQ_ELEM_NONE);
}

void vq_queue_run_end(struct vq_queue *q, const struct vq_flush_event *e)
{
	if (q->in_order)
		old_slots(q, e, e->total);
}

bool vq_queue_run_takes(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			const struct vq_used_entry *u)
{
	if (!q->run_left) {
		if (!q->in_order || q->skip || e->flags & VQ_FLUSH_UNREADABLE ||
		    q->order_violations > q->unclear_violations)
			return false; /* nothing is in order where one surely was not */
		q->run_old = old_slots(q, e, at);
		if (q->run_old && vq_queue_slot(q, e, at, u) == VQ_SLOT_UNTOUCHED) {
			publish_old(q);
			return true;
		}
		q->run_unsure = q->run_old && at && is_unsure(q, u);
		if (!q->run_unsure && !run_slots(q, e, at, u))
			return false;
		q->run_at = at;
		q->run_left = e->total - at;
	}
	if (!q->run)
		q->run = g_array_new(FALSE, FALSE, sizeof(*u));
	g_array_append_vals(q->run, u, 1);
	if (--q->run_left == 0)
		read_kept(q, e);
	return true;
}

void vq_queue_run_forget(struct vq_queue *q)
{
	q->run_left = 0;
	if (q->run)
		g_array_set_size(q->run, 0);
}

bool vq_queue_batches(const struct vq_queue *q)
{
	return q->skipped > 0;
}

uint64_t vq_queue_used_entries(const struct vq_queue *q)
{
	return q->published - q->skipped - (vq_queue_batches(q) ? q->unclear_entries : 0);
}

uint64_t vq_queue_order_violations(const struct vq_queue *q)
{
	return q->order_violations - (vq_queue_batches(q) ? q->unclear_violations : 0);
}
