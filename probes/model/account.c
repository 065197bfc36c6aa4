// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a queue is settled, and whether its counts add up. */
#include "account.h"

bool vq_queue_settled(const struct vq_queue *q)
{
	return q->start_known && q->old_filled >= q->start;
}

void vq_account_until(struct vq_queue *q, uint64_t ts)
{
	if (!q->first_ts) {
		q->first_ts = q->last_ts = ts;
		if (q->settled_ts) /* at the beginning of a range */
			q->settled_ts = ts;
	}
	if (ts > q->last_ts) {
		if (q->settled_ts)
			q->stash_area += (double)vq_outstanding_stash(&q->o) * (ts - q->last_ts);
		q->last_ts = ts;
	}
}

void vq_account_settle(struct vq_queue *q)
{
	if (!q->settled_ts && vq_queue_settled(q))
		q->settled_ts = q->last_ts;
}

void vq_account_check_inuse(struct vq_queue *q, uint32_t inuse)
{
	int64_t skew;

	if (!q->start_known) {
		q->start_known = true;
		q->start = inuse - q->out;
		q->in_flight_start += MAX(q->start, 0);
		if (q->start < 0)
			q->anomalies++;
		vq_account_settle(q);
		return;
	}
	skew = inuse - (q->start + q->out);
	if (skew != q->skew) {
		q->inuse_mismatches++;
		q->skew = skew;
	}
}

void vq_account_unseen(struct vq_queue *q, uint32_t ndescs)
{
	if (q->start_known && vq_queue_settled(q))
		q->out += vq_account_units(ndescs); /* it came by another way than pop */
	else
		q->old_filled += vq_account_units(ndescs);
}

bool vq_queue_orderless(const struct vq_queue *q)
{
	return q->fills && !q->pops && !q->carried;
}

bool vq_queue_conserved(const struct vq_queue *q)
{
	if (vq_queue_orderless(q) && q->unmatched_fills > q->in_flight_start)
		return false;
	return q->pops + q->carried + q->unmatched_gone ==
		       q->fills - q->unmatched_fills + q->unpopped + q->detached + q->dropped +
			       q->o.unfilled + q->cut + q->unfilled_published &&
	       !q->inuse_mismatches && !q->anomalies && !q->unfilled_published &&
	       !q->unmatched_published;
}

bool vq_queue_agrees(const struct vq_queue *q)
{
	return vq_queue_conserved(q) && !q->length_mismatches;
}

double vq_queue_stash_mean(const struct vq_queue *q)
{
	uint64_t ns = q->settled_ns + (q->settled_ts ? q->last_ts - q->settled_ts : 0);

	return ns ? q->stash_area / ns : 0;
}
