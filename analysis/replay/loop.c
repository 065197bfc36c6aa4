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

static bool fill_short(struct lane *l, const struct op *op)
{
	const ReorderOps *ops = l->r->ops;
	int32_t place = (reorder_skips(ops) ? ops->fill_short
					    : ops->fill)(l->r, l->key[op->elem.id], &op->elem);

	if (place >= 0)
		ring_write(&l->ring, place, &op->elem);
	return place != REORDER_REFUSED;
}

/* The operations of few elements. */
static __attribute__((noinline)) bool seldom(struct lane *l, const struct op *op)
{
	Reorder *r = l->r;

	switch (op->kind) {
	case OP_FILL_SHORT:
		return fill_short(l, op);
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
		return true;
	}
	desc = &l->ring.desc[w->slot];
	flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE) & (RING_AVAIL | RING_USED);
	if (flags != (w->wrap ? RING_AVAIL | RING_USED : 0))
		return false;
	*e = (ReorderElem){.id = desc->id, .len = desc->len, .ndescs = w->ndescs[desc->id]};
	*desc = (struct vring_packed_desc){
		.id = UINT16_MAX, .len = UINT32_MAX, .flags = RING_AVAIL};
	return true;
}

/* An element is used: the driver goes on by its place in the ring. */
static void use_one(struct lane *l, struct witness *w, const ReorderElem *e)
{
	w->slot += l->ring.packed ? e->ndescs : 1;
	if (l->ring.packed && w->slot >= l->ring.size) {
		w->slot -= l->ring.size;
		w->wrap = !w->wrap;
	}
	if (w->on_used)
		w->on_used(w, e);
}

/*
 * An entry is that of the next in order, or, if the strategy skips, of a later one:
 * those before it are completely used.  Returns how many.
 */
static uint32_t use_entry(struct lane *l, struct witness *w, const ReorderElem *e)
{
	uint32_t n = 1;

	while (w->skips && w->oldest != w->next) {
		uint16_t at = w->oldest++, id = w->id[at];

		if (w->gone[at])
			continue;
		if (id == e->id)
			break;
		use_one(l, w,
			&(ReorderElem){.id = id, .len = w->writable[id], .ndescs = w->ndescs[id]});
		n++;
	}
	use_one(l, w, e);
	return n;
}

void witness_reset(struct witness *w, struct lane *l)
{
	w->slot = w->oldest = w->next = 0;
	w->wrap = true;
	w->skips = reorder_skips(l->r->ops);
	/* All made available: neither lap's used descriptors look like that. */
	for (uint32_t i = 0; l->ring.packed && i < l->ring.size; i++)
		l->ring.desc[i].flags = RING_AVAIL;
}

/* The driver takes what has become visible: it must be the @n of the batch. */
static void look(struct lane *l, uint32_t n, struct witness *w)
{
	ReorderElem e;
	uint32_t seen = 0;

	while (seen <= n && take(l, w, &e))
		seen += use_entry(l, w, &e);
	if (seen != n && !w->wrong)
		w->wrong = g_strdup_printf("publishes %u, but the driver sees %s%u", n,
					   seen > n ? "more than " : "", MIN(seen, n));
}

/* What a driver knows of its buffers, and what the device will do with them. */
static void note(struct witness *w, const struct op *op)
{
	uint32_t id = op->elem.id;

	switch (op->kind) {
	case OP_POP:
		w->ndescs[id] = op->elem.ndescs;
		w->at[id] = w->next;
		w->gone[w->next] = false;
		w->id[w->next++] = id;
		break;
	case OP_FILL:
		w->writable[id] = op->elem.len;
		break;
	case OP_FILL_SHORT:
		w->writable[id] = op->elem.len + 1;
		break;
	case OP_REWIND:
		w->next -= id;
		break;
	case OP_DETACH:
		w->gone[w->at[id]] = true;
		break;
	}
}

static void watch(struct lane *l, const struct op *op, uint32_t n, struct witness *w)
{
	note(w, op);
	if (op->kind == OP_RESET) {
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
