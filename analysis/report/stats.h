/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics of a few blocks.
 *
 * A comparison is one ratio a block (same block, ring and workload), on the log
 * scale. There are 5 to 10 of them, which decides the method:
 *
 * - centre: the median of the ratios.
 * - interval: order statistics of the ratios. From the least to the greatest covers
 *   the true median with a probability that is binomial whatever the noise: 96.9 %
 *   of 6 blocks, 98.4 % of 7. Of 5 it is 93.8 %: below MIN_RANGE blocks no such
 *   interval covers 95 %, and there is Student's t of the log ratios, or the range where
 *   that is wider, marked as such: t alone covers less than it says of noise with short
 *   tails. From 8 on a pair further in would do, nearly: the interval is
 *   interpolated between the pairs that cover more and less than 95 % (T. P.
 *   Hettmansperger and S. J. Sheather, Statistics & Probability Letters 4, 1986).
 * - p: Student's t of the log ratios. A sign-flip or rank test cannot resolve:
 *   with 6 blocks its smallest p is 2/64, above 0.05 after Holm's correction
 *   for any two variants.
 * - the smallest slowdown that would have been seen: power.h, from a variance that
 *   is pooled over the comparisons of a family. A comparison's own has 5 degrees of
 *   freedom in 6 blocks, and so differs up to fourfold between runs of the same noise.
 *
 * Of a run that was looked at after each block (vqbench run --until) the interval and both
 * p are those of probes/tool/looks.h, which hold for that.
 *
 * `build/analysis/coverage` simulates how often these intervals hold, how often
 * the verdicts err, and what is seen of the slowdowns that are promised to be; its
 * figures stand in the report's method.
 */
#ifndef VQLAB_ANALYSIS_STATS_H
#define VQLAB_ANALYSIS_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/tool/interval.h"

#define ALPHA (1 - CONFIDENCE)

enum verdict {
	VERDICT_BASELINE,  /* this is what the others are compared with */
	VERDICT_NO_DATA,   /* no pair at all */
	VERDICT_ONE_BLOCK, /* one pair: a ratio, and nothing to judge it by */
	VERDICT_FASTER,	   /* throughput higher, beyond doubt */
	VERDICT_SLOWER,
	VERDICT_EQUIVALENT, /* the whole interval within the margin */
	VERDICT_UNRESOLVED,
};

/* One variant against another; ratios, not logs, throughout. */
struct comparison {
	unsigned int n; /* pairs: blocks in which both were measured */
	double ratio;	/* median; NAN when n == 0 */
	enum looks looks;
	double lo, hi;		/* 95 % interval; NAN when n < 2, or too few for LOOK_EACH */
	bool student;		/* that interval is Student's t, not order statistics */
	double sd;		/* of the log ratios; NAN when n < 2 */
	double p, p_holm;	/* two-sided, against ratio 1; NAN when n < 2 */
	double tost, tost_holm; /* against lying outside the margin */
	double detectable;	/* smallest slowdown seen with POWER: 0.1 is 10 % */
	enum verdict verdict;
};

/**
 * compare() - one ratio a block, before what takes the whole family
 * @log_ratio: n logs of ratios
 * @n: how many, 0 allowed
 * @margin: what counts as equal, > 0: 0.05 for within 5 %
 * @looks: who ended the run
 *
 * Fills everything but p_holm, tost_holm, detectable and the verdict.
 */
struct comparison compare(const double *log_ratio, unsigned int n, double margin, enum looks looks);

/* Holm's step-down adjusted p of n tests; NANs are no tests. */
void holm(const double *p, double *adjusted, unsigned int n);

/*
 * Corrects p and tost over a family of n, pools its variance for what it could have
 * seen, and gives each its verdict.
 */
void judge(struct comparison **family, unsigned int n, double margin);

/* The same without what it could have seen, which is simulated and takes long. */
void judge_verdicts(struct comparison **family, unsigned int n, double margin);

/* Two-sided p of mean 0 by Student's t, n >= 2. */
double student_p(const double *x, unsigned int n);

const char *verdict_name(enum verdict verdict);

/* Is it one of those that say something: faster, slower, equivalent? */
bool verdict_resolved(enum verdict verdict);

#endif
