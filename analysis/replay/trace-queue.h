/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events of one recorded queue, as operations.
 *
 * A recording may begin in the middle, and it may be of a queue without order.
 * So:
 *
 * - a fill, unpop or detach of an element whose pop was not seen is ignored and
 *   counted, as the model of vqprobe does;
 * - an id that the driver uses again, while in order its element would not be
 *   visible yet, is replaced by one that is free: in order, the driver would
 *   have had to take another;
 * - where an ordered ring has no room for a pop, it would have held the driver
 *   back: the oldest elements are completed and flushed there and then, with
 *   length 0, until there is room. Their recorded fills are passed over;
 * - an unpop of another element than the latest is a detach; a pop of an id that
 *   is with the device already, or of one that the ring has not, is counted as
 *   broken, as is a rewind over elements that are complete. The trace lost
 *   events there, or the device is wrong.
 */
#ifndef VQLAB_ANALYSIS_TRACE_QUEUE_H
#define VQLAB_ANALYSIS_TRACE_QUEUE_H

#include "source.h"
#include "probes/vqevent.h"

struct trace_queue {
	unsigned int number; /* of the source's queue */
	struct source_queue *q;
	struct order *order;
	op_fn fn; /* may be NULL */
	void *data;

	/* By the driver's id: is the device working on it; as what; how long. */
	uint8_t busy[OPS_IDS];
	uint8_t hoisted[OPS_IDS]; /* completed early: its fill is still to come */
	uint8_t unseen[OPS_IDS];  /* its publication is still to be recorded */
	uint16_t alias[OPS_IDS];
	uint16_t ndescs[OPS_IDS];
	uint16_t owner[OPS_IDS]; /* by alias: the driver's id */
	uint32_t next_free;
	uint32_t unpopped; /* driver's id + 1, until the detach that is part of it */

	/* Recorded publications beside the model's. */
	GArray *recorded;    /* ReorderElem: of the flush at hand */
	GQueue due;	     /* ReorderElem *: published by the model, not recorded yet */
	uint64_t n_recorded; /* elements compared */
	uint32_t skip;	     /* packed: slots of the last element still to come */
	bool unknown_chain;  /* packed: that element's pop was not seen */
};

struct trace_queue *trace_queue_new(unsigned int number, struct source_queue *q, op_fn fn,
				    void *data);
void trace_queue_free(struct trace_queue *t);

/* The next event of this queue, well-formed. */
void trace_queue_event(struct trace_queue *t, const struct vq_head *h);

/* The queue or its device was reset. */
void trace_queue_reset(struct trace_queue *t);

#endif
