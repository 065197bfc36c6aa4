/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_FLUSH_BPF_H
#define VQLAB_PROBES_BPF_FLUSH_BPF_H

#include "resets.bpf.h"

/* A flush as events, and the ring that it wrote to. */

#define NO_RING (1ull << 63) /* no process has that address */

/* One flush, as long as its records are being written. */
struct flush {
	__u64 vq, t0, ts;
	__u64 ring; /* address of entry 0, or NO_RING */
	__u32 stride;
	__u32 num;
	__u32 inuse;
	__u32 total;
	__u32 flags;
	__u32 old_idx; /* of the first entry, below num */
	__u32 old_raw;
};

static __always_inline void flush_head(const struct flush *f, struct vq_flush_event *e, __u32 pos,
				       __u32 n, const __u32 room)
{
	write_head(&e->h, VQ_FLUSH, sizeof(*e) + room * sizeof(struct vq_used_entry), f->vq, f->t0,
		   f->ts);
	e->num = f->num;
	e->inuse = f->inuse;
	e->total = f->total;
	e->old_idx = f->old_raw;
	e->n = n;
	e->pos = pos;
}

/* The entry in @slot of the ring; 0, or the flag that says that it cannot be read
 * and is 0.  Without branches, for the verifier walks them all. */
static __always_inline __u32 read_used(const struct flush *f, __u32 slot, struct vq_used_entry *u)
{
	return (READ(*u, f->ring + (__u64)slot * f->stride) >> 31) & VQ_FLUSH_UNREADABLE;
}

/* The slot behind @slot of @num: likewise. */
static __always_inline __u32 next_slot(__u32 slot, __u32 num)
{
	return (slot + 1) & ((__s32)(slot + 1 - num) >> 31);
}

/* Sends a flush of one entry, or of none. */
static __always_inline void send_short_flush(const struct flush *f)
{
	__u64 at;
	struct vq_line *l = take_line(VQ_FLUSH, f->vq, &at);
	struct vq_used_entry u = {};
	struct vq_flush_event *e;

	_Static_assert(sizeof(*e) + sizeof(u) == sizeof(l->word), "fills a line");
	if (!l)
		return;
	e = (void *)l->word;
	flush_head(f, e, 0, f->total, 1);
	e->flags = f->flags;
	if (f->total)
		e->flags |= read_used(f, f->old_idx, &u);
	e->used[0] = u;
	publish_line(l, at);
}

/*
 * Sends @n entries from @pos on, in a record with room for @room, a constant: the
 * lines are taken first, and the entries read into them.
 */
static __always_inline void send_flush(struct flush *f, __u32 pos, __u32 n, const __u32 room)
{
	const __u32 words = sizeof(struct vq_flush_event) / sizeof(__u64);
	const __u32 n_lines = (words + room + VQ_LINE_WORDS - 1) / VQ_LINE_WORDS;
	__u32 i = 0, k, w = words, slot, flags = f->flags;
	__u64 at = take_lines(n_lines);
	struct vq_line *first = line_at(at), *l;
	struct vq_flush_event *e;

	_Static_assert(sizeof(struct vq_used_entry) == sizeof(__u64), "an entry is a word");
	if (at == NO_ROOM || !first) {
		count_lost(VQ_FLUSH, f->vq);
		return;
	}
	e = (void *)first->word;
	flush_head(f, e, pos, n, room);
	slot = f->old_idx + pos;
	if (slot >= f->num)
		slot -= f->num;
	for (k = 0; k < n_lines; k++, w = 0) {
		l = line_at(at + k);
		for (; l && w < VQ_LINE_WORDS; w++, i++) {
			if (i >= n) {
				l->word[w] = 0;
				continue;
			}
			flags |= read_used(f, slot, (void *)&l->word[w]);
			slot = next_slot(slot, f->num);
		}
	}
	e->flags = flags;
	for (k = 0; k < n_lines; k++) {
		l = line_at(at + k);
		if (l)
			publish_line(l, at + k);
	}
}

static long send_flush_chunk(__u32 i, void *arg)
{
	struct flush *f = arg;
	__u32 pos = i * VQ_FLUSH_CHUNK, n = f->total - pos;

	send_flush(f, pos, n < VQ_FLUSH_CHUNK ? n : VQ_FLUSH_CHUNK, VQ_FLUSH_CHUNK);
	return 0;
}

/* Where the used entries are: split rings have a used ring behind a header of
 * four bytes, packed ones overwrite the descriptors. */
static __always_inline int read_ring(struct flush *f, const struct vq_span *s)
{
	__u64 caches = FIELD(__u64, s, layout.vq_caches), vdev = FIELD(__u64, s, layout.vq_vdev);
	__u64 ring = 0, features = 0;
	int err;

	err = READ(features, vdev + layout.vdev_features);
	if (features & (1ull << FEATURE_IN_ORDER))
		f->flags |= VQ_FLUSH_IN_ORDER;
	if (features & (1ull << FEATURE_PACKED)) {
		f->flags |= VQ_FLUSH_PACKED;
		err |= READ(ring, caches + layout.caches_desc_ptr);
		ring += 8;
	} else {
		err |= READ(ring, caches + layout.caches_used_ptr);
		ring += 4;
	}
	if (err || !caches || ring < 4096)
		return -1;
	f->ring = ring;
	return 0;
}

/*
 * Where the used entries are: read, or as it was when the queue was last flushed.  QEMU makes new
 * caches for each change of its memory map, which does not move the guest's memory, and when the
 * driver places the ring, which a reset precedes.  New ones may be where the old ones were, so
 * nothing is kept while a reset is under way.
 */
static __always_inline void find_ring(struct flush *f, const struct vq_span *s,
				      struct vq_queue_slot *q, __u32 born)
{
	__u64 caches = FIELD(__u64, s, layout.vq_caches);

	if (q && q->ring_generation == born && q->caches == caches) {
		f->flags = q->flags;
		f->ring = q->ring;
	} else if (!read_ring(f, s) && q) {
		q->caches = caches;
		q->flags = f->flags;
		q->ring = f->ring;
		q->avail_generation = 0; /* the avail ring may have moved, too */
		q->ring_generation = reset_of(q, f->vq, FIELD(__u64, s, layout.vq_vdev)) ? 0 : born;
	}
	f->stride = f->flags & VQ_FLUSH_PACKED ? 16 : 8;
}

#endif
