/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where operations come from: a text file, a trace, or a synthetic shape.  All
 * three can be run through again and again, and give the same each time; none
 * keeps the operations in memory.
 */
#ifndef VQLAB_ANALYSIS_SOURCE_H
#define VQLAB_ANALYSIS_SOURCE_H

#include <stdio.h>

#include "order.h"

/* Is a recorded order of publication the order of the pops? */
enum recorded {
	RECORDED_NONE,	  /* no recording, or not of an ordered queue */
	RECORDED_SAME,	  /* as far as both go */
	RECORDED_DIFFERS, /* from element recorded_at on */
	RECORDED_UNKNOWN, /* the used ring could not be read */
};

/* A queue with a ring of one shape. */
struct source_queue {
	char *name;	/* "virtio0:0"; "" where there is only one */
	char *device;	/* "virtio0" */
	uint32_t index; /* of the queue in its device */
	struct ring_shape shape;
	struct order_counts counts;
	uint64_t ignored; /* fills, unpops, detaches of elements without a pop */
	uint64_t broken;  /* pops and rewinds that cannot have been */
	uint64_t hoisted; /* completed early, where an ordered ring would be full */
	enum recorded order;
	uint64_t recorded_at;
	/* Of a trace: has it flushes with VIRTIO_F_IN_ORDER negotiated, and without? */
	bool has_ordered, has_unordered;
};

/*
 * Takes the next operation, @op of the queue numbered @queue; @order is that
 * queue's, after the operation.
 */
typedef void (*op_fn)(unsigned int queue, const struct op *op, const struct order *order,
		      void *data);

struct source {
	char *name;	   /* for messages and tables */
	char *synth;	   /* the kind of a made-up order, or NULL */
	GPtrArray *queues; /* struct source_queue */
	/* Runs through all operations; false with @error. */
	bool (*run)(struct source *s, op_fn fn, void *data, GError **error);
	void (*clear)(struct source *s);
};

void source_free(struct source *s);
struct source_queue *source_queue(const struct source *s, unsigned int i);

/*
 * What the queues were that a trace recorded: "ordered", "unordered" or "mixed", by
 * whether VIRTIO_F_IN_ORDER was negotiated; NULL of what was not recorded. The order
 * of an unordered queue's completions is none that an ordered one would have seen:
 * its driver goes on past an old element, where an ordered ring holds it back.
 */
const char *source_recorded_order(const struct source *s);

/* By what the file is; source_open() finds that out (source-open.h). */
struct source *text_source(const char *path, const char *name, GError **error);
struct source *trace_source(const char *path, const char *name, const char *only, GError **error);

/* Used by these: a source of @size bytes, struct source first. */
void *source_new(size_t size, const char *name);
struct source_queue *source_add(struct source *s, const char *device, uint32_t index,
				const struct ring_shape *shape);

/*
 * Reads operations in text form from @file; @name is for messages, "NAME:LINE:
 * what is wrong".  @shape and, if not NULL, @counts are set at the end.
 */
bool ops_read_text(FILE *file, const char *name, struct ring_shape *shape,
		   struct order_counts *counts, op_fn fn, void *data, GError **error);

#endif
