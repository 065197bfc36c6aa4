// SPDX-License-Identifier: GPL-2.0-or-later
#include "power.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "probes/tool/looks.h"

#define SAMPLES 8192
#define CLASSES 64
#define SEED 20261125 /* any: a run's report must come out the same again */
#define MOST 1e6

/* The least shift, in true standard errors, at which a sample is called slower. */
static double needed_looked(double *x, unsigned int n, double level)
{
	unsigned int k = looks_rank(n, level);

	gsl_sort(x, 1, n);
	return k ? sqrt(n) * x[n - k] : INFINITY;
}

static double needed_shift(double *x, unsigned int n, double critical)
{
	double mean = gsl_stats_mean(x, 1, n), sd = gsl_stats_sd_m(x, 1, n, mean), lo, hi;
	double shift = critical * sd + sqrt(n) * mean;

	gsl_sort(x, 1, n);
	if (!order_interval(x, n, LOOK_ONCE, &lo, &hi))
		hi = x[n - 1];
	return fmax(shift, sqrt(n) * hi);
}

static void draw_needed(double *needed, unsigned int n, double level, enum looks looks)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double critical = gsl_cdf_tdist_Qinv(level / 2, n - 1);
	double *x = malloc(n * sizeof(*x));

	gsl_rng_set(rng, SEED);
	for (int i = 0; i < SAMPLES; i++) {
		for (unsigned int j = 0; j < n; j++)
			x[j] = gsl_ran_ugaussian(rng);
		needed[i] = looks == LOOK_EACH ? needed_looked(x, n, level)
					       : needed_shift(x, n, critical);
	}
	gsl_sort(needed, 1, SAMPLES);
	gsl_rng_free(rng);
	free(x);
}

/* Share of the samples that need less than @shift. */
static double seen_at(const double *needed, double shift)
{
	int low = 0, high = SAMPLES;

	while (low < high) {
		int middle = (low + high) / 2;

		if (needed[middle] < shift)
			low = middle + 1;
		else
			high = middle;
	}
	return (double)low / SAMPLES;
}

/*
 * @u: what the estimate may be of a standard error of 1. It is of another run than
 * the samples, so independent of them.
 */
static double power_of(double shift, const double *needed, const double *u)
{
	double sum = 0;

	for (int i = 0; i < CLASSES; i++)
		sum += seen_at(needed, shift * u[i]);
	return sum / CLASSES;
}

static double solve_shift(unsigned int n, double level, double df, enum looks looks)
{
	double *needed = malloc(SAMPLES * sizeof(*needed)), u[CLASSES], low = 0, high = 1;

	draw_needed(needed, n, level, looks);
	/* sqrt(chi^2 / df) in the middle of equally likely classes. */
	for (int i = 0; i < CLASSES; i++)
		u[i] = sqrt(gsl_cdf_chisq_Pinv((i + 0.5) / CLASSES, df) / df);
	while (high < MOST && power_of(high, needed, u) < POWER)
		high *= 2;
	for (int i = 0; i < 40; i++) {
		double middle = (low + high) / 2;

		if (power_of(middle, needed, u) < POWER)
			low = middle;
		else
			high = middle;
	}
	free(needed);
	return fmin(high, MOST);
}

double detectable_shift(unsigned int n, double level, double df, enum looks looks)
{
	/* Families of a run are alike: the last answer is the next one's, mostly. */
	static struct {
		unsigned int n;
		enum looks looks;
		double level, df, shift;
	} last;

	if (last.n == n && last.looks == looks && last.level == level && last.df == df)
		return last.shift;
	last.shift = solve_shift(n, level, df, looks);
	last.n = n;
	last.looks = looks;
	last.level = level;
	last.df = df;
	return last.shift;
}

double pooled_df(unsigned int tests, double sum)
{
	return sum / (1 + (tests - 1) / 4.0);
}
