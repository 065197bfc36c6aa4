/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_LIGHT_BPF_H
#define VQLAB_PROBES_BPF_LIGHT_BPF_H

#include "flush.bpf.h"

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

/*
 * Has the queue, of which a reset was entered, begun anew?  No flush has come since,
 * so if it has, the used index is 0; where it was 0 before, only a smaller number of
 * pops tells.  At the first look in a window nothing is known of before.
 */
static __always_inline int has_begun_anew(const struct queue *q, const struct vq_span *s,
					  __u16 used_before)
{
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);

	return !FIELD(__u16, s, layout.vq_used_idx) &&
	       (q->window != window || used_before || (__s16)(idx - q->popped) < 0);
}

/* What look() must know of a queue; 0: it cannot be known.  No flush of the queue
 * is under way, or it is at its end. */
static __always_inline int know(struct queue *q, __u64 vq, const struct vq_span *s)
{
	__u64 vdev = FIELD(__u64, s, layout.vq_vdev);
	struct flush f = {.vq = vq, .ring = NO_RING};
	struct reset *r;
	__u16 used_before = q->used_idx;
	__u32 now = generation;

	if (q->known == now && q->caches == FIELD(__u64, s, layout.vq_caches))
		return 1;
	r = reset_of(q, vq, vdev);
	if (q->flushed != now || q->caches != FIELD(__u64, s, layout.vq_caches)) {
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
		begin_anew(q, r, vq, vdev, now);
		r = NULL;
	}
	if (!r)
		q->known = now;
	return 1;
}

/*
 * Sends the pops that @s, read just now, shows; the number then is @back less,
 * because the caller will take so many back.  If @tell, the count in use is told if
 * need be: not after a flush, whose own event comes later.
 */
static __always_inline void look(__u64 vq, const struct vq_span *s, __u64 ts, __u32 back,
				 const int tell)
{
	struct look l = {.vq = vq, .ts = ts, .num = FIELD(__u32, s, layout.vq_num)};
	__u32 inuse = FIELD(__u32, s, layout.vq_inuse);
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);
	struct queue *q = queue_of(vq);

	if (!q || !know(q, vq, s) || !l.num) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	l.from = q->window == window ? q->popped : idx;
	l.n = (__u16)(idx - l.from);
	l.inuse = !tell || q->told == generation ? VQ_INUSE_UNTOLD : inuse;
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
		look(vq, &s, ts, back, 1);
}

#endif
