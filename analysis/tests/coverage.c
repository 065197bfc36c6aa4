// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often do the report's intervals hold, and its verdicts err?
 *
 *	build/analysis/coverage [RUNS]
 *
 * For log ratios of a known centre under four noises it prints the coverage and
 * the mean width (in standard deviations) of intervals that could be used, and
 * for a family of four variants without any difference how often at least one
 * is called faster or slower. Why stats.h says what it says.
 */
#include "../stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FAMILY 4

static const char *const noises[] = {"normal", "t3", "skewed", "outliers"};

/* Centre (median and, where it exists, mean of the log ratio's noise) 0. */
static double noise(gsl_rng *rng, int kind)
{
	switch (kind) {
	case 1: /* heavy tails */
		return gsl_ran_tdist(rng, 3) / sqrt(3);
	case 2: /* the ratio of two slow-downs, one with a longer tail */
		return gsl_ran_exponential(rng, 1) - M_LN2;
	case 3: /* one trial in ten disturbed five times as much */
		return gsl_ran_gaussian(rng, gsl_rng_uniform(rng) < 0.1 ? 5 : 1);
	default:
		return gsl_ran_gaussian(rng, 1);
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The plain percentile bootstrap of the median, for comparison. */
static void percentile(const double *x, unsigned int n, gsl_rng *rng, double *lo, double *hi)
{
	static double medians[1000];
	double sample[64];

	for (int i = 0; i < 1000; i++) {
		for (unsigned int j = 0; j < n; j++)
			sample[j] = x[gsl_rng_uniform_int(rng, n)];
		medians[i] = median(sample, n);
	}
	qsort(medians, 1000, sizeof(*medians), ascending);
	*lo = medians[25];
	*hi = medians[974];
}

/* Bootstrap-t of the mean. */
static void studentised(const double *x, unsigned int n, gsl_rng *rng, double *lo, double *hi)
{
	static double ts[1000];
	double sample[64], mean = gsl_stats_mean(x, 1, n);
	double error = gsl_stats_sd(x, 1, n) / sqrt(n);

	for (int i = 0; i < 1000; i++) {
		double se;

		for (unsigned int j = 0; j < n; j++)
			sample[j] = x[gsl_rng_uniform_int(rng, n)];
		se = fmax(gsl_stats_sd(sample, 1, n) / sqrt(n), 1e-9);
		ts[i] = (gsl_stats_mean(sample, 1, n) - mean) / se;
	}
	qsort(ts, 1000, sizeof(*ts), ascending);
	*lo = mean - ts[974] * error;
	*hi = mean - ts[25] * error;
}

struct score {
	double hits, width;
};

static void count(struct score *s, double lo, double hi)
{
	s->hits += lo <= 0 && 0 <= hi;
	s->width += hi - lo;
}

static void intervals(unsigned int n, int kind, int runs, gsl_rng *rng, gsl_rng *boot)
{
	struct score s[4] = {};

	for (int run = 0; run < runs; run++) {
		double x[64], lo, hi, mean, reach;
		struct comparison c;

		for (unsigned int i = 0; i < n; i++)
			x[i] = noise(rng, kind);
		c = compare(x, n, FAMILY, 0.05, boot, 1);
		count(&s[0], log(c.lo), log(c.hi));
		percentile(x, n, boot, &lo, &hi);
		count(&s[1], lo, hi);
		studentised(x, n, boot, &lo, &hi);
		count(&s[2], lo, hi);
		mean = gsl_stats_mean(x, 1, n);
		reach = gsl_cdf_tdist_Qinv(0.025, n - 1) * gsl_stats_sd(x, 1, n) / sqrt(n);
		count(&s[3], mean - reach, mean + reach);
	}
	printf("%-9s %2u", noises[kind], n);
	for (int i = 0; i < 4; i++)
		printf("   %5.1f %5.2f", 100 * s[i].hits / runs, s[i].width / runs);
	printf("\n");
	fflush(stdout);
}

/* Four variants share `off`'s noise; none differs. */
static void errors(unsigned int n, int kind, int runs, gsl_rng *rng, gsl_rng *boot)
{
	unsigned int wrong = 0, seen = 0;

	for (int run = 0; run < runs; run++) {
		struct comparison c[FAMILY], *family[FAMILY];
		double off[64], x[64];
		bool any = false;

		for (unsigned int i = 0; i < n; i++)
			off[i] = 0.05 * noise(rng, kind);
		for (int v = 0; v < FAMILY; v++) {
			for (unsigned int i = 0; i < n; i++)
				x[i] = 0.05 * noise(rng, kind) - off[i];
			c[v] = compare(x, n, FAMILY, 0.05, boot, 1);
			family[v] = &c[v];
		}
		judge(family, FAMILY, 0.05);
		for (int v = 0; v < FAMILY; v++)
			any |= c[v].verdict == VERDICT_FASTER || c[v].verdict == VERDICT_SLOWER;
		wrong += any;
		/* Now one truly differs, by what the run says it could see. */
		for (unsigned int i = 0; i < n; i++)
			x[i] = 0.05 * noise(rng, kind) - off[i] + 0.3;
		c[0] = compare(x, n, FAMILY, 0.05, boot, 1);
		judge(family, FAMILY, 0.05);
		seen += c[0].verdict == VERDICT_FASTER;
	}
	printf("%-9s %2u   %5.1f   %5.1f\n", noises[kind], n, 100.0 * wrong / runs,
	       100.0 * seen / runs);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const unsigned int blocks[] = {3, 4, 5, 6, 8, 10};
	int runs = argc > 1 ? atoi(argv[1]) : 1000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937), *boot = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, 20261122);
	printf("coverage %% and mean width of 95 %% intervals, %d runs each\n", runs);
	printf("noise      n   the report's  percentile    bootstrap-t   Student\n");
	for (int kind = 0; kind < 4; kind++)
		for (int i = 0; i < 6; i++)
			intervals(blocks[i], kind, runs, rng, boot);
	printf("\nfamily of %d: %% runs with a false faster or slower;\n", FAMILY);
	printf("%% that see a true difference of 35 %% in noise of 7 %%\n");
	for (int kind = 0; kind < 4; kind++)
		for (int i = 0; i < 6; i++)
			errors(blocks[i], kind, runs, rng, boot);
	gsl_rng_free(boot);
	gsl_rng_free(rng);
	return 0;
}
