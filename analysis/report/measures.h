/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ordering measures of one phase with probes, over its device's queues.
 *
 * A network device has an rx and a tx queue: counts and histograms are added
 * up, so that a figure is "of an element, whichever its queue"; the mean stash
 * counts add up too (they are elements held by the device at one time).
 */
#ifndef VQLAB_ANALYSIS_MEASURES_H
#define VQLAB_ANALYSIS_MEASURES_H

#include "run.h"

struct measures {
	unsigned int queues;		 /* that had events */
	unsigned int ring_min, ring_max; /* their rings' sizes, entries; 0: not known */
	uint64_t elements;		 /* fills */
	uint64_t flushes, published, violations, lost, unreadable, resets;
	bool conserved;
	double stashed; /* share of elements with depth > 0 */
	uint64_t depth_max, stash_max;
	double stash_mean; /* elements, weighted by time */
	double depth_p50, depth_p99;
	double hold_p50, hold_p99;    /* ns */
	double hold_mean;	      /* ns */
	double batch_mean;	      /* of flushes that published something */
	double fill_p50, flush_p50;   /* ns, raw */
	double fill_cost, flush_cost; /* ns an element, raw: sum / elements */
	double fill_bias, flush_bias; /* ns an element to subtract; NAN unknown */
	double bias_spread;	      /* p95 - p05 of both, ns an element; NAN */
	struct hist depth, stash, batch, hold, fill, flush; /* owned */
};

/* Reduces @probe; measures_clear() frees what it holds. */
void measure(const struct probe *probe, struct measures *m);
void measures_clear(struct measures *m);

/* Adds @from's bins to @to. */
void bins_add(struct hist *to, const struct hist *from);
void bins_clear(struct hist *h);
uint64_t bins_total(const struct hist *h);

/*
 * The value that at least a share @q of the counts do not exceed (nearest
 * rank). NAN when empty.
 */
double bins_quantile(const struct hist *h, double q);

/* The same of a log-linear histogram of times: the middle of that bucket. */
double times_quantile(const struct hist *h, double q);

/* Share of the counts with a value >= that of bin @i. */
double bins_share_from(const struct hist *h, unsigned int i);

#endif
