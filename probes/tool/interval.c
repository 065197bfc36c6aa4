// SPDX-License-Identifier: GPL-2.0-or-later
#include "interval.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double median(double *x, unsigned int n)
{
	qsort(x, n, sizeof(*x), ascending);
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* The probability of at most @k heads in @n throws of a fair coin. */
static double at_most(unsigned int k, unsigned int n)
{
	double sum = 0;

	for (unsigned int i = 0; i <= k; i++)
		sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) - n * M_LN2);
	return sum;
}

/* From the kth least to the kth greatest of n covers the median so often. */
static double rank_coverage(unsigned int n, unsigned int k)
{
	return 1 - 2 * at_most(k - 1, n);
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

double rounds_log_ratio(const double *a, const double *b, unsigned int rounds)
{
	double *x = malloc(rounds * sizeof(*x) + 1), result = NAN;
	unsigned int n = 0;

	for (unsigned int i = 0; x && i < rounds; i++) {
		x[n] = log(a[i] / b[i]);
		n += !isnan(x[n]);
	}
	if (n)
		result = median(x, n);
	free(x);
	return result;
}

struct block_ratio blocks_ratio(const double *log_ratio, unsigned int blocks)
{
	struct block_ratio r = {0, NAN, NAN, NAN};
	double *x = malloc(blocks * sizeof(*x) + 1);

	for (unsigned int i = 0; x && i < blocks; i++) {
		x[r.n] = log_ratio[i];
		r.n += !isnan(x[r.n]);
	}
	if (r.n)
		r.ratio = exp(median(x, r.n));
	if (order_interval(x, r.n, &r.lo, &r.hi)) {
		r.lo = exp(r.lo);
		r.hi = exp(r.hi);
	}
	free(x);
	return r;
}
