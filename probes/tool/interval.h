/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of a few blocks: their median, and an interval of it by order statistics, which holds
 * whatever the noise (analysis/report/stats.h says more).  No GSL: all programs link this.
 */
#ifndef VQLAB_TOOL_INTERVAL_H
#define VQLAB_TOOL_INTERVAL_H

#include <stdbool.h>

#define MIN_RANGE 6  /* blocks whose range covers 95 % */
#define MIN_WITHIN 8 /* and whose interval lies within the range */
#define MIN_LOOKED 7 /* whose range covers it where one looks after each */
#define CONFIDENCE 0.95

/* Median of x[0..n), n > 0; sorts x. */
double median(double *x, unsigned int n);

/* When somebody looked at the figures who might have ended the run for what they are. */
enum looks {
	LOOK_ONCE, /* never before the last block, whose number was set before */
	LOOK_EACH, /* after each block: looks.h */
};

/*
 * The interval of @n values in ascending order; false, and none, of too few: below
 * MIN_RANGE, or, where one looks after each, below MIN_LOOKED.
 */
bool order_interval(const double *sorted, unsigned int n, enum looks looks, double *lo, double *hi);

/* How often the interval of n blocks holds the median; of LOOK_EACH at least so often. */
double interval_coverage(unsigned int n, enum looks looks);

/*
 * The log ratio of @a to @b in one block: both took turns in each of @rounds, and the
 * median over the rounds counts.  So what changes the host's speed for longer than a round
 * cancels, and a round that was disturbed does not count, as long as most were not.
 * Rounds in which one of both is NAN are left out, and so are those in which both are 0;
 * NAN without any other.
 */
double rounds_log_ratio(const double *a, const double *b, unsigned int rounds);

/* A ratio over blocks; not its log. */
struct block_ratio {
	unsigned int n;	      /* blocks in which both were measured */
	double ratio, lo, hi; /* the median and its 95 % interval; NAN when there is none */
};

/* Of one log ratio a block; NANs are blocks that have none. */
struct block_ratio blocks_ratio(const double *log_ratio, unsigned int blocks, enum looks looks);

#endif
