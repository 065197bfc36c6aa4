/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vqbench run --until: are there blocks enough?  vqbench asks after each block
 * (vqreport --until-check), and the report says what came of it.
 */
#ifndef VQLAB_ANALYSIS_UNTIL_H
#define VQLAB_ANALYSIS_UNTIL_H

#include "results.h"

/* Does an interval reach no further from its ratio than by the share @reach?  NANs: no. */
bool reaches_within(double ratio, double lo, double hi, double reach);

/*
 * Comparisons of throughput that more blocks would decide: to off and to qemu, in guests,
 * and to off without one.  Not those of a workload that has all blocks that it gets, nor
 * those that have no pair after MIN_RANGE blocks.
 */
struct until_state {
	unsigned int resolved; /* have a verdict, or their interval excludes 1 */
	unsigned int within;   /* the others whose interval reaches no further than it may */
	GPtrArray *open;       /* char *: what each of those that remain is, and its interval */
};

/* Of a run with until; until_clear() it. */
struct until_state until_state(const struct results *r);
void until_clear(struct until_state *s);

/* The same as JSON, "vqlab-until-1", for vqbench; g_free() it. */
char *until_json(const struct results *r);

/* "13 comparisons resolved, 5 within 5 %, 2 open"; g_free() it. */
char *until_text(const struct results *r);

#endif
