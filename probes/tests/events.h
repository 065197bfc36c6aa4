/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events for the model's tests, as QEMU's calls would make them. */
#ifndef VQLAB_PROBES_TESTS_EVENTS_H
#define VQLAB_PROBES_TESTS_EVENTS_H

#include <glib.h>
#include <string.h>

#include "probes/model/model.h"

#define VQ 0x1000
#define VDEV 0x9000

/* Builds events as QEMU would cause them; keeps the time, used_idx and inuse. */
struct driver {
	struct vq_model *m;
	struct vq_queue *q;
	bool packed, in_order;
	uint32_t num, inuse;
	uint16_t used_idx;
	bool wrap;
	uint64_t ts;
};

static inline void begin(struct driver *d, uint32_t num, bool packed, bool in_order)
{
	struct vq_queue_event e = {.h = {VQ_QUEUE, sizeof(e), 0, 0, VQ},
				   .vdev = VDEV,
				   .index = 3,
				   .device = "disk",
				   .type = "virtio-blk"};

	*d = (struct driver){.num = num,
			     .packed = packed,
			     .in_order = in_order,
			     .wrap = true,
			     .ts = 1000,
			     .m = vq_model_new()};
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
	d->q = d->m->queues->pdata[0];
}

static inline void end(struct driver *d)
{
	vq_model_free(d->m);
}

static inline void elem(struct driver *d, int type, uint32_t id, uint32_t ndescs, uint32_t len)
{
	struct vq_elem_event e = {
		.h = {type, sizeof(e), 5, d->ts, VQ}, .id = id, .ndescs = ndescs, .len = len};

	if (type == VQ_POP) {
		d->inuse += ndescs;
		/* As the BPF program does: only who does not know yet is told. */
		e.inuse = d->q->start_known ? VQ_INUSE_UNTOLD : d->inuse;
	}
	if (type == VQ_DETACH || type == VQ_UNPOP)
		d->inuse -= ndescs;
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
}

static inline void count_event(struct driver *d, int type, uint64_t vq, uint32_t count)
{
	struct vq_count_event e = {
		.h = {type, sizeof(e), 0, d->ts, vq}, .count = count, .inuse = d->inuse};

	if (type == VQ_REWIND && count <= d->inuse)
		d->inuse -= count;
	if (type == VQ_RESET) {
		d->inuse = 0;
		d->used_idx = 0;
		d->wrap = true;
	}
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
}

/* An element as flush publishes it; on packed rings it takes @ndescs slots. */
struct used {
	uint32_t id, len, ndescs;
};

/* A flush past @total slots, in chunks as the BPF program makes them; inuse is as after it. */
static inline void flush_slots(struct driver *d, const struct vq_used_entry *slot, uint32_t total,
			       uint32_t flags)
{
	struct vq_flush_event *e = g_malloc0(sizeof(*e) + VQ_FLUSH_CHUNK * sizeof(e->used[0]));

	for (uint32_t pos = 0; pos == 0 || pos < total; pos += VQ_FLUSH_CHUNK) {
		uint32_t k = MIN(total - pos, VQ_FLUSH_CHUNK);

		e->h = (struct vq_head){VQ_FLUSH, sizeof(*e) + k * sizeof(e->used[0]), 7, d->ts,
					VQ};
		e->num = d->num;
		e->inuse = d->inuse;
		e->total = total;
		e->old_idx = d->used_idx;
		e->n = k;
		e->pos = pos;
		e->flags = flags;
		memcpy(e->used, slot + pos, k * sizeof(*slot));
		g_assert_true(vq_model_event(d->m, &e->h, e->h.size));
	}
	d->used_idx += total;
	if (d->packed && d->used_idx >= d->num) {
		d->used_idx -= d->num;
		d->wrap = !d->wrap;
	}
	g_free(e);
}

/* A flush of @n elements, each with an entry. */
static inline void flush_flags(struct driver *d, const struct used *u, unsigned n, uint32_t extra)
{
	g_autofree struct vq_used_entry *slot = g_new0(struct vq_used_entry, d->num + 1);
	uint32_t total = 0, flags = extra | (d->packed ? VQ_FLUSH_PACKED : 0) |
				    (d->in_order ? VQ_FLUSH_IN_ORDER : 0) |
				    (d->wrap ? VQ_FLUSH_OLD_WRAP : 0);

	for (unsigned i = 0; i < n; i++) {
		bool wrap = d->wrap ^ (d->used_idx % d->num + total >= d->num);

		d->inuse -= u[i].ndescs;
		if (!d->packed) {
			slot[total++] = (struct vq_used_entry){u[i].id, u[i].len};
			continue;
		}
		for (unsigned k = 0; k < u[i].ndescs; k++, total++) {
			/* Behind the head stand the driver's flags of that lap. */
			wrap = d->wrap ^ (d->used_idx + total >= d->num);
			slot[total] =
				(struct vq_used_entry){0x777, (wrap ? 1u << 7 : 1u << 15) << 16};
			if (k == 0)
				slot[total] = (struct vq_used_entry){
					u[i].len, u[i].id | (wrap ? 0x8080u << 16 : 0)};
		}
	}
	flush_slots(d, slot, total, flags);
}

static inline void flush(struct driver *d, const struct used *u, unsigned n)
{
	flush_flags(d, u, n, 0);
}

static inline void pop(struct driver *d, uint32_t id)
{
	elem(d, VQ_POP, id, 1, 0);
}

static inline void fill(struct driver *d, uint32_t id)
{
	elem(d, VQ_FILL, id, 1, 10 * id);
}

static inline void flush1(struct driver *d, uint32_t id)
{
	struct used u = {id, 10 * id, 1};

	flush(d, &u, 1);
}

static inline uint64_t count(const struct counts *c, size_t i)
{
	return i < c->n ? c->count[i] : 0;
}

#endif
