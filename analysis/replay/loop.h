/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The measured loop: operations through one strategy's functions, with the used
 * ring written as a device would.  What is called for an element, and how, is
 * the same for all variants, the models included.
 */
#ifndef VQLAB_ANALYSIS_REPLAY_LOOP_H
#define VQLAB_ANALYSIS_REPLAY_LOOP_H

#include "order.h"
#include "variants/ring.h"

/* A queue with its strategy. */
struct lane {
	Reorder *r;
	Ring ring;
	uint32_t *key;	    /* by id: what QEMU keeps in the element */
	size_t state_bytes; /* of the heap that @r took when it was made */
};

void lane_init(struct lane *l, const ReorderOps *ops, const struct ring_shape *shape);
void lane_clear(struct lane *l);

/*
 * Runs @n operations.  Returns how many were carried out: less than @n if the
 * strategy refused the next, which is legal.
 */
size_t lane_run(struct lane *l, const struct op *op, size_t n);

/* A driver that looks at the ring after each flush, and what it sees. */
struct witness {
	/*
	 * Called for each element that has become visible, after each flush, which
	 * published @n, and after each operation; may be NULL.
	 */
	void (*on_used)(struct witness *w, const ReorderElem *elem);
	void (*on_flush)(struct witness *w, const struct op *op, uint32_t n);
	void (*on_op)(struct witness *w, const struct op *op);
	char *wrong; /* what the strategy did; NULL: nothing.  g_free() it */
	bool stop;   /* enough: a variant that lags may run into what is legal for others */

	/* The driver's own. */
	uint16_t ndescs[OPS_IDS];   /* by id: what it made available */
	uint32_t writable[OPS_IDS]; /* by id: bytes that the device may write, once filled */
	uint32_t slot;		    /* where it looks next; split: its used index */
	bool wrap;		    /* packed */
	/*
	 * One entry may stand for several elements: those in flight, in order, at oldest to
	 * next - 1, detached ones (whose ids may be there again) included; and where by id.
	 */
	bool skips;
	uint16_t id[OPS_IDS], at[OPS_IDS];
	bool gone[OPS_IDS];
	uint16_t oldest, next;
};

/* For a new lane, and after a reset: callbacks stay. */
void witness_reset(struct witness *w, struct lane *l);

/* lane_run() before a witness; slow. */
size_t lane_watch(struct lane *l, const struct op *op, size_t n, struct witness *w);

#endif
