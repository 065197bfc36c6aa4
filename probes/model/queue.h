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

/* The element with @id; NULL, which is an anomaly, if no driver can use that id. */
static inline struct vq_elem *vq_queue_elem(struct vq_queue *q, uint32_t id)
{
	struct vq_elem *e = vq_outstanding_find(&q->o, id);

	q->anomalies += !e;
	return e;
}

void vq_queue_free(struct vq_queue *q);

#endif
