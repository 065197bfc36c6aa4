/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source of operations through variants.
 *
 * Operations are prepared a chunk at a time, and every variant runs over the
 * chunk, each with rings and state of its own, in an order that is drawn anew
 * for each chunk; so what disturbs the machine hits all alike, and memory is
 * bounded however long a trace is.  Passes:
 *
 *	proof	once, before a witness: what is published must be what order.c
 *		says, element by element and flush by flush
 *	time	repeated: thread CPU time of the chunks, preparation not counted
 *	count	instructions of the same loop
 */
#ifndef VQLAB_ANALYSIS_REPLAY_H
#define VQLAB_ANALYSIS_REPLAY_H

#include "source.h"

/* Median over the repeats and its 95 % interval: NAN if too few. */
struct estimate {
	double median, lo, hi;
};

struct variant {
	const ReorderOps *ops;
	bool ordered; /* publishes in the order of the pops */
	bool model;   /* of what QEMU does by itself: not the code that runs there */

	/* From the proof. */
	uint64_t digest;    /* of ids and lengths as published, all queues */
	uint64_t published; /* elements */
	uint64_t memory;    /* most bytes of the heap in use, summed over queues */
	char *wrong;	    /* where it first departs from order, or NULL */
	/* Beside the recorded order of publication, over all recorded queues. */
	enum recorded recorded;
	uint64_t recorded_at;

	/* ns an element, one for each repeat; and the difference to off's. */
	double *ns;
	struct estimate time, time_over;
	/* Instructions an element; NAN if not counted. */
	double instructions, instructions_over;
};

struct replay {
	struct source *source;
	GPtrArray *variants; /* struct variant */
	int off;	     /* index of off among them, or -1 */
	uint32_t seed;
	unsigned int repeats;
	struct order_counts counts; /* of all queues */
	uint64_t ignored, broken, hoisted;
	const char *counter; /* "callgrind", "perf" or NULL */
};

/*
 * @source is the replay's from now on.  @names: variants in the order of the
 * report, NULL-terminated; NULL, or "all" among them: all, and then what else is
 * named.  NULL with @error if one is unknown.
 */
struct replay *replay_new(struct source *source, char **names, uint32_t seed, GError **error);
void replay_free(struct replay *r);

/* "off, qemu, hash-table..."; g_free() it. */
char *replay_variant_names(void);

static inline struct variant *variant_at(const struct replay *r, unsigned int v)
{
	return r->variants->pdata[v];
}

/* After the proof: did every strategy publish in order?  (The models do as QEMU does.) */
bool replay_is_ordered(const struct replay *r);

/* All passes below: false with @error if the source cannot be read again. */

/* Fills in what the proof tells; the variants' wrong says whether they passed. */
bool replay_prove(struct replay *r, GError **error);

/* Writes "used ID LEN" and "flush N" lines of the first variant to @out. */
bool replay_print(struct replay *r, FILE *out, GError **error);

bool replay_time(struct replay *r, unsigned int repeats, GError **error);

/*
 * One pass of one variant alone; @enter and @leave are called around the
 * measured loop over each chunk.
 */
bool replay_alone(struct replay *r, unsigned int variant, void (*enter)(void), void (*leave)(void),
		  GError **error);

/* Sets the instructions an element from totals, one for each variant. */
void replay_set_instructions(struct replay *r, const double *total, const char *counter);

#endif
