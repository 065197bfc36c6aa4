/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may happen on an in-order virtqueue, and what it publishes when it does:
 * the elements in the order of their pops, each flush as far as they are
 * filled.  Worked out from that sentence alone, in the plainest way: this is
 * what every ordered variant is held to.
 *
 * An element that has been detached takes up its place in the ring until the
 * flush that passes it; its id is free at once.
 */
#ifndef VQLAB_ANALYSIS_ORDER_H
#define VQLAB_ANALYSIS_ORDER_H

#include "ops.h"

enum slot_state { SLOT_POPPED, SLOT_FILLED, SLOT_GONE };

/* An element that has been popped and is not visible yet. */
struct order_slot {
	ReorderElem elem;
	uint32_t state;
};

/* What has happened, in elements if not said otherwise. */
struct order_counts {
	uint64_t ops; /* operations */
	uint64_t pops, fills, published, flushes;
	uint64_t reordered; /* fills with a depth > 0 */
	uint64_t depth_sum;
	uint32_t depth_max;
};

struct order {
	struct ring_shape shape;
	struct order_counts counts;
	uint64_t base, frontier, next; /* seqs: oldest not visible, not filled, not popped */
	uint64_t descs;		       /* from base to next */
	uint32_t mask;
	struct order_slot *slot; /* by seq & mask */
	uint64_t *seq_of;	 /* by id: its seq + 1; 0: the driver's */
	GArray *published;	 /* ReorderElem: by the last flush */
};

/* A queue with this ring, and nothing outstanding. */
struct order *order_new(const struct ring_shape *shape);
void order_free(struct order *o);

/*
 * The next operation.  NULL, and @op is completed: the ndescs of a fill or
 * detach, the descriptors of a rewind.  Or what is wrong with it, and nothing
 * has changed: g_free() that.
 */
char *order_op(struct order *o, struct op *op);

/* The slot of @id, or NULL if the driver has it. */
const struct order_slot *order_find(const struct order *o, uint32_t id);

/* Is there room for an element of @ndescs? */
bool order_has_room(const struct order *o, uint32_t ndescs);

/* How many of the most recent pops are with the device still. */
uint32_t order_rewindable(const struct order *o);

#endif
