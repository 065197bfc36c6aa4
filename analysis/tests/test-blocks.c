// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks with rounds in them, as `vqring run` makes: do the intervals of ratios hold with
 * noise of both levels, and does an A/A run cry out?
 */
#include "simulate.h"

#include <glib.h>
#include <math.h>

#include "probes/tool/interval.h"

#define ROUNDS 10
#define MOST_BOOTS 40
#define RUNS 2000
#define MARGIN 0.03 /* what a ratio shall be told to */

static gsl_rng *rng;

/* What differs between two devices of one boot, and between turns; of the log. */
struct level_noise {
	enum noise_kind kind;
	double device, turn;
	double disturbed; /* the share of turns that lose up to most of their time */
};

/* Two speeds of the host, which last for many turns and are the same for all devices. */
static double host_speed(void)
{
	static bool slow;

	if (gsl_rng_uniform(rng) < 0.03)
		slow = !slow;
	return slow ? log(0.64) : 0;
}

static double draw_turn(const struct level_noise *l)
{
	double y = host_speed() + l->turn * draw_noise(rng, l->kind);

	return gsl_rng_uniform(rng) < l->disturbed ? y - gsl_ran_exponential(rng, 0.4) : y;
}

/* A boot of two devices, the first truly @shift faster; rates by round. */
static void draw_boot(const struct level_noise *l, double shift, double *a, double *b)
{
	double mine = shift + l->device * gsl_ran_gaussian(rng, 1);

	for (int i = 0; i < ROUNDS; i++) {
		a[i] = exp(mine + draw_turn(l));
		b[i] = exp(draw_turn(l));
	}
}

static struct block_ratio draw_cell(const struct level_noise *l, unsigned int boots, double shift,
				    double *log_ratio)
{
	double a[ROUNDS], b[ROUNDS];

	for (unsigned int i = 0; i < boots; i++) {
		draw_boot(l, shift, a, b);
		log_ratio[i] = rounds_log_ratio(a, b, ROUNDS);
	}
	return blocks_ratio(log_ratio, boots, LOOK_ONCE);
}

static const struct level_noise noises[] = {
	{NORMAL, 0.01, 0.01, 0},    {NORMAL, 0.02, 0.005, 0.15}, {T3, 0.01, 0.02, 0.15},
	{SKEWED, 0.01, 0.02, 0.15}, {OUTLIERS, 0.01, 0.02, 0.3},
};

static void test_coverage(void)
{
	static const unsigned int boots[] = {6, 8, 15, 30};
	const double shift = log(0.93);
	double x[MOST_BOOTS];

	for (size_t k = 0; k < G_N_ELEMENTS(noises); k++)
		for (size_t n = 0; n < G_N_ELEMENTS(boots); n++) {
			int held = 0;

			for (int run = 0; run < RUNS; run++) {
				struct block_ratio r = draw_cell(&noises[k], boots[n], shift, x);

				held += r.lo <= 0.93 && 0.93 <= r.hi;
			}
			g_test_message("noise %zu, %u boots: %.1f %%", k, boots[n],
				       100.0 * held / RUNS);
			/* 0.95, or more where there are few; the simulation's error is 0.005. */
			g_assert_cmpfloat(held, >, 0.935 * RUNS);
			g_assert_cmpfloat(held, <, 0.99 * RUNS);
		}
}

/* Were rounds taken for blocks, the interval would not hold: so this test can fail. */
static void test_rounds_are_no_blocks(void)
{
	double a[ROUNDS], b[ROUNDS], x[10 * ROUNDS];
	int held = 0;

	for (int run = 0; run < RUNS; run++) {
		struct block_ratio r;

		for (int boot = 0; boot < 10; boot++) {
			draw_boot(&noises[1], 0, a, b);
			for (int i = 0; i < ROUNDS; i++)
				x[boot * ROUNDS + i] = log(a[i] / b[i]);
		}
		r = blocks_ratio(x, 10 * ROUNDS, LOOK_ONCE);
		held += r.lo <= 1 && 1 <= r.hi;
	}
	g_assert_cmpfloat(held, <, 0.8 * RUNS);
}

/* 30 boots tell a ratio to 3 %, and no A/A run of 2000 differs; a true 6 % does. */
static void test_false_alarms(void)
{
	double x[MOST_BOOTS];
	int alarms = 0, narrow = 0, seen = 0;

	for (int run = 0; run < RUNS; run++) {
		struct block_ratio r = draw_cell(&noises[1], 30, 0, x);
		struct comparison c = compare(x, 30, MARGIN, LOOK_ONCE), *family[] = {&c};

		narrow += (r.hi - r.lo) / 2 < MARGIN;
		judge(family, 1, MARGIN);
		alarms += is_difference(&c);
		draw_cell(&noises[1], 30, log(0.94), x);
		c = compare(x, 30, MARGIN, LOOK_ONCE);
		judge(family, 1, MARGIN);
		seen += c.verdict == VERDICT_SLOWER;
	}
	g_assert_cmpint(alarms, <=, RUNS / 1000);
	g_assert_cmpint(narrow, >=, RUNS * 99 / 100);
	g_assert_cmpint(seen, >=, RUNS * 99 / 100);
}

static void test_edges(void)
{
	double a[] = {1, 0, NAN, 2}, b[] = {1, 0, 1, 1}, x[] = {0.1, NAN, 0.3};
	struct block_ratio r = blocks_ratio(x, 3, LOOK_ONCE);

	/* 1 to 1 and 2 to 1 are left. */
	g_assert_cmpfloat_with_epsilon(rounds_log_ratio(a, b, 4), M_LN2 / 2, 1e-12);
	g_assert_true(isnan(rounds_log_ratio(a, b, 0)));
	g_assert_cmpuint(r.n, ==, 2);
	g_assert_cmpfloat_with_epsilon(r.ratio, exp(0.2), 1e-12);
	g_assert_true(isnan(r.lo) && isnan(r.hi));
	r = blocks_ratio(x, 0, LOOK_ONCE);
	g_assert_true(isnan(r.ratio));
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, 20261126);
	g_test_add_func("/blocks/edges", test_edges);
	g_test_add_func("/blocks/coverage", test_coverage);
	g_test_add_func("/blocks/rounds-are-no-blocks", test_rounds_are_no_blocks);
	g_test_add_func("/blocks/false-alarms", test_false_alarms);
	status = g_test_run();
	gsl_rng_free(rng);
	return status;
}
