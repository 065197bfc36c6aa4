// SPDX-License-Identifier: GPL-2.0-or-later
/* What a flush made visible, from the used ring; the definitions are in model.h. */
#include "account.h"
#include "queue.h"

void vq_queue_flushed(struct vq_queue *q, const struct vq_flush_event *e)
{
	if (e->pos == 0) {
		q->last = (struct vq_last){0};
		q->flushes++;
		hist_add(&q->flush, e->h.dur_ns);
		q->last_unpopped = 0;
		q->skip = 0;
		q->unknown_chain = false;
		vq_queue_run_forget(q);
		q->batch_now = 0;
		q->num = e->num;
		q->packed = e->flags & VQ_FLUSH_PACKED;
		q->in_order = e->flags & VQ_FLUSH_IN_ORDER;
		q->flushed = true;
	}
	if (e->flags & VQ_FLUSH_UNREADABLE)
		q->unreadable_rings++;
	for (uint32_t i = 0; i < e->n; i++)
		if (!vq_queue_run_takes(q, e, e->pos + i, &e->used[i]))
			vq_queue_read_slot(q, e, e->pos + i, &e->used[i]);
	if (e->pos + e->n < e->total)
		return;
	counts_add(&q->batch, q->batch_now);
	q->last.published = q->batch_now;
	vq_account_check_inuse(q, e->inuse);
	vq_queue_run_end(q, e);
}
