// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often do the report's intervals hold, do its verdicts err, and are the
 * slowdowns seen that it says would have been?
 *
 *	build/analysis/coverage [RUNS]
 *
 * For log ratios of a known centre under four noises it prints the coverage and
 * the mean width (in standard deviations) of the report's interval and of
 * Student's; for a family of five variants without any difference how often at
 * least one is called faster or slower; and how often a slowdown of the size that
 * an unresolved verdict prints is seen by another run of the same noise, which
 * neither knows. Exits 1 if that is not 78 to 85 % where the noise is normal, as
 * Student's test wants it. Of runs that somebody looks at after each block: how often such
 * a family ever, at any of them, has a false faster or slower, and how often an interval
 * ever fails to hold; whoever ends them, for whatever reason, errs no more than that. Exits
 * 1 if either is more than 5 %, beyond chance.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulate.h"

#define FAMILY 5
#define SIGMA 0.05
#define MOST_LOOKS 40
#define LEAST_POWER 0.78
#define MOST_POWER 0.85

static const char *const noises[] = {"normal", "t3", "skewed", "outliers"};
static const unsigned int blocks[] = {3, 4, 5, 6, 8, 10};
#define N_BLOCKS (sizeof(blocks) / sizeof(blocks[0]))

struct score {
	double hits, width;
};

static void count(struct score *s, double lo, double hi)
{
	s->hits += lo <= 0 && 0 <= hi;
	s->width += hi - lo;
}

static void print_intervals(gsl_rng *rng, enum noise_kind kind, unsigned int n, int runs)
{
	struct score report = {}, student = {};

	for (int run = 0; run < runs; run++) {
		double x[MAX_BLOCKS], mean, reach;
		struct comparison c;

		for (unsigned int i = 0; i < n; i++)
			x[i] = draw_noise(rng, kind);
		c = compare(x, n, 0.05, LOOK_ONCE);
		count(&report, log(c.lo), log(c.hi));
		mean = gsl_stats_mean(x, 1, n);
		reach = gsl_cdf_tdist_Qinv(ALPHA / 2, n - 1) * gsl_stats_sd(x, 1, n) / sqrt(n);
		count(&student, mean - reach, mean + reach);
	}
	printf("%-9s %2u   %5.1f %5.2f   %5.1f %5.2f\n", noises[kind], n, 100 * report.hits / runs,
	       report.width / runs, 100 * student.hits / runs, student.width / runs);
}

static void print_errors(gsl_rng *rng, enum noise_kind kind, unsigned int n, int runs)
{
	int wrong = 0;

	for (int run = 0; run < runs; run++) {
		struct comparison c[FAMILY];
		bool any = false;

		simulate_run(rng, kind, SIGMA, n, FAMILY, 0, c);
		for (int v = 0; v < FAMILY; v++)
			any |= is_difference(&c[v]);
		wrong += any;
	}
	printf("%-9s %2u   %5.1f\n", noises[kind], n, 100.0 * wrong / runs);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* True if the power is what it is said to be, or the noise is not what Student's t wants. */
static bool print_power(gsl_rng *rng, enum noise_kind kind, unsigned int n, unsigned int family,
			int runs)
{
	double *sizes = malloc(runs * sizeof(*sizes));
	double power = power_at_printed(rng, kind, SIGMA, n, family, runs, sizes);
	bool holds = kind != NORMAL || (power >= LEAST_POWER && power <= MOST_POWER);

	qsort(sizes, runs, sizeof(*sizes), ascending);
	printf("%-9s %2u  %u   %5.1f   %3.0f, %3.0f, %3.0f%s\n", noises[kind], n, family,
	       100 * power, 100 * sizes[runs / 20], 100 * sizes[runs / 2],
	       100 * sizes[runs - 1 - runs / 20], holds ? "" : "   NOT AS PROMISED");
	free(sizes);
	return holds;
}

/* Log ratios of FAMILY equal variants to one baseline: x[variant][block]. */
static void draw_family(gsl_rng *rng, enum noise_kind kind, double x[FAMILY][MOST_LOOKS])
{
	for (unsigned int i = 0; i < MOST_LOOKS; i++) {
		double off = draw_noise(rng, kind);

		for (int v = 0; v < FAMILY; v++)
			x[v][i] = SIGMA * (draw_noise(rng, kind) - off);
	}
}

/* Is there ever a false verdict; does the first one's interval ever fail to hold? */
static void look_at_each(double x[FAMILY][MOST_LOOKS], bool *wrong, bool *left)
{
	*wrong = *left = false;
	for (unsigned int n = 1; n <= MOST_LOOKS; n++) {
		struct comparison c[FAMILY], *list[FAMILY];

		for (int v = 0; v < FAMILY; v++) {
			c[v] = compare(x[v], n, SIMULATED_MARGIN, LOOK_EACH);
			list[v] = &c[v];
		}
		judge_verdicts(list, FAMILY, SIMULATED_MARGIN);
		for (int v = 0; v < FAMILY; v++)
			*wrong |= is_difference(&c[v]);
		*left |= c[0].lo > 1 || c[0].hi < 1;
	}
}

/* True if both are 5 % at most, beyond what chance explains. */
static bool print_looks(gsl_rng *rng, enum noise_kind kind, int runs)
{
	double x[FAMILY][MOST_LOOKS], most = runs * ALPHA + 3 * sqrt(runs * ALPHA);
	int wrong = 0, left = 0;
	bool holds;

	for (int run = 0; run < runs; run++) {
		bool is_wrong, is_left;

		draw_family(rng, kind, x);
		look_at_each(x, &is_wrong, &is_left);
		wrong += is_wrong;
		left += is_left;
	}
	holds = wrong <= most && left <= most;
	printf("%-9s %5.1f  %5.1f%s\n", noises[kind], 100.0 * wrong / runs, 100.0 * left / runs,
	       holds ? "" : "   NOT AS PROMISED");
	return holds;
}

int main(int argc, char **argv)
{
	static const unsigned int families[] = {1, 4, 5};
	int runs = argc > 1 ? atoi(argv[1]) : 4000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	bool holds = true;

	gsl_rng_set(rng, 20261122);
	printf("coverage %% and mean width of 95 %% intervals, %d runs each\n", runs);
	printf("noise      n   the report's  Student's\n");
	for (int kind = 0; kind < NOISES; kind++)
		for (size_t i = 0; i < N_BLOCKS; i++)
			print_intervals(rng, kind, blocks[i], runs);
	printf("\nfamily of %d: %% of runs with a false faster or slower\n", FAMILY);
	for (int kind = 0; kind < NOISES; kind++)
		for (size_t i = 0; i < N_BLOCKS; i++)
			print_errors(rng, kind, blocks[i], runs);
	printf("\n%% of runs that see a slowdown of the N %% that another run printed; that N "
	       "(5, 50, 95 %% of runs),\n"
	       "trials' noise %g %%\n"
	       "noise      n of   power   N %%\n",
	       100 * SIGMA);
	for (int kind = 0; kind < NOISES; kind++)
		for (size_t i = 0; i < N_BLOCKS; i++)
			for (int f = 0; f < 3; f++)
				holds &= print_power(rng, kind, blocks[i], families[f], runs);
	printf("\nlooked at after each of %d blocks: %% of runs with a false faster or slower "
	       "at any,\nfamily of %d; %% with an interval that does not hold at any\n",
	       MOST_LOOKS, FAMILY);
	for (int kind = 0; kind < NOISES; kind++)
		holds &= print_looks(rng, kind, runs);
	gsl_rng_free(rng);
	return !holds;
}
