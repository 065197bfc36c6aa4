/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_IDS_H
#define VQLAB_PROBES_TRACE_IDS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The ids of one queue that are outstanding, with the device, or free, with the driver:
 * found by id, and in the orders of their pops, fills and publications.  What predict.c
 * asks for with each event takes the same time however many there are, but for places
 * in a row, which are moved by memmove.
 *
 * No id is outstanding twice.  Events that are amiss can make one free more than once.
 */
#define VQ_IDS_OUT 1024u /* outstanding ones remembered: the latest popped */
#define VQ_IDS_FREE 256u /* free ones: the latest published */
#define VQ_IDS_NODES (VQ_IDS_OUT + VQ_IDS_FREE + 1) /* node 0 is none */

struct vq_id {
	uint32_t id, ndescs, len;
	uint32_t serial; /* rises in the order of its row */
	uint16_t same;	 /* the next node of its chain */
	uint16_t state;	 /* enum vq_id_state, see ids.c */
	struct {
		uint16_t before, after;
	} pop, fill; /* neighbours in the orders of pops and of fills */
};

/* Nodes in an order in which places count: node[first] is at place 0. */
struct vq_row {
	uint32_t first, n;
	uint16_t node[2 * VQ_IDS_OUT];
};

struct vq_ids {
	uint32_t serial;
	uint32_t n_out, n_filled, filled_descs; /* the latter at least 1 an element */
	uint16_t nodes, unused;			/* so many were ever used; a chain of those left */
	struct vq_row open, free;   /* not filled, the latest popped last; the latest free last */
	uint16_t chain[VQ_IDS_OUT]; /* by the id's remainder; the latest first */
	struct vq_id node[VQ_IDS_NODES]; /* of node 0 the ends of both lists */
};

/* Begins anew; @s need not hold anything. */
void vq_ids_clear(struct vq_ids *s);

/* The outstanding element with @id; NULL if there is none. */
struct vq_id *vq_ids_out(struct vq_ids *s, uint32_t id);

/* @id is outstanding, popped last and not filled. */
struct vq_id *vq_ids_pop(struct vq_ids *s, uint32_t id, uint32_t ndescs);
/* The element at @place, of those not filled, is filled. */
void vq_ids_fill(struct vq_ids *s, uint32_t place, uint32_t ndescs, uint32_t len);
/* @e is outstanding no more; its id is the latest free one. */
void vq_ids_publish(struct vq_ids *s, struct vq_id *e);
/* @e is outstanding no more. */
void vq_ids_remove(struct vq_ids *s, struct vq_id *e);

/* The place of @id among the free ones, 0 is the latest; -1: it is not.  And the id there;
 * false if there are not so many. */
int vq_ids_free_place(const struct vq_ids *s, uint32_t id);
bool vq_ids_free_at(const struct vq_ids *s, uint64_t place, uint32_t *id);
/* The id there is free no more. */
void vq_ids_take_free(struct vq_ids *s, uint32_t place);

/* The place of @id among those not filled, 0 was popped first; -1: it is not.  And the
 * element there; NULL if there are not so many. */
int vq_ids_open_place(const struct vq_ids *s, uint32_t id);
struct vq_id *vq_ids_open_at(struct vq_ids *s, uint64_t place);

/* The element popped first, if it is filled; the one filled first; else NULL. */
struct vq_id *vq_ids_first_popped(struct vq_ids *s);
struct vq_id *vq_ids_first_filled(struct vq_ids *s);

/* Filled elements before the first that is not, in the order of pops; and into
 * @descs the descriptors they have, at least 1 each. */
uint32_t vq_ids_run(const struct vq_ids *s, uint32_t *descs);

#endif
