/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_DIFFERENCE_H
#define VQLAB_ANALYSIS_DIFFERENCE_H

#include <stdbool.h>

/* How many times one run's ratio the other's is. */
struct difference {
	unsigned int na, nb;  /* blocks */
	double ratio, lo, hi; /* and its 95 % interval; NAN below two blocks on a side */
	double p, p_holm;     /* two-sided, against 1 */
};

/*
 * Of @na and @nb logs of ratios, a block each.  Blocks of two runs are no pairs: this is
 * Welch's t of the means (B. L. Welch, Biometrika 34, 1947), for noise that may be another in
 * each run.  Fills all but p_holm.
 */
struct difference differ(const double *a, unsigned int na, const double *b, unsigned int nb);

/* Holm's correction over @n of them. */
void correct_differences(struct difference *d, unsigned int n);

/*
 * "higher", "lower", "alike" if the whole interval lies within @margin, "unresolved", or
 * "no interval".
 */
const char *difference_word(const struct difference *d, double margin);

#endif
