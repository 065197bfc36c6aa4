// SPDX-License-Identifier: GPL-2.0-or-later
/* One queue: events to measures; the definitions are in model.h. */
#include <string.h>

#include "account.h"
#include "queue.h"

static void on_pop(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = vq_queue_elem(q, e->id);

	q->pops++;
	hist_add(&q->pop, e->h.dur_ns);
	q->last_unpopped = 0;
	if (!elem)
		return;
	/* From before the watch, it may have been published by another's entry. */
	if (elem->state != VQ_ELEM_NONE && (elem->numbered || !q->in_order || q->old_gone))
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

static void count_thread(struct vq_queue *q, uint32_t tid)
{
	unsigned i = 0;

	while (i < q->threads && q->thread[i].tid != tid)
		i++;
	if (i == VQ_THREADS) {
		i = VQ_THREADS - 1; /* all the others */
		q->thread[i].tid = 0;
	} else if (i == q->threads) {
		q->thread[q->threads++].tid = tid;
	}
	q->thread[i].fills++;
}

static void on_fill(struct vq_queue *q, const struct vq_elem_event *e)
{
	struct vq_elem *elem = vq_queue_elem(q, e->id);
	bool settled = vq_queue_settled(q);
	uint64_t depth, stash;

	q->fills++;
	hist_add(&q->fill, e->h.dur_ns);
	count_thread(q, e->tid);
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

/* A pop of @id is over without a fill; @back: the driver's entry is refetched. */
static void take_away(struct vq_queue *q, uint32_t id, uint32_t ndescs, bool back)
{
	struct vq_elem *elem = vq_queue_elem(q, id);

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
	vq_queue_run_forget(q);
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
	q->old_gone = false;
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
		.left_out = now.left_out,
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
		.run = now.run,
		.run_at = now.run_at,
		.run_left = now.run_left,
		.run_number = now.run_number,
		.run_old = now.run_old,
		.run_unsure = now.run_unsure,
		.old_gone = now.old_gone,
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
	q->old_gone = true;
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
		vq_queue_flushed(q, (const void *)h);
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
	if (q->run)
		g_array_unref(q->run);
	g_free(q);
}
