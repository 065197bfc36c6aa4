/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many blocks a run has: so many as were planned, or as its figures asked for. */
#ifndef VQLAB_ANALYSIS_BLOCKS_H
#define VQLAB_ANALYSIS_BLOCKS_H

#include "probes/tool/interval.h"
#include "reader.h"
#include "run.h"

/* run.json's member until, if there is one; behind run->blocks. */
void read_until(struct reader *r, JsonObject *o, struct run *run);

/*
 * Of a run with until, behind its trials: blocks and trials_planned become those of the
 * blocks that were begun.  Of what its rule had no need of, nothing is missing.
 */
void end_where_it_did(struct run *run);

/* After which blocks did somebody look who could end the run? */
enum looks run_looks(const struct run *run);

/* Did its command say how many, and other than the plan? False of older runs, which do not tell. */
bool run_overrides_blocks(const struct run *run);

/* In how many of the run's blocks the workload is. */
unsigned int workload_blocks(const struct run *run, const struct workload *w);

#endif
