/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_ACCOUNT_H
#define VQLAB_PROBES_MODEL_ACCOUNT_H

#include "model.h"

/*
 * The accounts of one queue, for queue.c: what was in use when watching began, and
 * what QEMU says is in use now.  What they come to is in model.h: vq_queue_settled(),
 * vq_queue_conserved() and others.
 */

/*
 * In the unit of VirtQueue.inuse: descriptors on packed rings, elements on split
 * ones, where QEMU says that each has one descriptor (0: it was never popped).
 */
static inline int64_t vq_account_units(uint32_t ndescs)
{
	return MAX(1, ndescs);
}

/* Brings the integral of S up to @ts, in ns: to be called before S changes. */
void vq_account_until(struct vq_queue *q, uint64_t ts);

/* S counts from now on, if every element older than the watch is done. */
void vq_account_settle(struct vq_queue *q);

/* Compares @inuse, QEMU's own count, with ours; the first tells what there was when
 * watching began. */
void vq_account_check_inuse(struct vq_queue *q, uint32_t inuse);

/* An element of @ndescs slots, of which the pop was not seen, is completed or taken
 * back. */
void vq_account_unseen(struct vq_queue *q, uint32_t ndescs);

#endif
