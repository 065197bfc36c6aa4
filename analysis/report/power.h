/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large a difference would a run have seen?
 *
 * The noise of a run is not known but estimated from it, so a size computed as if
 * the estimate were the truth is seen less often than promised: where the estimate
 * happens to be low, the size is too small. Here both unknowns are averaged over:
 * the estimate that the size rests on, and the one that the test itself would use.
 */
#ifndef VQLAB_ANALYSIS_POWER_H
#define VQLAB_ANALYSIS_POWER_H

#include "probes/tool/interval.h"

#define POWER 0.8 /* how often a difference of that size is seen */

/*
 * The shift of n log ratios, in estimated standard errors of their mean, that is
 * called a difference with POWER, over runs: by Student's two-sided t test at @level
 * and by the report's interval, of normal noise. The standard error is that of a
 * pooled standard deviation with @df degrees of freedom, which need not be whole. @n
 * at least 2. It grows without bound as n and df fall; no more than 1e6 is returned.
 * Of LOOK_EACH it is by that test, after the last block; some are seen before.
 */
double detectable_shift(unsigned int n, double level, double df, enum looks looks);

/*
 * Degrees of freedom of the pooled variance of @tests comparisons with one
 * baseline, with @sum degrees between them. They share the baseline's noise: where
 * it is as noisy as each of the others, two of them correlate by 1/2, their
 * variances by 1/4.
 */
double pooled_df(unsigned int tests, double sum);

#endif
