/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_PREDICT_H
#define VQLAB_PROBES_TRACE_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "ids.h"
#include "probes/vqevent.h"

/*
 * What the events of one queue let expect of its next ones: code.c
 * writes only how they differ.  Wrong guesses cost bytes, nothing else, but
 * writer and reader must guess alike: nothing here may depend on anything but
 * the events of the block so far.  TRACE.md has the rules in words.
 */
#define VQ_PREDICT_RECENT 4u /* lengths and threads of fills remembered */

struct vq_predict {
	struct vq_ids ids;
	uint64_t vq;
	uint32_t length[VQ_PREDICT_RECENT]; /* the latest first */
	uint32_t thread[VQ_PREDICT_RECENT];
	uint32_t last_id, ndescs, inuse;
	bool untold;		     /* the last pop did not tell how many are in use */
	uint32_t skip;		     /* packed: slots of the last published element to come */
	struct vq_flush_event flush; /* the last record */
};

void vq_predict_init(struct vq_predict *q, uint64_t vq);

/* What a pop will say is in use, if it takes @ndescs. */
uint32_t vq_predict_inuse(const struct vq_predict *q, uint32_t ndescs);

/* What happened; @free and @rank: the places of the id among those that are free, and among
 * the elements that are not filled; -1: not there. */
void vq_predict_popped(struct vq_predict *q, int free, const struct vq_elem_event *e);
void vq_predict_filled(struct vq_predict *q, int rank, const struct vq_elem_event *e);
void vq_predict_taken_back(struct vq_predict *q, uint32_t id);
void vq_predict_reset(struct vq_predict *q);

/* The first record of a flush: e->total, then all but total from it. */
uint32_t vq_predict_total(const struct vq_predict *q);
void vq_predict_flush(const struct vq_predict *q, struct vq_flush_event *e);

/* The entry in place @i of the record @e; false if there is nothing to guess
 * from. */
bool vq_predict_entry(struct vq_predict *q, const struct vq_flush_event *e, uint32_t i,
		      struct vq_used_entry *u);
/* The head of a record is known; and then the entry in place @i. */
void vq_predict_flushed(struct vq_predict *q, const struct vq_flush_event *e);
void vq_predict_published(struct vq_predict *q, const struct vq_flush_event *e, uint32_t i);

#endif
