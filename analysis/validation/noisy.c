// SPDX-License-Identifier: GPL-2.0-or-later
#include "noisy.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "analysis/report/power.h"
#include "analysis/report/stats.h"
#include "analysis/report/until.h"
#include "probes/tool/interval.h"
#include "row.h"

#define SEED 20261126 /* any: the same noise gives the same table */
#define RUNS 10000    /* that are drawn for a row */
#define PLANTED 0.05  /* slower by so much */
#define MARGIN 0.05
#define ALARMS 5.0 /* per cent of comparisons */
#define HOLDS 2.0  /* points that coverage may be off */
#define LIVE_BLOCKS 6
#define MOST_BLOCKS 300 /* to find PLANTED in; else what LESS_BLOCKS find is planted */
#define LESS_BLOCKS 10
#define UNTIL_BLOCKS 40 /* at most, where a run's figures end it */
#define SHIFT 2.8	/* standard errors: what many blocks find */

/* What the report makes of some blocks. */
struct judged {
	bool slower, faster, resolved;
	double ratio, lo, hi; /* NAN: no interval */
};

/* Rings have no verdict but their interval (timed_table.c); trials are judged. */
static struct judged judge_blocks(const struct noise *n, const double *x, unsigned int blocks,
				  enum looks looks)
{
	struct block_ratio r;
	struct comparison c, *family = &c;

	if (!n->guest) {
		r = blocks_ratio(x, blocks, looks);
		return (struct judged){r.hi<1, r.lo> 1, r.hi < 1 || r.lo > 1, r.ratio, r.lo, r.hi};
	}
	c = compare(x, blocks, MARGIN, looks);
	judge_verdicts(&family, 1, MARGIN);
	return (struct judged){c.verdict == VERDICT_SLOWER,
			       c.verdict == VERDICT_FASTER,
			       verdict_resolved(c.verdict),
			       c.ratio,
			       c.lo,
			       c.hi};
}

/* What came of many. */
struct tally {
	unsigned int runs, slower, alarms, covered;
};

static void count(struct tally *t, struct judged j, double truth)
{
	t->runs++;
	t->slower += j.slower;
	t->alarms += j.slower || j.faster;
	t->covered += j.lo <= truth && truth <= j.hi;
}

/*
 * How wide a ratio is smeared, so that a few of them are no few lumps between which the
 * median of many blocks jumps (a smoothed bootstrap; B. W. Silverman, Density Estimation,
 * 1986, (3.31)).
 */
static double smear_of(const struct noise *n)
{
	g_autofree double *size = g_new(double, n->n);

	for (unsigned int i = 0; i < n->n; i++)
		size[i] = fabs(n->usable[i]);
	return 0.9 * fmin(noise_sd(n), median(size, n->n) / 0.6745) * pow(n->n, -0.2);
}

/* As vqbench run --until 5% ends a run of one comparison: after how many of @most blocks. */
static unsigned int blocks_until(const struct noise *n, const double *x, unsigned int most)
{
	for (unsigned int blocks = 1; blocks < most; blocks++) {
		struct judged j = judge_blocks(n, x, blocks, LOOK_EACH);

		if (j.resolved || reaches_within(j.ratio, j.lo, j.hi, PLANTED))
			return blocks;
	}
	return most;
}

/*
 * RUNS runs of @blocks blocks, each drawn from the noise, with @shift planted on the log
 * scale: trials' throughput times exp(shift).  Which of a pair was the first is chance, so
 * the sign is, too, and the truth is exactly the shift.  Of LOOK_EACH as many of these
 * blocks as their figures ask for.
 */
static struct tally draw(const struct noise *n, unsigned int blocks, double shift, enum looks looks)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double *x = g_new(double, blocks);
	double smear = smear_of(n);
	struct tally t = {};
	unsigned int used;

	gsl_rng_set(rng, SEED + blocks);
	while (t.runs < RUNS) {
		for (unsigned int i = 0; i < blocks; i++) {
			double one = n->usable[gsl_rng_uniform_int(rng, n->n)];

			x[i] = (gsl_rng_uniform_int(rng, 2) ? one : -one) + shift +
			       gsl_ran_gaussian(rng, smear);
		}
		used = looks == LOOK_EACH ? blocks_until(n, x, blocks) : blocks;
		count(&t, judge_blocks(n, x, used, looks), exp(shift));
	}
	g_free(x);
	gsl_rng_free(rng);
	return t;
}

static double percent(unsigned int hits, const struct tally *t)
{
	return 100.0 * hits / t->runs;
}

/* As they were measured: one pair, LIVE_BLOCKS blocks one after the other. */
static bool check_live(const struct noise *n)
{
	struct tally t = {};
	struct percents p;

	for (unsigned int b = 0; b + LIVE_BLOCKS <= n->blocks; b += LIVE_BLOCKS)
		for (unsigned int pair = 0; pair < n->pairs; pair++) {
			double x[LIVE_BLOCKS];
			bool whole = true;

			for (unsigned int i = 0; i < LIVE_BLOCKS; i++) {
				x[i] = n->x[(b + i) * n->pairs + pair];
				whole &= isfinite(x[i]);
			}
			if (whole)
				count(&t, judge_blocks(n, x, LIVE_BLOCKS, LOOK_ONCE), 1);
		}
	if (!t.runs)
		return true;
	p = binomial_interval(t.alarms, t.runs);
	/* So few that chance has its share: 5 % must be possible, or less. */
	return row(p.lo <= ALARMS, "alarms, measured, 6 blocks", "<= 5 % in it",
		   "%u/%u: %.1f-%.1f %%", t.alarms, t.runs, p.lo, p.hi);
}

static bool check_alarms(const struct noise *n, unsigned int blocks)
{
	struct tally t = draw(n, blocks, 0, LOOK_ONCE);
	struct percents p = binomial_interval(t.alarms, t.runs);
	g_autofree char *what = g_strdup_printf("alarms, drawn, %u blocks", blocks);

	return row(percent(t.alarms, &t) <= ALARMS, what, "<= 5 %", "%u/%u: %.1f-%.1f %%", t.alarms,
		   t.runs, p.lo, p.hi);
}

static bool check_coverage(const struct noise *n, unsigned int blocks, double size)
{
	double said = 100 * interval_coverage(blocks, LOOK_ONCE), seen;
	struct tally t = draw(n, blocks, log1p(-size), LOOK_ONCE);
	g_autofree char *what = g_strdup_printf("-%.0f %% covered, %u blocks", 100 * size, blocks);
	g_autofree char *wanted = g_strdup_printf("%.1f +-2 %%", said);

	seen = percent(t.covered, &t);
	return row(fabs(seen - said) <= HOLDS, what, wanted, "%u/%u: %.1f %%", t.covered, t.runs,
		   seen);
}

/* The slowdown that the report promises to see in @blocks blocks of this noise. */
static double size_seen(const struct noise *n, unsigned int blocks)
{
	double sd = hypot(noise_sd(n), smear_of(n));

	return -expm1(-detectable_shift(blocks, ALPHA, n->n, LOOK_ONCE) * sd / sqrt(blocks));
}

/* The number of blocks in which it promises to see PLANTED, about; at least MIN_RANGE. */
static unsigned int blocks_needed(const struct noise *n)
{
	double sd = hypot(noise_sd(n), smear_of(n)), blocks = pow(SHIFT * sd / PLANTED, 2);

	if (blocks > MOST_BLOCKS)
		return MOST_BLOCKS + 1;
	blocks = fmax(blocks, MIN_RANGE);
	while (size_seen(n, blocks) > PLANTED)
		blocks = ceil(blocks * 1.05);
	return blocks;
}

static bool check_power(const struct noise *n)
{
	unsigned int blocks = blocks_needed(n);
	double size = PLANTED;
	g_autofree char *what = NULL;
	struct percents p;
	struct tally t;

	if (blocks > MOST_BLOCKS) {
		blocks = LESS_BLOCKS;
		size = size_seen(n, blocks);
	}
	what = g_strdup_printf("-%.0f %% found, %u blocks", 100 * size, blocks);
	t = draw(n, blocks, log1p(-size), LOOK_ONCE);
	p = binomial_interval(t.slower, t.runs);
	return row(p.hi >= 100 * POWER, what, "80 % or more", "%u/%u: %.1f-%.1f %%", t.slower,
		   t.runs, p.lo, p.hi) &
	       (blocks <= LESS_BLOCKS || check_coverage(n, blocks, size));
}

/*
 * A number of blocks that follows from the figures: no more alarms for that, and intervals
 * that hold where it ends.  Both are promises, so no point more or less.
 */
static bool check_until(const struct noise *n)
{
	struct tally alike = draw(n, UNTIL_BLOCKS, 0, LOOK_EACH);
	struct tally slower = draw(n, UNTIL_BLOCKS, log1p(-PLANTED), LOOK_EACH);
	struct percents p = binomial_interval(alike.alarms, alike.runs);
	double covered = percent(slower.covered, &slower);
	bool ok = row(percent(alike.alarms, &alike) <= ALARMS, "alarms, drawn, until 5 %", "<= 5 %",
		      "%u/%u: %.1f-%.1f %%", alike.alarms, alike.runs, p.lo, p.hi);

	return ok & row(covered >= 100 * CONFIDENCE, "-5 % covered, until 5 %", "95 % or more",
			"%u/%u: %.1f %%", slower.covered, slower.runs, covered);
}

bool check_noise(const struct noise *n)
{
	static const unsigned int blocks[] = {5, 6, 8, 10};
	g_autofree char *text =
		g_strdup_printf("%s, off to off%s: %u ratios, of sd %.2f %%", n->name,
				n->measured ? "" : " in another block", n->n, 100 * noise_sd(n));
	bool ok = true;

	row_heading(text);
	if (n->measured)
		ok &= check_live(n);
	for (unsigned int i = !n->guest; i < G_N_ELEMENTS(blocks); i++)
		ok &= check_alarms(n, blocks[i]);
	for (unsigned int i = !n->guest; i < G_N_ELEMENTS(blocks); i++)
		ok &= check_coverage(n, blocks[i], PLANTED);
	ok &= check_until(n);
	return ok & check_power(n);
}
