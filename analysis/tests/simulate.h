/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up runs of known noise, for coverage.c and test-stats.c. */
#ifndef VQLAB_ANALYSIS_SIMULATE_H
#define VQLAB_ANALYSIS_SIMULATE_H

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>

#include "analysis/report/stats.h"

#define MAX_BLOCKS 64
#define MAX_FAMILY 8
#define SIMULATED_MARGIN 1e-6

enum noise_kind { NORMAL, T3, SKEWED, OUTLIERS, NOISES };

/* Centre (median and, where it exists, mean of the log ratio's noise) 0. */
static inline double draw_noise(gsl_rng *rng, enum noise_kind kind)
{
	switch (kind) {
	case T3: /* heavy tails */
		return gsl_ran_tdist(rng, 3) / sqrt(3);
	case SKEWED: /* a slow-down with a long tail */
		return gsl_ran_exponential(rng, 1) - M_LN2;
	case OUTLIERS: /* one trial in ten disturbed five times as much */
		return gsl_ran_gaussian(rng, gsl_rng_uniform(rng) < 0.1 ? 5 : 1);
	default:
		return gsl_ran_gaussian(rng, 1);
	}
}

/*
 * A run of @n blocks: @family variants beside one baseline, all trials of the same
 * noise @sigma; the first variant's true log ratio is @shift, the others' is 0. @c
 * is judged with a margin so narrow that none is equivalent.
 */
static inline void simulate_run(gsl_rng *rng, enum noise_kind kind, double sigma, unsigned int n,
				unsigned int family, double shift, struct comparison *c)
{
	struct comparison *list[MAX_FAMILY];
	double off[MAX_BLOCKS], x[MAX_BLOCKS];

	for (unsigned int i = 0; i < n; i++)
		off[i] = sigma * draw_noise(rng, kind);
	for (unsigned int v = 0; v < family; v++) {
		for (unsigned int i = 0; i < n; i++)
			x[i] = sigma * draw_noise(rng, kind) - off[i] + (v ? 0 : shift);
		c[v] = compare(x, n, SIMULATED_MARGIN, LOOK_ONCE);
		list[v] = &c[v];
	}
	judge(list, family, SIMULATED_MARGIN);
}

static inline bool is_difference(const struct comparison *c)
{
	return c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER;
}

/*
 * Power at the printed size, noise unknown: one run says what slowdown it would
 * have seen; another, of the same noise and truly slowed by that much, sees it or
 * not. Returns the share of @runs pairs in which it does; @sizes, if not NULL, gets
 * what the first runs said.
 */
static inline double power_at_printed(gsl_rng *rng, enum noise_kind kind, double sigma,
				      unsigned int n, unsigned int family, int runs, double *sizes)
{
	struct comparison c[MAX_FAMILY];
	int seen = 0;

	for (int run = 0; run < runs; run++) {
		double size;

		simulate_run(rng, kind, sigma, n, family, 0, c);
		size = c[0].detectable;
		if (sizes)
			sizes[run] = size;
		simulate_run(rng, kind, sigma, n, family, log1p(-size), c);
		seen += c[0].verdict == VERDICT_SLOWER;
	}
	return (double)seen / runs;
}

#endif
