/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics of a few blocks.
 *
 * A comparison is one ratio a block (same block, ring and workload), on the log
 * scale. There are 5 to 10 of them, which decides the method:
 *
 * - centre: the median of the ratios.
 * - interval: percentile bootstrap of the median over blocks, at the expanded
 *   levels of T. Hesterberg, "What Teachers Should Know About the Bootstrap"
 *   (The American Statistician 69, 2015, section 4.3): of so few blocks the plain
 *   percentiles are too narrow. Below MIN_BOOTSTRAP blocks not even the whole
 *   range of the ratios covers 95 %, so Student's t takes over.
 * - p: Student's t of the log ratios. A sign-flip or rank test cannot resolve:
 *   with 6 blocks its smallest p is 2/64, above 0.05 after Holm's correction
 *   for any two variants.
 *
 * `build/analysis/coverage` simulates how often these intervals hold and these
 * tests err; its figures stand in the report's method.
 */
#ifndef VQLAB_ANALYSIS_STATS_H
#define VQLAB_ANALYSIS_STATS_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stdint.h>

#define RESAMPLES 10000
#define MIN_BOOTSTRAP 5
#define CONFIDENCE 0.95
#define ALPHA (1 - CONFIDENCE)
#define POWER 0.8 /* of the smallest difference a run can see */

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
	unsigned int n;		/* pairs: blocks in which both were measured */
	double ratio;		/* median; NAN when n == 0 */
	double lo, hi;		/* 95 % interval; NAN when n < 2 */
	bool student;		/* the interval is Student's, not the bootstrap's */
	double p, p_holm;	/* two-sided, against ratio 1; NAN when n < 2 */
	double tost, tost_holm; /* against lying outside the margin */
	double detectable;	/* smallest difference seen with POWER: 0.1 is 10 % */
	enum verdict verdict;
};

/* Median of x[0..n), n > 0; sorts x. */
double median(double *x, unsigned int n);

/**
 * compare() - one ratio a block, before Holm's correction
 * @log_ratio: n logs of ratios, in order of block
 * @n: how many, 0 allowed
 * @family: with how many others this will be corrected, itself included
 * @margin: what counts as equal, > 0: 0.05 for within 5 %
 * @rng: seeded here with @seed, so every comparison resamples the same blocks
 * @seed: of the bootstrap
 *
 * Fills everything but p_holm, tost_holm and the verdict.
 */
struct comparison compare(const double *log_ratio, unsigned int n, unsigned int family,
			  double margin, gsl_rng *rng, unsigned long seed);

/* Holm's step-down adjusted p of n tests; NANs are no tests. */
void holm(const double *p, double *adjusted, unsigned int n);

/* Corrects p and tost over a family of n and gives each its verdict. */
void judge(struct comparison **family, unsigned int n, double margin);

/* Two-sided p of mean 0 by Student's t, n >= 2. */
double student_p(const double *x, unsigned int n);

const char *verdict_name(enum verdict verdict);

#endif
