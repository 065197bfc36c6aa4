// SPDX-License-Identifier: GPL-2.0-or-later
/* Known values, and by simulation: do the intervals hold, do verdicts err? */
#include "../stats.h"

#include <glib.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "../measures.h"

static gsl_rng *rng, *boot;

static void near(double value, double expected, double tolerance)
{
	g_assert_cmpfloat_with_epsilon(value, expected, tolerance + 1e-15);
}

static void test_median(void)
{
	double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};

	near(median(odd, 3), 2, 0);
	near(median(even, 4), 2.5, 0);
	near(median(one, 1), 7, 0);
}

/*
 * At 4 degrees of freedom p = 1 - sin a (1 + cos^2 a / 2) with tan a = t / 2;
 * here t = 0.16 / sqrt(0.00925 / 5).
 */
static void test_student(void)
{
	double x[] = {0.1, 0.2, 0.15, 0.05, 0.3}, none[] = {0, 0, 0}, sure[] = {0.1, 0.1, 0.1};

	near(student_p(x, 5), 0.020476, 1e-6);
	near(student_p(none, 3), 1, 0);
	g_assert_cmpfloat(student_p(sure, 3), <, 1e-6);
}

/* In order: 4 * 0.005, 3 * 0.01, 2 * 0.03, and 0.04, raised to the one before. */
static void test_holm(void)
{
	const double p[] = {0.01, 0.04, NAN, 0.03, 0.005}, big[] = {0.6, 0.9};
	double adjusted[5];

	holm(p, adjusted, 5);
	near(adjusted[0], 0.03, 1e-12);
	near(adjusted[1], 0.06, 1e-12);
	g_assert_true(isnan(adjusted[2]));
	near(adjusted[3], 0.06, 1e-12);
	near(adjusted[4], 0.02, 1e-12);
	holm(big, adjusted, 2);
	near(adjusted[0], 1, 0);
	near(adjusted[1], 1, 0);
}

static struct comparison judged(const double *x, unsigned int n)
{
	struct comparison c = compare(x, n, 1, 0.05, boot, 1), *family[] = {&c};

	judge(family, 1, 0.05);
	return c;
}

static void test_verdicts(void)
{
	const double slower[] = {-0.30, -0.36, -0.33, -0.35, -0.31, -0.34};
	const double equal[] = {0.002, -0.004, 0.001, 0.003, -0.002, 0.0};
	const double small[] = {-0.021, -0.020, -0.022, -0.019, -0.020, -0.021};
	const double noisy[] = {0.2, -0.2, 0.1, -0.15, 0.25, -0.1};
	double faster[6];
	struct comparison c = judged(slower, 6);

	g_assert_cmpint(c.verdict, ==, VERDICT_SLOWER);
	near(c.ratio, exp(-0.335), 1e-12);
	g_assert_cmpfloat(c.hi, <, 1);
	for (int i = 0; i < 6; i++)
		faster[i] = -slower[i];
	g_assert_cmpint(judged(faster, 6).verdict, ==, VERDICT_FASTER);
	g_assert_cmpint(judged(equal, 6).verdict, ==, VERDICT_EQUIVALENT);
	/* Surely slower, but by less than matters. */
	g_assert_cmpint(judged(small, 6).verdict, ==, VERDICT_EQUIVALENT);
	c = judged(noisy, 6);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
	g_assert_cmpfloat(c.detectable, >, 0.1);
	g_assert_cmpint(judged(slower, 1).verdict, ==, VERDICT_ONE_BLOCK);
	g_assert_true(isnan(judged(slower, 1).lo));
	g_assert_cmpint(judged(NULL, 0).verdict, ==, VERDICT_NO_DATA);
	g_assert_true(judged(slower, MIN_BOOTSTRAP - 1).student);
	g_assert_false(judged(slower, MIN_BOOTSTRAP).student);
}

/* The same seed gives the same interval, whatever was asked in between. */
static void test_repeatable(void)
{
	const double x[] = {-0.3, -0.1, 0.2, 0.05, 0.11, -0.02, 0.33, 0.01};
	struct comparison a = compare(x, 8, 4, 0.05, boot, 7), b;

	compare(x, 5, 4, 0.05, boot, 99);
	b = compare(x, 8, 4, 0.05, boot, 7);
	near(a.lo, b.lo, 0);
	near(a.hi, b.hi, 0);
}

/* Interval and its claim: 95 %, which 400 runs know to within 2.2 % or so. */
static void test_coverage(void)
{
	static const unsigned int blocks[] = {3, 5, 6, 8, 10};
	const int runs = 400;

	for (int k = 0; k < 5; k++) {
		for (int heavy = 0; heavy < 2; heavy++) {
			int hits = 0;

			for (int run = 0; run < runs; run++) {
				double x[10];
				struct comparison c;

				for (unsigned int i = 0; i < blocks[k]; i++)
					x[i] = heavy ? 0.05 * gsl_ran_tdist(rng, 3)
						     : gsl_ran_gaussian(rng, 0.05);
				c = compare(x, blocks[k], 4, 0.05, boot, 1);
				hits += c.lo <= 1 && 1 <= c.hi;
			}
			g_test_message("n = %u, %s: %.1f %%", blocks[k], heavy ? "t3" : "normal",
				       100.0 * hits / runs);
			g_assert_cmpfloat(hits, >=, 0.92 * runs);
			g_assert_cmpfloat(hits, <=, 0.995 * runs);
		}
	}
}

/* Four equal variants: how often is one called faster or slower? */
static void test_false_verdicts(void)
{
	const int runs = 1000;
	int wrong = 0, seen = 0;

	for (int run = 0; run < runs; run++) {
		struct comparison c[4], *family[4];
		double off[6], x[6], shift;
		bool any = false;

		for (int i = 0; i < 6; i++)
			off[i] = gsl_ran_gaussian(rng, 0.05);
		for (int v = 0; v < 4; v++) {
			for (int i = 0; i < 6; i++)
				x[i] = gsl_ran_gaussian(rng, 0.05) - off[i];
			c[v] = compare(x, 6, 4, 0.05, boot, 1);
			family[v] = &c[v];
		}
		judge(family, 4, 0.05);
		for (int v = 0; v < 4; v++)
			any |= c[v].verdict == VERDICT_FASTER || c[v].verdict == VERDICT_SLOWER;
		wrong += any;
		/*
		 * And a true difference that 6 blocks of this noise can see with
		 * POWER, once Holm took its share: t(0.05 / 8) + t(0.8), times
		 * 0.05 * sqrt(2 / 6).
		 */
		shift = (4.219 + 0.920) * 0.05 * sqrt(2.0 / 6);
		for (int i = 0; i < 6; i++)
			x[i] = gsl_ran_gaussian(rng, 0.05) - off[i] + shift;
		c[0] = compare(x, 6, 4, 0.05, boot, 1);
		judge(family, 4, 0.05);
		seen += c[0].verdict == VERDICT_FASTER;
	}
	g_test_message("false: %.1f %%, seen: %.1f %%", 100.0 * wrong / runs, 100.0 * seen / runs);
	g_assert_cmpfloat(wrong, <, 0.065 * runs);
	g_assert_cmpfloat(wrong, >, 0.005 * runs);
	g_assert_cmpfloat(seen, >, 0.7 * runs);
	g_assert_cmpfloat(seen, <, 0.95 * runs);
}

static void test_histogram(void)
{
	struct bin a[] = {{0, 90}, {1, 5}, {7, 5}}, b[] = {{1, 1}, {9, 1}}, us[] = {{1024, 1}};
	struct hist h = {a, 3}, other = {b, 2}, times = {us, 1}, sum = {}, empty = {};

	near(bins_quantile(&h, 0.5), 0, 0);
	near(bins_quantile(&h, 0.95), 1, 0);
	near(bins_quantile(&h, 0.951), 7, 0);
	near(bins_quantile(&h, 1), 7, 0);
	g_assert_true(isnan(bins_quantile(&empty, 0.5)));
	g_assert_true(isnan(times_quantile(&empty, 0.5)));
	near(times_quantile(&h, 1), 7, 0);
	near(times_quantile(&times, 0.5), 1040, 0); /* the middle of [1024, 1056) */
	near(bins_share_from(&h, 0), 1, 0);
	near(bins_share_from(&h, 1), 0.1, 1e-12);
	bins_add(&sum, &h);
	bins_add(&sum, &other);
	g_assert_cmpuint(sum.n, ==, 4);
	g_assert_cmpuint(bins_total(&sum), ==, 102);
	g_assert_cmpuint(sum.bins[1].count, ==, 6);
	g_assert_cmpuint(sum.bins[3].value, ==, 9);
	bins_clear(&sum);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	boot = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, 42);
	g_test_add_func("/stats/median", test_median);
	g_test_add_func("/stats/student", test_student);
	g_test_add_func("/stats/holm", test_holm);
	g_test_add_func("/stats/verdicts", test_verdicts);
	g_test_add_func("/stats/repeatable", test_repeatable);
	g_test_add_func("/stats/coverage", test_coverage);
	g_test_add_func("/stats/false-verdicts", test_false_verdicts);
	g_test_add_func("/stats/histogram", test_histogram);
	status = g_test_run();
	gsl_rng_free(boot);
	gsl_rng_free(rng);
	return status;
}
