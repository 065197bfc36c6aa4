/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams of events for the trace's tests: as QEMU would cause them, and not. */
#ifndef VQLAB_PROBES_TESTS_TRACES_H
#define VQLAB_PROBES_TESTS_TRACES_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "probes/vqevent.h"

#define STREAM_RING 64u /* ring size, and elements at most outstanding */

union any_event {
	struct vq_head h;
	struct vq_elem_event elem;
	struct vq_flush_event flush;
	struct vq_count_event count;
	struct vq_queue_event queue;
	struct vq_end_event end;
	uint8_t bytes[UINT16_MAX + 1];
};

struct stream_queue {
	uint64_t vq;
	uint32_t flags;
	uint32_t out[STREAM_RING], filled[STREAM_RING]; /* ids */
	uint32_t len[STREAM_RING];
	unsigned n_out, n_filled, used;
	bool untold; /* one pop in 16 tells how many are in use */
};

/* One in @odd events is none that QEMU would cause; 0: all are such. */
struct stream {
	uint64_t random, ts;
	unsigned odd, n_queues;
	struct stream_queue *more; /* a long flush of it goes on */
	struct stream_queue queue[100];
};

static inline uint64_t stream_random(struct stream *s, uint64_t below)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random % below;
}

/* Queues 0, 4, 8... are split and unordered, the next packed, and so on. */
static inline void stream_begin(struct stream *s, uint64_t seed, unsigned n_queues, unsigned odd)
{
	memset(s, 0, sizeof(*s));
	s->random = seed * 0x9e3779b97f4a7c15 + 1;
	s->ts = 1000000000;
	s->odd = odd;
	s->n_queues = MIN(n_queues, G_N_ELEMENTS(s->queue));
	for (unsigned i = 0; i < s->n_queues; i++) {
		s->queue[i].vq = 0x7f0000000000 + 0xa0 * i;
		s->queue[i].untold = i % 3;
		s->queue[i].flags = (i & 1 ? VQ_FLUSH_PACKED : 0) |
				    (i & 2 ? VQ_FLUSH_IN_ORDER : 0) | VQ_FLUSH_OLD_WRAP |
				    VQ_FLUSH_NEW_WRAP;
	}
}

static inline void stream_queue_event(const struct stream *s, unsigned i, union any_event *e)
{
	memset(e, 0, sizeof(e->queue));
	e->queue = (struct vq_queue_event){.h = {VQ_QUEUE, sizeof(e->queue), 0, 0, s->queue[i].vq},
					   .index = i,
					   .vdev = 0x5500};
	g_snprintf(e->queue.device, sizeof(e->queue.device), "disk%u", i / 4);
	g_strlcpy(e->queue.type, "virtio-blk", sizeof(e->queue.type));
}

static inline void stream_end_event(const struct stream *s, union any_event *e)
{
	e->end = (struct vq_end_event){.h = {VQ_END, sizeof(e->end), 0, s->ts, 0}, .lost = 3};
}

/* Any bytes, but with a size that holds a head, and not the last event. */
static inline void stream_odd(struct stream *s, union any_event *e)
{
	static const uint32_t extreme[] = {0, 1, UINT32_MAX, INT32_MAX, 0xffff, 0x8000};
	size_t size = sizeof(e->h) + stream_random(s, 200);

	if (!stream_random(s, 500))
		size = UINT16_MAX;
	for (size_t i = 0; i < size; i++)
		e->bytes[i] = stream_random(s, 256);
	e->h.type = stream_random(s, 3) ? stream_random(s, VQ_END) : e->h.type | 0x100;
	e->h.size = size;
	if (stream_random(s, 2)) {
		e->h.vq = s->queue[stream_random(s, s->n_queues)].vq;
		e->h.size = size = e->h.type == VQ_FLUSH ? 56 : sizeof(e->elem);
		for (size_t i = sizeof(e->h); i < size; i += 4)
			*(uint32_t *)(e->bytes + i) =
				extreme[stream_random(s, G_N_ELEMENTS(extreme))];
	}
	if (stream_random(s, 2))
		e->h.ts = s->ts - stream_random(s, 1000);
}

static inline void stream_pop(struct stream *s, struct stream_queue *q, union any_event *e)
{
	uint32_t id = stream_random(s, STREAM_RING);
	bool again = true;

	while (again) {
		again = false;
		id = (id + 1) % STREAM_RING;
		for (unsigned i = 0; i < q->n_out + q->n_filled; i++)
			again |= id == (i < q->n_out ? q->out[i] : q->filled[i - q->n_out]);
	}
	q->out[q->n_out++] = id;
	e->elem.h.type = VQ_POP;
	e->elem.id = id;
	e->elem.ndescs = 1;
	e->elem.inuse = q->n_out + q->n_filled;
	if (q->untold && stream_random(s, 16))
		e->elem.inuse = VQ_INUSE_UNTOLD;
}

static inline void stream_fill(struct stream *s, struct stream_queue *q, union any_event *e)
{
	unsigned at = stream_random(s, q->n_out);

	e->elem.h.type = VQ_FILL;
	e->elem.id = q->out[at];
	e->elem.ndescs = 1;
	q->out[at] = q->out[--q->n_out];
	e->elem.len = stream_random(s, 4) ? 4097 : stream_random(s, 70000);
	e->elem.tid = stream_random(s, 8) ? 4711 : 1 + stream_random(s, 6);
	q->len[q->n_filled] = e->elem.len;
	q->filled[q->n_filled++] = e->elem.id;
}

/* The first of perhaps several records; the others are made from it. */
static inline void stream_flush(struct stream *s, struct stream_queue *q, union any_event *e)
{
	unsigned n = stream_random(s, 3) ? q->n_filled : stream_random(s, q->n_filled + 1);
	bool packed = q->flags & VQ_FLUSH_PACKED;

	e->flush.h.type = VQ_FLUSH;
	e->flush.num = STREAM_RING;
	e->flush.total = n;
	e->flush.old_idx = packed ? q->used % STREAM_RING : q->used;
	e->flush.n = MIN(n, VQ_FLUSH_CHUNK);
	e->flush.inuse = q->n_out + q->n_filled - n;
	e->flush.flags = q->flags;
	if (packed && q->used / STREAM_RING & 1)
		e->flush.flags &= ~(uint32_t)VQ_FLUSH_OLD_WRAP;
	if (packed && (q->used + n) / STREAM_RING & 1)
		e->flush.flags &= ~(uint32_t)VQ_FLUSH_NEW_WRAP;
	e->flush.h.size = 48 + 8 * (n <= 1 ? 1 : n <= 4 ? 4 : VQ_FLUSH_CHUNK);
}

static inline void stream_used(struct stream_queue *q, union any_event *e)
{
	bool packed = q->flags & VQ_FLUSH_PACKED;

	memset(e->flush.used, 0, e->h.size - sizeof(e->flush));
	for (unsigned i = 0; i < e->flush.n; i++) {
		uint32_t flags = (q->used + i) / STREAM_RING & 1 ? 0 : 0x80800000;

		e->flush.used[i].first = packed ? q->len[i] : q->filled[i];
		e->flush.used[i].second = packed ? q->filled[i] | flags : q->len[i];
	}
	q->used += e->flush.n;
	q->n_filled -= e->flush.n;
	memmove(q->filled, q->filled + e->flush.n, q->n_filled * sizeof(*q->filled));
	memmove(q->len, q->len + e->flush.n, q->n_filled * sizeof(*q->len));
}

/* The next event; @e holds the one before. */
static inline void stream_next(struct stream *s, union any_event *e)
{
	static const uint64_t gaps[] = {10, 2000, 2000, 200000, 30000000};
	struct stream_queue *q = &s->queue[stream_random(s, s->n_queues)];

	if (s->more) {
		e->flush.pos += e->flush.n;
		e->flush.n = MIN(e->flush.total - e->flush.pos, VQ_FLUSH_CHUNK);
		stream_used(s->more, e);
		if (e->flush.pos + e->flush.n == e->flush.total)
			s->more = NULL;
		return;
	}
	if (!s->odd || !stream_random(s, s->odd)) {
		stream_odd(s, e);
		return;
	}
	s->ts += 1000 + stream_random(s, gaps[stream_random(s, G_N_ELEMENTS(gaps))]);
	memset(e, 0, sizeof(e->flush));
	e->h = (struct vq_head){0, sizeof(e->elem), stream_random(s, 1000), s->ts, q->vq};
	if (q->n_filled && !stream_random(s, 4)) {
		stream_flush(s, q, e);
		stream_used(q, e);
		if (e->flush.n < e->flush.total)
			s->more = q;
	} else if (q->n_out && stream_random(s, 2)) {
		stream_fill(s, q, e);
	} else if (q->n_out + q->n_filled < STREAM_RING) {
		stream_pop(s, q, e);
	} else {
		e->h.type = VQ_DETACH;
		e->h.dur_ns = 0;
		e->elem.id = q->n_out ? q->out[--q->n_out] : 0;
	}
}

#endif
