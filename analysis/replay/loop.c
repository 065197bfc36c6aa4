// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop.h"

#include <malloc.h>

void lane_init(struct lane *l, const ReorderOps *ops, const struct ring_shape *shape)
{
	struct mallinfo2 before = mallinfo2(), after;

	l->r = ops->create(shape->size);
	after = mallinfo2();
	l->state_bytes = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
	ring_init(&l->ring, shape->size, shape->packed);
	l->key = g_new0(uint32_t, shape->packed ? OPS_IDS : shape->size);
}

void lane_clear(struct lane *l)
{
	l->r->ops->destroy(l->r);
	ring_destroy(&l->ring);
	g_free(l->key);
}

/* The operations of few elements. */
static __attribute__((noinline)) bool seldom(struct lane *l, const struct op *op)
{
	Reorder *r = l->r;

	switch (op->kind) {
	case OP_REWIND:
		return r->ops->rewind(r, op->elem.id);
	case OP_DETACH:
		return r->ops->detach(r, l->key[op->elem.id], ring_read, &l->ring);
	case OP_RESET:
		r->ops->reset(r);
		ring_reset(&l->ring);
		return true;
	}
	return false;
}

/*
 * What a driver does: it looks at its next entry, and spoils what it has read,
 * so that an entry which is published and was not written shows.
 */
static bool take(struct lane *l, struct witness *w, ReorderElem *e)
{
	struct vring_used_elem *entry;
	struct vring_packed_desc *desc;
	uint16_t flags;

	if (!l->ring.packed) {
		entry = &l->ring.entry[w->slot & (l->ring.size - 1)];
		if ((uint16_t)w->slot == __atomic_load_n(&l->ring.idx, __ATOMIC_ACQUIRE))
			return false;
		*e = (ReorderElem){.id = entry->id, .len = entry->len, .ndescs = 1};
		*entry = (struct vring_used_elem){UINT32_MAX, UINT32_MAX};
		w->slot++;
		return true;
	}
	desc = &l->ring.desc[w->slot];
	flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE) & (RING_AVAIL | RING_USED);
	if (flags != (w->wrap ? RING_AVAIL | RING_USED : 0))
		return false;
	*e = (ReorderElem){.id = desc->id, .len = desc->len, .ndescs = w->ndescs[desc->id]};
	*desc = (struct vring_packed_desc){
		.id = UINT16_MAX, .len = UINT32_MAX, .flags = RING_AVAIL};
	w->slot += e->ndescs;
	if (w->slot >= l->ring.size) {
		w->slot -= l->ring.size;
		w->wrap = !w->wrap;
	}
	return true;
}

void witness_reset(struct witness *w, struct lane *l)
{
	w->slot = 0;
	w->wrap = true;
	/* All made available: neither lap's used descriptors look like that. */
	for (uint32_t i = 0; l->ring.packed && i < l->ring.size; i++)
		l->ring.desc[i].flags = RING_AVAIL;
}

/* The driver takes what has become visible: it must be the @n of the batch. */
static void look(struct lane *l, uint32_t n, struct witness *w)
{
	ReorderElem e;
	uint32_t seen = 0;

	while (seen <= n && take(l, w, &e)) {
		seen++;
		if (w->on_used)
			w->on_used(w, &e);
	}
	if (seen != n && !w->wrong)
		w->wrong = g_strdup_printf("publishes %u, but the driver sees %s%u", n,
					   seen > n ? "more than " : "", MIN(seen, n));
}

static void watch(struct lane *l, const struct op *op, uint32_t n, struct witness *w)
{
	if (op->kind == OP_POP) {
		w->ndescs[op->elem.id] = op->elem.ndescs;
	} else if (op->kind == OP_RESET) {
		witness_reset(w, l);
	} else if (op->kind == OP_FLUSH) {
		look(l, n, w);
		if (w->on_flush)
			w->on_flush(w, op, n);
	}
	if (w->on_op)
		w->on_op(w, op);
}

static inline __attribute__((always_inline)) size_t run(struct lane *l, const struct op *from,
							size_t n, struct witness *w)
{
	const struct op *op, *end = from + n;
	Reorder *r = l->r;
	Ring *ring = &l->ring;
	uint32_t *key = l->key;

	for (op = from; op < end; op++) {
		uint32_t total = 0;

		if (op->kind == OP_FILL) {
			int32_t place = r->ops->fill(r, key[op->elem.id], &op->elem);

			if (place >= 0)
				ring_write(ring, place, &op->elem);
			else if (place == REORDER_REFUSED)
				break;
		} else if (op->kind == OP_FLUSH) {
			total = ring_flush(ring, r);
		} else if (op->kind == OP_POP) {
			if (w && r->ops->outstanding(r) >= ring->size)
				break;
			key[op->elem.id] = r->ops->pop(r, op->elem.id, op->elem.ndescs);
		} else if (!seldom(l, op)) {
			break;
		}
		if (w)
			watch(l, op, total, w);
		if (w && w->stop)
			break;
	}
	return op - from;
}

size_t lane_run(struct lane *l, const struct op *op, size_t n)
{
	return run(l, op, n, NULL);
}

size_t lane_watch(struct lane *l, const struct op *op, size_t n, struct witness *w)
{
	return run(l, op, n, w);
}
