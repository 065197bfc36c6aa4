/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of trials.  Each block holds every variant on every ring once,
 * shuffled; within a trial the workloads are shuffled, and for each the order
 * of probes off and on.  Block K depends on the seed and K alone: a plan with
 * more blocks begins like one with fewer.
 */
#ifndef VQLAB_SCHEDULE_H
#define VQLAB_SCHEDULE_H

#include "plan.h"

struct slot_phase {
	const struct plan_workload *workload;
	bool probes;
};

struct slot {
	char *id;	     /* b03-split-array-window */
	int block, position; /* from 1; position within the block */
	const struct plan_variant *variant;
	const char *ring;
	uint64_t disk_seed; /* the same for all trials of a block */
	GArray *phases;	    /* struct slot_phase, in the order in which they run */
};

/* A generator of our own: the same seed must give the same order everywhere. */
struct prng {
	uint64_t state;
};
void prng_seed(struct prng *r, uint64_t seed, uint64_t stream);
uint64_t prng_next(struct prng *r);
/* A number below @n, n > 0, without bias. */
uint32_t prng_below(struct prng *r, uint32_t n);

/*
 * The slots of the whole run, in order; they point into @p, which must stay.
 * Trials of a ring on which no workload runs are left out.  Free it with
 * g_ptr_array_unref.
 */
GPtrArray *schedule_make(const struct plan *p);

#endif /* VQLAB_SCHEDULE_H */
