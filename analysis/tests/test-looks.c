// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs that somebody looks at after each block: the error is summed over all walks of a fair
 * coin, not simulated, and by other means than looks.c.
 */
#include <glib.h>
#include <math.h>

#include "analysis/report/power.h"
#include "analysis/report/stats.h"
#include "probes/tool/looks.h"

static const double levels[] = {0.05, 0.025, 0.0125, 0.01, 0.005};

/*
 * Within @most throws, the probability that heads are ever so few (or, with @both, tails)
 * that @rejects says so: forward, from the walks that are still there after each throw.
 */
static double error_within(unsigned int most, double level, bool both,
			   bool (*rejects)(unsigned int n, unsigned int heads, double level))
{
	double left[LOOKS_MAX + 1] = {1}, next[LOOKS_MAX + 1], error = 0;

	for (unsigned int n = 1; n <= most; n++) {
		for (unsigned int heads = 0; heads <= n; heads++) {
			double p = (heads < n ? left[heads] / 2 : 0) +
				   (heads ? left[heads - 1] / 2 : 0);

			next[heads] = p;
			if (!rejects(n, heads, level) && !(both && rejects(n, n - heads, level)))
				continue;
			error += p;
			next[heads] = 0;
		}
		for (unsigned int heads = 0; heads <= n; heads++)
			left[heads] = next[heads];
	}
	return error;
}

static bool by_rank(unsigned int n, unsigned int heads, double level)
{
	return heads < looks_rank(n, level);
}

static bool by_p(unsigned int n, unsigned int heads, double level)
{
	return 2 * heads < n && looks_p(n, heads) <= level;
}

static bool by_one_sided(unsigned int n, unsigned int heads, double level)
{
	return looks_p_one_sided(n, heads) <= level;
}

/* However many blocks were allowed, and however many more were added. */
static void test_error(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
		double all = 0;

		for (unsigned int most = 5; most <= LOOKS_MAX; most++) {
			all = error_within(most, levels[i], true, by_rank);
			g_assert_cmpfloat(all, <=, levels[i] + 1e-12);
			g_assert_cmpfloat_with_epsilon(
				all, error_within(most, levels[i], true, by_p), 1e-12);
			g_assert_cmpfloat(error_within(most, levels[i], false, by_one_sided), <=,
					  levels[i] + 1e-12);
		}
		g_test_message("level %g: %.4f", levels[i], all);
		/* And not for want of ever saying anything. */
		g_assert_cmpfloat(all, >, 0.8 * levels[i]);
	}
}

/* What p says is the error of whoever ends at the first p as low: no less. */
static void test_p(void)
{
	for (unsigned int n = 7; n <= 40; n++)
		for (unsigned int fewer = 0; 2 * fewer < n; fewer++) {
			double p = looks_p(n, fewer), one = looks_p_one_sided(n, fewer);

			g_assert_cmpfloat_with_epsilon(
				p, fmin(1, error_within(LOOKS_MAX, p, true, by_p)), 1e-9);
			g_assert_cmpfloat(one, <=, p);
			g_assert_cmpfloat(2 * one, >=, p - 1e-12);
		}
	g_assert_cmpfloat(looks_p(10, 5), ==, 1);
	g_assert_cmpfloat(looks_p(10, 9), ==, 1);
	g_assert_cmpfloat(looks_p(LOOKS_MAX + 1, 0), ==, 1);
	g_assert_cmpuint(looks_rank(LOOKS_MAX + 1, 0.05), ==, 0);
}

/* Ranks that were found by another program (a table of all walks, in Python). */
static void test_ranks(void)
{
	static const struct {
		unsigned int n, half, tenth; /* of levels 0.05 and 0.01 */
	} known[] = {{5, 0, 0},	 {6, 0, 0},  {7, 1, 0},	 {9, 1, 0},    {10, 1, 1},  {12, 2, 1},
		     {16, 3, 2}, {20, 4, 3}, {30, 8, 7}, {40, 11, 10}, {99, 35, 33}};
	double x[12], lo, hi;

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		g_assert_cmpuint(looks_rank(known[i].n, 0.05), ==, known[i].half);
		g_assert_cmpuint(looks_rank(known[i].n, 0.01), ==, known[i].tenth);
	}
	g_assert_cmpuint(looks_rank(MIN_LOOKED - 1, 1 - CONFIDENCE), ==, 0);
	g_assert_cmpuint(looks_rank(MIN_LOOKED, 1 - CONFIDENCE), ==, 1);
	for (unsigned int i = 0; i < 12; i++)
		x[i] = i;
	g_assert_false(order_interval(x, 6, LOOK_EACH, &lo, &hi));
	g_assert_true(order_interval(x, 12, LOOK_EACH, &lo, &hi));
	g_assert_cmpfloat(lo, ==, 1);
	g_assert_cmpfloat(hi, ==, 10);
}

static struct comparison judged(const double *x, unsigned int n)
{
	struct comparison c = compare(x, n, 0.05, LOOK_EACH), *family[] = {&c};

	judge(family, 1, 0.05);
	return c;
}

static void test_verdicts(void)
{
	double slower[40], equal[40], zero[40] = {};
	struct comparison c;

	for (unsigned int i = 0; i < 40; i++) {
		slower[i] = -0.3 - 0.01 * (i % 3);
		equal[i] = 0.001 * (i % 5) - 0.002;
	}
	for (unsigned int n = 2; n <= 40; n++) {
		bool enough = n >= MIN_LOOKED;

		c = judged(slower, n);
		g_assert_cmpint(c.verdict, ==, enough ? VERDICT_SLOWER : VERDICT_UNRESOLVED);
		g_assert_true(isnan(c.lo) == !enough);
		g_assert_false(c.student);
		c = judged(equal, n);
		g_assert_cmpint(c.verdict, ==, enough ? VERDICT_EQUIVALENT : VERDICT_UNRESOLVED);
		/* A ratio of exactly 1 speaks for neither side. */
		c = judged(zero, n);
		g_assert_cmpfloat(c.p, ==, 1);
		g_assert_cmpint(c.verdict, ==, enough ? VERDICT_EQUIVALENT : VERDICT_UNRESOLVED);
	}
	g_assert_cmpint(judged(slower, 1).verdict, ==, VERDICT_ONE_BLOCK);
	g_assert_cmpint(judged(NULL, 0).verdict, ==, VERDICT_NO_DATA);
	/* One block of seven says otherwise. */
	slower[3] = 0.01;
	g_assert_cmpint(judged(slower, 7).verdict, ==, VERDICT_UNRESOLVED);
	/* So few that no difference would be seen: it is said to be no number. */
	g_assert_cmpfloat(judged(slower, 6).detectable, >, 0.95);
}

/* Looking costs some, and not all, of what would be seen. */
static void test_power(void)
{
	static const unsigned int blocks[] = {10, 20, 40};

	for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
		double once = detectable_shift(blocks[i], 0.05, 5 * (blocks[i] - 1), LOOK_ONCE);
		double each = detectable_shift(blocks[i], 0.05, 5 * (blocks[i] - 1), LOOK_EACH);

		g_test_message("%u blocks: %.2f, looked at %.2f standard errors", blocks[i], once,
			       each);
		g_assert_cmpfloat(each, >, once);
		g_assert_cmpfloat(each, <, 2 * once);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/looks/error", test_error);
	g_test_add_func("/looks/p", test_p);
	g_test_add_func("/looks/ranks", test_ranks);
	g_test_add_func("/looks/verdicts", test_verdicts);
	g_test_add_func("/looks/power", test_power);
	return g_test_run();
}
