// SPDX-License-Identifier: GPL-2.0-or-later
#include "interval.h"

#include <gsl/gsl_cdf.h>

/* From the kth least to the kth greatest of n covers the median so often. */
static double rank_coverage(unsigned int n, unsigned int k)
{
	return 1 - 2 * gsl_cdf_binomial_P(k - 1, 0.5, n);
}

double interval_coverage(unsigned int n)
{
	return n >= MIN_RANGE && n < MIN_WITHIN ? rank_coverage(n, 1) : CONFIDENCE;
}

bool order_interval(const double *sorted, unsigned int n, double *lo, double *hi)
{
	double more, less, share, within = 0;
	unsigned int k = 1;

	if (n < MIN_RANGE)
		return false;
	while (rank_coverage(n, k + 1) >= CONFIDENCE)
		k++;
	if (n >= MIN_WITHIN) {
		more = rank_coverage(n, k);
		less = rank_coverage(n, k + 1);
		share = (more - CONFIDENCE) / (more - less);
		within = (n - k) * share / (k + (n - 2.0 * k) * share);
	}
	*lo = (1 - within) * sorted[k - 1] + within * sorted[k];
	*hi = (1 - within) * sorted[n - k] + within * sorted[n - k - 1];
	return true;
}
