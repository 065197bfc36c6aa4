/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass over a source: chunks of operations, queue by queue; for replay.c. */
#ifndef VQLAB_ANALYSIS_REPLAY_PASS_H
#define VQLAB_ANALYSIS_REPLAY_PASS_H

#include "loop.h"
#include "replay.h"

/* Operations prepared at a time: 128 KiB, which stay in the second-level cache. */
#define CHUNK 8192u

/* What one queue must publish, in order; kept for as long as any variant lags. */
struct expected {
	ReorderElem *elem; /* by number & mask */
	uint64_t n, mask;
};

/* A queue during a pass. */
struct pass_queue {
	const struct source_queue *q;
	struct lane *lanes; /* one a variant; NULL before the first operation */
	struct op *chunk;   /* flush: id is how many are due, len what stays outstanding */
	size_t n;
	uint64_t before; /* operations in earlier chunks */
	struct expected expected;
	void *user; /* the pass' own, one a queue */
};

struct pass {
	struct replay *r;
	struct pass_queue *queues;
	GRand *rand;
	/* Runs the chunk of @q through variant @v; for each, then the next chunk. */
	void (*chunk)(struct pass *p, struct pass_queue *q, unsigned int v);
	/* Lanes are made and will be freed; may be NULL. */
	void (*begin)(struct pass *p, struct pass_queue *q);
	void (*end)(struct pass *p, struct pass_queue *q);
	bool expects; /* fill in the expected elements */
	void *data;
};

/* Runs the source through; the caller sets all but queues and rand. */
bool pass_run(struct pass *p, GError **error);

#endif
