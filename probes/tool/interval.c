// SPDX-License-Identifier: GPL-2.0-or-later
#include "interval.h"
#include "looks.h"

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

/* The probability of @k heads in @n throws of a fair coin. */
static double heads(unsigned int k, unsigned int n)
{
	return exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) - n * M_LN2);
}

/* From the least to the greatest of n covers the median so often. */
static double range_coverage(unsigned int n)
{
	return 1 - 2 * heads(0, n);
}

/*
 * What is interpolated is to cover so much.  Of few values it covers less than it is to: of 8
 * that are normal 94.6 % where it is to cover 95, of 8 that are uniform 94.2; so these are to
 * cover 96, and cover 95.2 to 96.1 (3 to 6 % wider).  Only noise of two values, far apart,
 * has it cover less: then k alone would do, at 8 values 60 % wider.
 */
static double aim(unsigned int n)
{
	return n >= MIN_WITHIN && n < 12 ? CONFIDENCE + 0.01 : CONFIDENCE;
}

/*
 * The greatest k for which the interval from the kth least to the kth greatest of @n covers
 * the median as often as aim() says, at least 1; how often that one does, and the next
 * narrower.
 */
static unsigned int find_rank(unsigned int n, double *more, double *less)
{
	double fewer = heads(0, n);
	unsigned int k = 1;

	*more = 1 - 2 * fewer;
	for (;; k++) {
		fewer += heads(k, n);
		*less = 1 - 2 * fewer;
		if (!(*less >= aim(n)))
			return k;
		*more = *less;
	}
}

double interval_coverage(unsigned int n, enum looks looks)
{
	return looks == LOOK_ONCE && n >= MIN_RANGE && n < MIN_WITHIN ? range_coverage(n)
								      : CONFIDENCE;
}

bool order_interval(const double *sorted, unsigned int n, enum looks looks, double *lo, double *hi)
{
	double more, less, share, within = 0;
	unsigned int k = 0;

	if (looks == LOOK_EACH)
		k = looks_rank(n, 1 - CONFIDENCE);
	else if (n >= MIN_RANGE)
		k = find_rank(n, &more, &less);
	if (!k)
		return false;
	if (looks == LOOK_ONCE && n >= MIN_WITHIN) {
		share = (more - aim(n)) / (more - less);
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

struct block_ratio blocks_ratio(const double *log_ratio, unsigned int blocks, enum looks looks)
{
	struct block_ratio r = {0, NAN, NAN, NAN};
	double *x = malloc(blocks * sizeof(*x) + 1);

	for (unsigned int i = 0; x && i < blocks; i++) {
		x[r.n] = log_ratio[i];
		r.n += !isnan(x[r.n]);
	}
	if (r.n)
		r.ratio = exp(median(x, r.n));
	if (order_interval(x, r.n, looks, &r.lo, &r.hi)) {
		r.lo = exp(r.lo);
		r.hi = exp(r.hi);
	}
	free(x);
	return r;
}
