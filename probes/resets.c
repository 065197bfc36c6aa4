// SPDX-License-Identifier: GPL-2.0-or-later
/* Resets that nothing has come after: see bpf/resets.bpf.h. */
#include "resets.h"
#include "watch.h"
#include "probes/vqprobe.skel.h"

/* As the programs have them: a slot is a cache line, the key first. */
#define SLOT_WORDS 8
struct reset {
	uint64_t key, ts;
	uint32_t generation, window;
};
struct queue {
	uint64_t vq, caches, ring;
	uint32_t flags, flushed, told;
	uint16_t used_idx, popped;
	uint32_t window, known, begun;
};

/* The slot of @table, of @bytes, with @key; NULL if there is none. */
static const void *find_slot(const uint64_t *table, size_t bytes, uint64_t key)
{
	for (size_t i = 0; i < bytes / sizeof(*table); i += SLOT_WORDS)
		if (table[i] == key)
			return &table[i];
	return NULL;
}

/* The reset of this window with @key, if @q has not begun anew since. */
static const struct reset *reset_since(const struct vq_watch *w, uint64_t key,
				       const struct queue *q)
{
	const struct reset *r = find_slot((const uint64_t *)w->skel->bss->resets,
					  sizeof(w->skel->bss->resets), key);

	if (!r || r->window != w->windows || (int32_t)(r->generation - (q ? q->begun : 0)) <= 0)
		return NULL;
	return r;
}

void vq_resets_finish(struct vq_watch *w,
		      void (*fn)(struct vq_watch *w, const struct vq_head *h, size_t size))
{
	for (guint i = 0; i < w->model->queues->len; i++) {
		const struct vq_queue *mq = w->model->queues->pdata[i];
		const struct queue *q = find_slot((const uint64_t *)w->skel->bss->queues,
						  sizeof(w->skel->bss->queues), mq->vq);
		const struct reset *r = reset_since(w, mq->vdev, q) ?: reset_since(w, mq->vq, q);
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
