/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_LIGHT_BPF_H
#define VQLAB_PROBES_BPF_LIGHT_BPF_H

#include "flush.bpf.h"

/*
 * The light way: no probe on pop, none on the return of fill, so half of the hits
 * and less.  Which elements were popped, and in which order, is in the avail ring,
 * up to where QEMU says that it has popped: send_new_pops() sends what is new there, before
 * each event that a pop must precede.  The driver reuses an entry only after as
 * many others as the ring has.
 *
 * A packed ring has no such list: its pops are not seen.  With VQ_LIGHT_SPLIT nothing at
 * all is sent of such a queue, but said once that there is one: the loader then puts the
 * other probes on, and no half of it has been counted.
 */
const volatile __u32 light; /* enum vq_light */
__u32 packed_seen;

/* Is this a queue of which nothing is to be sent? */
static __always_inline int leave_out(__u32 flags)
{
	if (light != VQ_LIGHT_SPLIT || !(flags & VQ_FLUSH_PACKED))
		return 0;
	packed_seen = 1;
	return 1;
}

struct new_pops {
	__u64 vq, ts, avail;
	__u32 from, num, n;
	__u32 inuse; /* for the last of the n */
};

static long send_popped(__u32 i, void *arg)
{
	const struct new_pops *l = arg;
	__u64 at;
	struct vq_line *line = take_line(VQ_POP, l->vq, &at);
	struct vq_elem_event *e;
	__u16 head_idx = 0;

	if (!line)
		return 0;
	if (READ(head_idx, l->avail + 2 * (((l->from + i) & 0xffff) % l->num)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e = (void *)line->word;
	write_head(&e->h, VQ_POP, sizeof(*e), l->vq, l->ts, l->ts);
	e->len = 0;
	e->id = head_idx;
	e->ndescs = 1;
	e->inuse = i + 1 < l->n ? VQ_INUSE_UNTOLD : l->inuse;
	publish_line(line, at);
	return 0;
}

/*
 * Has the queue, of which a reset was entered, begun anew?  No flush has come since,
 * so if it has, the used index is 0; where that was 0 before, only a smaller number of
 * pops tells.  Of the time before a window nothing is known at its first event.
 */
static __always_inline int has_begun_anew(const struct vq_queue_slot *q, const struct vq_span *s,
					  __u16 used_before)
{
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);

	return !FIELD(__u16, s, layout.vq_used_idx) &&
	       (q->window != window || used_before || (__s16)(idx - q->popped) < 0);
}

/* Brings what send_new_pops() must know of a queue up to date: 0 if it cannot be read.
 * To be called while no flush of the queue is under way, or at its end. */
static __always_inline int find_avail_ring(struct vq_queue_slot *q, __u64 vq,
					   const struct vq_span *s)
{
	__u64 vdev = FIELD(__u64, s, layout.vq_vdev);
	struct flush f = {.vq = vq, .ring = NO_RING};
	struct vq_reset_slot *r;
	__u16 used_before = q->used_idx;
	__u32 now = generation;

	if (q->avail_generation == now && q->caches == FIELD(__u64, s, layout.vq_caches))
		return 1;
	r = reset_of(q, vq, vdev);
	if (q->ring_generation != now || q->caches != FIELD(__u64, s, layout.vq_caches)) {
		find_ring(&f, s, q, now);
		q->used_idx = FIELD(__u16, s, layout.vq_used_idx);
		if (f.ring == NO_RING)
			return 0;
	}
	if (READ(q->avail, FIELD(__u64, s, layout.vq_caches) + layout.caches_avail_ptr))
		return 0;
	if (r && has_begun_anew(q, s, used_before)) {
		q->window = window;
		q->popped = 0;
		send_queue_reset(q, r, vq, vdev, now);
		r = NULL;
	}
	if (!r)
		q->avail_generation = now;
	return 1;
}

/*
 * Sends the pops since the last call, which the queue @s, read just now, shows.  The
 * caller will take @back of them back, which are sent again when they are popped again.
 * If @tell, the last of them tells how many are in use, unless that is known: not after
 * a flush, whose own event comes later.
 */
static __always_inline void send_new_pops(__u64 vq, const struct vq_span *s, __u64 ts, __u32 back,
					  const int tell)
{
	struct new_pops l = {.vq = vq, .ts = ts, .num = FIELD(__u32, s, layout.vq_num)};
	__u32 inuse = FIELD(__u32, s, layout.vq_inuse);
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);
	struct vq_queue_slot *q = queue_of(vq);

	if (!q || !find_avail_ring(q, vq, s) || !l.num) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	l.from = q->window == window ? q->popped : idx;
	l.n = (__u16)(idx - l.from);
	l.inuse = !tell || q->inuse_generation == generation ? VQ_INUSE_UNTOLD : inuse;
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
	if (tell)
		q->inuse_generation = generation;
	if (l.n == 1)
		send_popped(0, &l);
	else
		bpf_loop(l.n, send_popped, &l, 0);
}

/* Before an entry program's own event: 0 if that is not to be sent. */
static __always_inline int send_new_pops_before(__u64 vq, __u64 ts, __u32 back)
{
	struct vq_span s = {};
	struct vq_queue_slot *q;

	if (!light)
		return 1;
	if (read_vq(&s, vq))
		__sync_fetch_and_add(&unreadable_calls, 1);
	else
		send_new_pops(vq, &s, ts, back, 1);
	q = queue_of(vq);
	return !q || !leave_out(q->flags);
}

#endif
