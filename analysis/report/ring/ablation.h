/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What in-order is for, told apart: a variant that only keeps the order, and one that
 * writes a used entry for a batch besides, each beside off.  The effect of order alone is
 * from off to the first, that of one entry a batch from the first to the second.
 */
#ifndef VQLAB_ANALYSIS_RING_ABLATION_H
#define VQLAB_ANALYSIS_RING_ABLATION_H

#include "costs.h"
#include "analysis/report/results.h"

/*
 * off; qemu, for comparison; order: an entry an element; batch: fewer; round: batch-used
 * on a device that flushes once for a round of completions.
 */
enum side { SIDE_OFF, SIDE_QEMU, SIDE_ORDER, SIDE_BATCH, SIDE_ROUND, SIDES };

/* Names of variants; NULL: the run has none of the kind. */
struct ablation {
	const char *variant[SIDES];
};

/* False if no variant of the run writes fewer used entries than it publishes elements. */
bool find_ablation(const struct results *r, struct ablation *a);

/* The place among @variants (char *) of a side's variant, or -1. */
int side_place(const struct ablation *a, const GPtrArray *variants, enum side side);

/* One figure of all sides; NAN where it was not counted. */
struct sides {
	double value[SIDES];
	bool agree; /* the runs of all that were counted do; drivers: they mapped as much */
};

/* What each effect does to the figure. */
double order_effect(const struct sides *s);
double batch_effect(const struct sides *s);
double round_effect(const struct sides *s);

/* Of a counted workload: what the device does to return an element; another figure. */
struct sides device_sides(const struct ablation *a, const struct counted *c, unsigned int ring,
			  unsigned int order);
struct sides figure_sides(const struct ablation *a, const struct counted *c, unsigned int ring,
			  unsigned int order, enum count_figure figure);

/* Of a workload in a guest: instructions an element of a part or sum of driver-costs.h;
 * interrupts an element. */
struct sides driver_sides(const struct ablation *a, const struct run *run, const struct workload *w,
			  unsigned int ring, unsigned int part);
struct sides interrupt_sides(const struct ablation *a, const struct run *run,
			     const struct workload *w, unsigned int ring);

/* Throughput, and the ratios that are its effects, with intervals over blocks. */
struct ablation_rates {
	double off;
	struct block_ratio order, batch, both;
};
struct ablation_rates guest_rates(const struct ablation *a, const struct results *r,
				  unsigned int workload, unsigned int ring);
struct timed;
struct ablation_rates ring_rates(const struct ablation *a, const struct timed *t);

#endif
