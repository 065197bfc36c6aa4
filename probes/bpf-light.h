/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_BPF_LIGHT_H
#define VQLAB_BPF_LIGHT_H

#include "bpf-flush.h"

/*
 * The light way: no probe on pop, none on the return of fill, so half of the hits
 * and less.  Which elements were popped, and in which order, is in the avail ring,
 * up to where QEMU says that it has popped: look() sends what is new there, before
 * each event that a pop must precede.  The driver reuses an entry only after as
 * many others as the ring has.
 *
 * A packed ring has no such list: its pops are not seen.
 */
const volatile __u32 light;

struct look {
	__u64 vq, ts, avail;
	__u32 from, num, n;
	__u32 inuse; /* for the last of the n */
};

static long send_popped(__u32 i, void *arg)
{
	const struct look *l = arg;
	__u64 at;
	struct vq_line *line = take_line(VQ_POP, l->vq, &at);
	struct vq_elem_event *e;
	__u16 head_idx = 0;

	if (!line)
		return 0;
	if (READ(head_idx, l->avail + 2 * (((l->from + i) & 0xffff) % l->num)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e = (void *)line->word;
	head(&e->h, VQ_POP, sizeof(*e), l->vq, l->ts, l->ts);
	e->len = 0;
	e->id = head_idx;
	e->ndescs = 1;
	e->inuse = i + 1 < l->n ? VQ_INUSE_UNTOLD : l->inuse;
	line_done(line, at);
	return 0;
}

/* Devices that were reset, so that their queues begin with nothing popped. */
struct was_reset {
	__u64 vdev; /* the key */
	__u32 window;
};
#define RESET_BITS 7
static __u64 resets[(1 << RESET_BITS) * SLOT / 8] __attribute__((aligned(SLOT)));

/* At the first look in a window: how many have been popped, of which we know. */
static __always_inline __u16 popped_before(const struct queue *q, __u16 idx)
{
	const struct was_reset *r = slot_of(resets, RESET_BITS, q->vdev, 0);

	return r && r->window == window ? 0 : idx;
}

/* What look() must know of a queue; 0: it cannot be known.  No flush of the queue
 * is under way, or it is at its end. */
static __always_inline int know(struct queue *q, const struct vq_span *s)
{
	struct flush f = {.ring = NO_RING};

	if (q->known == generation)
		return 1;
	if (q->flushed != generation) {
		find_ring(&f, s, q, generation);
		q->used_idx = FIELD(__u16, s, layout.vq_used_idx);
	}
	q->vdev = FIELD(__u64, s, layout.vq_vdev);
	if (q->flushed != generation ||
	    READ(q->avail, FIELD(__u64, s, layout.vq_caches) + layout.caches_avail_ptr))
		return 0;
	q->known = generation;
	return 1;
}

/* Sends the pops that @s, read just now, shows; the number then is @back less,
 * because the caller will take so many back. */
static __always_inline void look(__u64 vq, const struct vq_span *s, __u64 ts, __u32 back)
{
	struct look l = {.vq = vq, .ts = ts, .num = FIELD(__u32, s, layout.vq_num)};
	__u32 inuse = FIELD(__u32, s, layout.vq_inuse);
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);
	struct queue *q = queue_of(vq);

	if (!q || !know(q, s) || !l.num) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	l.from = q->window == window ? q->popped : popped_before(q, idx);
	l.n = (__u16)(idx - l.from);
	l.inuse = q->told == generation ? VQ_INUSE_UNTOLD : inuse;
	q->window = window;
	q->popped = idx - back;
	if (q->flags & VQ_FLUSH_PACKED)
		return;
	l.avail = q->avail + 4;
	if (!l.n)
		return;
	if (l.n > l.num) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	q->told = generation;
	if (l.n == 1)
		send_popped(0, &l);
	else
		bpf_loop(l.n, send_popped, &l, 0);
}

/* Before an entry program's own event. */
static __always_inline void look_before(__u64 vq, __u64 ts, __u32 back)
{
	struct vq_span s = {};

	if (!light)
		return;
	if (read_vq(&s, vq))
		__sync_fetch_and_add(&unreadable_calls, 1);
	else
		look(vq, &s, ts, back);
}

/* A reset queue begins anew; of a device, or with @vq one of its queues. */
struct begin {
	__u64 vdev, vq;
};

static long begin_anew(__u32 i, void *arg)
{
	const struct begin *b = arg;
	struct queue *q = (void *)queues + (i & ((1 << QUEUE_BITS) - 1)) * SLOT;

	if (q->vdev == b->vdev && (!b->vq || q->vq == b->vq))
		q->popped = 0;
	return 0;
}

static __always_inline void queues_reset(__u64 vdev, int one, __u32 index)
{
	struct begin b = {.vdev = vdev};
	struct was_reset *r;

	if (!light)
		return;
	r = one ? NULL : slot_of(resets, RESET_BITS, vdev, 1);
	if (r)
		r->window = window;
	if (one && READ(b.vq, vdev + layout.vdev_vq))
		return;
	b.vq += one ? (__u64)index * layout.vq_stride : 0;
	bpf_loop(1 << QUEUE_BITS, begin_anew, &b, 0);
}

#endif
