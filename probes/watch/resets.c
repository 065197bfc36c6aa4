// SPDX-License-Identifier: GPL-2.0-or-later
/* Resets that nothing has come after: see bpf/resets.bpf.h. */
#include "resets.h"
#include "watch.h"
#include "probes/bpf/slots.h"
#include "probes/vqprobe.skel.h"

#define SLOT_WORDS (VQ_SLOT / sizeof(uint64_t))

/* The slot of @table, of @bytes, with @key; NULL if there is none. */
static const void *find_slot(const uint64_t *table, size_t bytes, uint64_t key)
{
	for (size_t i = 0; i < bytes / sizeof(*table); i += SLOT_WORDS)
		if (table[i] == key)
			return &table[i];
	return NULL;
}

/* The reset of this window with @key, if @q has not begun anew since. */
static const struct vq_reset_slot *reset_since(const struct vq_watch *w, uint64_t key,
					       const struct vq_queue_slot *q)
{
	const struct vq_reset_slot *r = find_slot((const uint64_t *)w->skel->bss->resets,
						  sizeof(w->skel->bss->resets), key);

	if (!r || r->window != w->windows ||
	    (int32_t)(r->generation - (q ? q->anew_generation : 0)) <= 0)
		return NULL;
	return r;
}

void vq_resets_finish(struct vq_watch *w,
		      void (*fn)(struct vq_watch *w, const struct vq_head *h, size_t size))
{
	for (guint i = 0; i < w->model->queues->len; i++) {
		const struct vq_queue *mq = w->model->queues->pdata[i];
		const struct vq_queue_slot *q = find_slot((const uint64_t *)w->skel->bss->queues,
							  sizeof(w->skel->bss->queues), mq->vq);
		const struct vq_reset_slot *r =
			reset_since(w, mq->vdev, q) ?: reset_since(w, mq->vq, q);
		struct vq_count_event e = {
			.h = {.type = VQ_QUEUE_RESET, .size = sizeof(e), .vq = mq->vdev},
			.count = mq->index,
		};
		uint32_t inuse;

		if (!r ||
		    (vq_target_read(w->target, mq->vq + w->layout.vq_start + w->layout.vq_inuse,
				    &inuse, sizeof(inuse)) &&
		     inuse))
			continue;
		e.h.ts = r->ts;
		fn(w, &e.h, sizeof(e));
	}
}
