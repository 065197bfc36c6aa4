/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_QUEUE_H
#define VQLAB_PROBES_MODEL_QUEUE_H

#include "model.h"

/* What model.c asks of queue.c; for users there is model.h. */

/* Takes a well-formed event of this queue. */
void vq_queue_event(struct vq_queue *q, const struct vq_head *h);

/* The device, or this queue of it, was reset at @ts. */
void vq_queue_reset(struct vq_queue *q, uint64_t ts);

/* See vq_model_gap. */
void vq_queue_gap(struct vq_queue *q);

/* See vq_model_begin_range. */
void vq_queue_begin_range(struct vq_queue *q);

/* A flush, one of its records: for queue.c. */
void vq_queue_flushed(struct vq_queue *q, const struct vq_flush_event *e);

/*
 * Of queue-slot.c: slots of a flush, @at counts them from its first; split: used entries,
 * packed: descriptors.
 */
enum vq_slot {
	VQ_SLOT_USED,
	VQ_SLOT_UNTOUCHED,   /* packed: as the driver made it available */
	VQ_SLOT_OVERWRITTEN, /* packed: the driver was quick to put a new buffer there */
};
enum vq_slot vq_queue_slot(const struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			   const struct vq_used_entry *u);

/* Publishes what stands in a slot by itself. */
void vq_queue_read_slot(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			const struct vq_used_entry *u);

/* @elem has become visible to the driver; @len as the used ring says, if it does. */
void vq_queue_publish(struct vq_queue *q, struct vq_elem *elem, const uint32_t *len, uint64_t ts);

/*
 * Takes the slot if its entry may be for several elements, or one before it in the flush was
 * taken; they are read at the last one.  Else the slot stands for itself.
 */
bool vq_queue_run_takes(struct vq_queue *q, const struct vq_flush_event *e, uint32_t at,
			const struct vq_used_entry *u);

/* After the last slot of a flush. */
void vq_queue_run_end(struct vq_queue *q, const struct vq_flush_event *e);

/* Slots that were taken and not read: the rest of their flush was lost. */
void vq_queue_run_forget(struct vq_queue *q);

/* The element with @id; NULL, which is an anomaly, if no driver can use that id. */
static inline struct vq_elem *vq_queue_elem(struct vq_queue *q, uint32_t id)
{
	struct vq_elem *e = vq_outstanding_find(&q->o, id);

	q->anomalies += !e;
	return e;
}

void vq_queue_free(struct vq_queue *q);

#endif
