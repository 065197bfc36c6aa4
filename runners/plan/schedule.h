/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of trials.  Each block holds every variant on every ring once,
 * shuffled; within a trial the workloads are shuffled, and for each the order
 * of probes off and on.  Among a block's trials, at places that are drawn, are
 * the boots of rings that are timed.  Block K depends on the seed and K alone: a
 * plan with more blocks begins like one with fewer.
 *
 * Before all blocks comes what is counted, in the plan's order: it needs no
 * chance, and nobody waits for it until the end.
 */
#ifndef VQLAB_SCHEDULE_H
#define VQLAB_SCHEDULE_H

#include "plan.h"

struct slot_phase {
	const struct plan_workload *workload;
	bool probes;
	bool counts; /* the driver's instructions; without probes */
};

/* "on", "off" or "count", as in the names of its files. */
const char *slot_phase_mode(const struct slot_phase *ph);

/* Its workload and mode as people read them; the caller frees it. */
char *slot_phase_title(const struct slot_phase *ph);

enum slot_kind {
	SLOT_TRIAL,
	SLOT_DRIVER, /* a boot in which the guest's driver is counted */
	SLOT_RING,   /* a workload of kind=ring: vqring is run once */
};

struct slot {
	enum slot_kind kind;
	char *id;			      /* b03-split-array-window; TRIAL.md has the others */
	int block, position;		      /* from 1, among the block's trials; counted: 0 */
	const struct plan_variant *variant;   /* NULL: a ring's, all */
	const struct plan_workload *workload; /* NULL: not a ring's */
	const char *ring;		      /* NULL: of a ring that is counted, all */
	uint64_t seed;	/* of the disks, the same for all trials of a block; vqring's */
	GArray *phases; /* struct slot_phase, in the order in which they run */
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

/* How many of @slots are of @kind. */
int schedule_count(GPtrArray *slots, enum slot_kind kind);

/* "12 trials, 4 counting boots, 3 of vqring"; the caller frees it. */
char *schedule_sizes(GPtrArray *slots);

/* The order, one of @slots a line, for --dry-run. */
void schedule_print(const struct plan *p, GPtrArray *slots);

/* Leaves only what is counted in @slots. */
void schedule_keep_counted(GPtrArray *slots);

#endif /* VQLAB_SCHEDULE_H */
