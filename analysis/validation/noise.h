/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validation: are the lab's figures, intervals and gates right?  `make validate` plants
 * what is known and looks whether the lab finds that, and nothing else.
 *
 *	validate.sh  runs it all, prints the table
 *	faults.sh    faults, each with what has to see it; live.sh: in a guest, the gates
 *	main.c       `build/validate`: what of it is figures
 *	counted.c    pairs that are the same, and instructions that were planted
 *	noise.c      ratios of off to off, of a run or of vqring
 *	noisy.c      of these: false alarms, power, how often intervals hold
 *	slowed.c     a strategy that was slowed, in a live QEMU
 *	row.c        a line of the table
 *
 * It estimates nothing itself: the report's own code does (analysis/report/stats.h,
 * probes/tool/interval.h), and reads the files.
 */
#ifndef VQLAB_VALIDATION_NOISE_H
#define VQLAB_VALIDATION_NOISE_H

#include <glib.h>
#include <stdbool.h>

/*
 * Log ratios of two devices or trials that differ in nothing.  Those of a block share
 * what the block was disturbed by, so that comparisons are made of one pair of many
 * blocks, as the report's are.
 */
struct noise {
	char *name;
	bool guest;    /* of trials, which the report judges by verdicts; else of rings */
	bool measured; /* each pair within a block; else between blocks, for want of pairs */
	unsigned int blocks, pairs;
	double *x;	/* blocks times pairs; NAN: none */
	double *usable; /* those that are none, n of them */
	unsigned int n;
};

/*
 * From one file of `vqring run --variants off,off,...`: the first with the second device,
 * the third with the fourth, and so on.  NULL with @error if it is none, or has no pair.
 * noise_free() it.
 */
struct noise *noise_of_ring(const char *file, GError **error);

/*
 * Of each workload in a guest that a run has, as struct noise *: throughput of off to off2
 * (configs/aa.ini), or, where a run has but one off, to itself in another block.  NULL
 * with @error if it cannot be read, or has no such workload; the array frees them.
 */
GPtrArray *noise_of_run(const char *dir, GError **error);

void noise_free(struct noise *n);

/* Standard deviation of all usable ones, about 0: which of a pair is first is chance. */
double noise_sd(const struct noise *n);

#endif
