/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_CODER_H
#define VQLAB_PROBES_TRACE_CODER_H

#include "code.h"
#include "columns.h"
#include "predict.h"

/*
 * What code.c and code-flush.c share; for users there is code.h.
 *
 * As with vq_col_ (columns.h), each code_ function serves both directions.  Encoding,
 * c->event is the event; decoding, it becomes it.
 */

/* How an event is coded: by its fields, or all of its bytes. */
enum kind { KIND_RAW, KIND_POP, KIND_FILL, KIND_FLUSH, KIND_MORE, KINDS };

#define MAX_QUEUES 64u
/* No event takes more, but for its own size if it goes to VQ_COL_RAW. */
#define ROOM 512u

struct vq_coder {
	struct vq_columns *columns;
	bool encoding;
	bool threads;	 /* fills tell theirs: version 4 */
	uint32_t events; /* in the block, so far or still */
	/* The state, which begins anew with each block. */
	struct vq_predict *queue[MAX_QUEUES];
	unsigned n_queues, last_queue;
	enum kind last_kind;
	uint64_t last_ts;
	/* the event that is being coded */
	union {
		struct vq_head head;
		struct vq_elem_event elem;
		struct vq_flush_event flush;
		uint8_t bytes[UINT16_MAX + 1];
	} event;
};

/* How long the call took, and when it began: after the end of the event before. */
static inline void vq_code_times(struct vq_coder *c, enum vq_column dur, enum vq_column gap,
				 struct vq_head *h)
{
	uint64_t ns = h->dur_ns, since = h->ts - h->dur_ns - c->last_ts;

	vq_col_time(c->columns, dur, &ns);
	vq_col_time(c->columns, gap, &since);
	h->dur_ns = ns;
	h->ts = c->last_ts + since + h->dur_ns;
}

/* The place of the queue at @vq among those of the block; c->n_queues if it is none. */
static inline unsigned vq_coder_find_queue(const struct vq_coder *c, uint64_t vq)
{
	unsigned i = 0;

	if (c->last_queue < c->n_queues && c->queue[c->last_queue]->vq == vq)
		return c->last_queue;
	while (i < c->n_queues && c->queue[i]->vq != vq)
		i++;
	return i;
}

/* The first record of a flush; and the next one of a long flush, whose head is that of
 * the one before. */
void vq_code_flush(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e);
void vq_code_more(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e);

/* Is nothing behind the entries of @e, and as much of it as the BPF program leaves? */
bool vq_is_flush_record(const struct vq_flush_event *e);

/* Does @e go on with the flush whose record was the last of its queue? */
bool vq_is_next_record(const struct vq_coder *c, const struct vq_flush_event *e);

#endif
