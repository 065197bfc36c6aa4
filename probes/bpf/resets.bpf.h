/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_RESETS_BPF_H
#define VQLAB_PROBES_BPF_RESETS_BPF_H

#include "lines.bpf.h"
#include "tables.bpf.h"

/*
 * Resets: entered, and over.
 *
 * virtio_reset and virtio_queue_reset wait for the device's requests, in
 * coroutines with stacks of their own, so they cannot have a return probe (see
 * struct call).  That one was entered is noted here.  That it is over shows in the
 * queue: it has begun anew when a pop finds that its element is the only one in use.
 * What is completed until then was popped before the reset.
 *
 * Why not probes on the ret instructions of these functions: compilers end them by
 * jumps into others, behind which the work goes on, and where they end can be known
 * only by decoding all of them without an error.
 */

#define RESET_BITS 9
__u64 resets[(1 << RESET_BITS) * VQ_SLOT / 8] __attribute__((aligned(VQ_SLOT)));
__u64 reset_calls, queue_reset_calls;

static __always_inline void note_reset(__u64 key, __u64 ts)
{
	struct vq_reset_slot *r = enabled ? slot_of(resets, RESET_BITS, key, 1) : NULL;

	if (r) {
		r->ts = ts;
		r->window = window;
		r->generation = generation + 1;
	} else if (enabled) {
		__sync_fetch_and_add(&unreadable_calls, 1);
	}
	__sync_fetch_and_add(&generation, 1);
}

/* The reset with @key, if queue @q has not been seen to begin anew since. */
static __always_inline struct vq_reset_slot *reset_since(const struct vq_queue_slot *q, __u64 key)
{
	struct vq_reset_slot *r = slot_of(resets, RESET_BITS, key, 0);

	if (!r || r->window != window || (__s32)(r->generation - (q ? q->anew_generation : 0)) <= 0)
		return NULL;
	return r;
}

/* The reset that the queue at @vq of the device @vdev may be in; NULL: in none. */
static __always_inline struct vq_reset_slot *reset_of(const struct vq_queue_slot *q, __u64 vq,
						      __u64 vdev)
{
	return reset_since(q, vdev) ?: reset_since(q, vq);
}

/* The queue at @vq has begun anew, after @r.  In @now, a generation, it was seen. */
static __always_inline void send_queue_reset(struct vq_queue_slot *q, const struct vq_reset_slot *r,
					     __u64 vq, __u64 vdev, __u32 now)
{
	__u64 at;
	struct vq_line *l;
	struct vq_count_event *e;
	__u16 index = 0;

	if (q)
		q->anew_generation = now;
	if (READ(index, vq + layout.vq_queue_index))
		__sync_fetch_and_add(&unreadable_calls, 1);
	l = take_line(VQ_QUEUE_RESET, vq, &at);
	if (!l)
		return;
	e = (void *)l->word;
	write_head(&e->h, VQ_QUEUE_RESET, sizeof(*e), vdev, r->ts, r->ts);
	e->count = index;
	e->inuse = 0;
	publish_line(l, at);
}

#endif
