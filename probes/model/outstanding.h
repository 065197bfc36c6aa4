/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_OUTSTANDING_H
#define VQLAB_PROBES_MODEL_OUTSTANDING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The elements of one queue that are outstanding, in the order of their pops.
 *
 * Elements are numbered as they are popped: seq 0, 1, 2...  What the numbers are
 * good for can be said of those that are outstanding alone, so nothing is kept
 * of others, however long one element takes while millions pass it: at most
 * 65,536 ids, and what was taken away since the oldest of them was popped.
 */

enum vq_elem_state {
	VQ_ELEM_NONE,	/* not outstanding */
	VQ_ELEM_POPPED, /* with the device */
	VQ_ELEM_FILLED, /* completed, not visible yet */
};

struct vq_elem {
	uint64_t seq;
	uint64_t popped_ts; /* if numbered */
	uint64_t filled_ts;
	uint32_t ndescs;
	uint32_t len;
	uint32_t id;
	uint32_t run;	     /* see queue-run.c */
	uint32_t prev, next; /* ids of the neighbours by seq, if numbered */
	uint8_t state;
	bool numbered; /* seq is valid: its pop was seen */
};

struct vq_outstanding {
	struct vq_elem *elem; /* by id */
	uint32_t n_elem;
	uint32_t first, last; /* of the numbered ones */
	uint32_t open;	      /* the first that is not filled */
	uint64_t next_seq;
	uint64_t unfilled; /* numbered, with the device */
	GArray *gone;	   /* struct vq_gone, by seq, from the first element's on */
	guint gone_before; /* of those, before the frontier */
};

void vq_outstanding_init(struct vq_outstanding *o);
void vq_outstanding_clear(struct vq_outstanding *o);

/* The element with @id; NULL if no driver can use that id.  Valid until the next call. */
struct vq_elem *vq_outstanding_find(struct vq_outstanding *o, uint32_t id);

/* The smallest seq that is neither published nor taken away. */
uint64_t vq_outstanding_base(const struct vq_outstanding *o);
/* The smallest seq that is neither filled nor taken away. */
uint64_t vq_outstanding_frontier(const struct vq_outstanding *o);
/* The filled elements beyond the frontier, published or not. */
uint64_t vq_outstanding_stash(const struct vq_outstanding *o);

/* The element with the smallest seq; NULL if there is none. */
struct vq_elem *vq_outstanding_first(struct vq_outstanding *o);

/* The one behind @e, which has a number; NULL if it is the last. */
struct vq_elem *vq_outstanding_next(struct vq_outstanding *o, const struct vq_elem *e);

/* @e is popped at @ts: it gets the next number. */
void vq_outstanding_pop(struct vq_outstanding *o, struct vq_elem *e, uint32_t ndescs, uint64_t ts);
/* @e is filled. */
void vq_outstanding_fill(struct vq_outstanding *o, struct vq_elem *e);
/* @e, filled or not, is published. */
void vq_outstanding_publish(struct vq_outstanding *o, struct vq_elem *e);
/*
 * @e, not filled, is taken away.  With @back, the driver's buffer will be popped
 * again: the latest element gives its number back.
 */
void vq_outstanding_remove(struct vq_outstanding *o, struct vq_elem *e, bool back);

/*
 * The latest element that has not been taken back, which is what QEMU rewinds.
 * NULL if its pop was not seen, or if it is not with the device; @amiss says
 * whether it is the latter.
 */
struct vq_elem *vq_outstanding_latest(struct vq_outstanding *o, bool *amiss);

/* Nothing is outstanding any more. */
void vq_outstanding_forget(struct vq_outstanding *o);

#endif
