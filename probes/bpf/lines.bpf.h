/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_LINES_BPF_H
#define VQLAB_PROBES_BPF_LINES_BPF_H

#include "core.bpf.h"

/* The programs' end of the ring of lines (lines.h), and what did not fit. */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct vq_line);
} lines SEC(".maps");
const volatile __u32 line_mask = 63;
struct vq_ring ring __attribute__((aligned(64)));

/* Losses by queue (by device for resets).  Of queues that find no room here only
 * the total is known. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} lost_of SEC(".maps");

static __always_inline void count_lost(__u16 type, __u64 vq)
{
	__u64 *n = bpf_map_lookup_elem(&lost_of, &vq), one = 1;

	__sync_fetch_and_add(&lost[type], 1);
	if (!n && bpf_map_update_elem(&lost_of, &vq, &one, BPF_NOEXIST))
		n = bpf_map_lookup_elem(&lost_of, &vq);
	if (n)
		__sync_fetch_and_add(n, 1);
}

#define NO_ROOM (~0ull)

/* Is there room for @n lines from @at on?  The tail may have passed @at, if others
 * moved the head meanwhile. */
static __always_inline int room_for(__u64 at, __u32 n)
{
	__u64 tail = *(volatile __u64 *)&ring.tail_seen;

	if ((__s64)(at + n - tail) <= (__s64)line_mask + 1)
		return 1;
	tail = *(volatile __u64 *)&ring.tail;
	*(volatile __u64 *)&ring.tail_seen = tail;
	return (__s64)(at + n - tail) <= (__s64)line_mask + 1;
}

/* Takes @n lines: the place of the first, or NO_ROOM. */
static __always_inline __u64 take_lines(__u32 n)
{
	for (int i = 0; i < 8; i++) {
		__u64 at = *(volatile __u64 *)&ring.head;

		if (!room_for(at, n))
			return NO_ROOM;
		if (__sync_val_compare_and_swap(&ring.head, at, at + n) == at)
			return at;
	}
	return NO_ROOM; /* others took some each time: it does not happen */
}

static __always_inline struct vq_line *line_at(__u64 at)
{
	__u32 i = at & line_mask;

	return bpf_map_lookup_elem(&lines, &i);
}

/* A line for an event of @type that fits one, its place in @at; NULL: lost. */
static __always_inline struct vq_line *take_line(__u16 type, __u64 vq, __u64 *at)
{
	struct vq_line *l;

	*at = take_lines(1);
	l = line_at(*at);
	if (*at != NO_ROOM && l)
		return l;
	count_lost(type, vq);
	return NULL;
}

/* The line in place @at is written.  x86 keeps the order of stores. */
static __always_inline void publish_line(struct vq_line *l, __u64 at)
{
	asm volatile("" ::: "memory");
	*(volatile __u64 *)&l->tag = at + 1;
}

static __always_inline void write_head(struct vq_head *h, __u16 type, __u16 size, __u64 vq,
				       __u64 t0, __u64 ts)
{
	__u64 dur = ts - t0;

	h->type = type;
	h->size = size;
	h->dur_ns = dur > 0xffffffff ? 0xffffffff : dur;
	h->ts = ts;
	h->vq = vq;
}

#endif
