// SPDX-License-Identifier: GPL-2.0-or-later
/* Known values, and by simulation: do the intervals hold, do verdicts err? */
#include "simulate.h"

#include <glib.h>
#include <math.h>

#include "analysis/report/measures.h"

static gsl_rng *rng;

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
	struct comparison c = compare(x, n, 0.05, LOOK_ONCE), *family[] = {&c};

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
	g_assert_true(judged(slower, MIN_RANGE - 1).student);
	g_assert_false(judged(slower, MIN_RANGE).student);
}

/* The test alone is sure of these; one block of six says otherwise. */
static void test_one_block_against(void)
{
	double x[] = {0.30, 0.31, 0.29, 0.30, 0.32, -0.01};
	double equal[] = {0, 0, 0, 0, 0, 0.055};
	struct comparison c = judged(x, 6);

	g_assert_cmpfloat(c.p_holm, <, ALPHA);
	g_assert_cmpfloat(c.lo, <, 1);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
	for (int i = 0; i < 6; i++)
		x[i] = -x[i];
	c = judged(x, 6);
	g_assert_cmpfloat(c.p_holm, <, ALPHA);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
	c = judged(equal, 6);
	g_assert_cmpfloat(c.tost_holm, <, ALPHA);
	g_assert_cmpfloat(c.hi, >, 1.05);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
	for (int i = 0; i < 6; i++)
		equal[i] = -equal[i];
	c = judged(equal, 6);
	g_assert_cmpfloat(c.tost_holm, <, ALPHA);
	g_assert_cmpfloat(c.lo, <, 1 / 1.05);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
}

/* And where the interval excludes 1, the test has to agree. */
static void test_interval_alone(void)
{
	const double x[] = {0.01, 0.02, 0.30, 0.01, 0.03, 0.02};
	struct comparison c = judged(x, 6);

	g_assert_cmpfloat(c.lo, >, 1);
	g_assert_cmpfloat(c.p_holm, >, ALPHA);
	g_assert_cmpint(c.verdict, ==, VERDICT_UNRESOLVED);
}

/* 1 - 2 / 2^n; then between 2..7 of 8 (1 - 18 / 256) and 1..8 (1 - 2 / 256). */
static void test_interval(void)
{
	const double x[] = {-4, -3, -2, -1, 1, 2, 3, 4};
	double lo, hi, share = (0.9921875 - 0.96) / (0.9921875 - 0.9296875);
	double within = 7 * share / (1 + 6 * share);

	near(interval_coverage(6, LOOK_ONCE), 0.96875, 1e-12);
	near(interval_coverage(7, LOOK_ONCE), 0.984375, 1e-12);
	near(interval_coverage(5, LOOK_ONCE), 0.95, 0); /* Student's */
	g_assert_false(order_interval(x, 5, LOOK_ONCE, &lo, &hi));
	g_assert_true(order_interval(x, 6, LOOK_ONCE, &lo, &hi));
	near(lo, -4, 0);
	near(hi, 2, 0);
	g_assert_true(order_interval(x, 7, LOOK_ONCE, &lo, &hi));
	near(hi, 3, 0);
	g_assert_true(order_interval(x, 8, LOOK_ONCE, &lo, &hi));
	near(lo, -4 + within, 1e-12);
	near(hi, 4 - within, 1e-12);
}

/* Interval and its claim: 1000 runs know it to within 1.5 % or so. */
static void test_coverage(void)
{
	static const unsigned int blocks[] = {3, 5, 6, 7, 8, 10};
	const int runs = 1000;

	for (size_t k = 0; k < G_N_ELEMENTS(blocks); k++) {
		for (enum noise_kind kind = NORMAL; kind <= T3; kind++) {
			double claim = interval_coverage(blocks[k], LOOK_ONCE);
			int hits = 0;

			for (int run = 0; run < runs; run++) {
				double x[10];
				struct comparison c;

				for (unsigned int i = 0; i < blocks[k]; i++)
					x[i] = draw_noise(rng, kind);
				c = compare(x, blocks[k], 0.05, LOOK_ONCE);
				hits += c.lo <= 1 && 1 <= c.hi;
			}
			g_test_message("n = %u, %s: %.1f %%", blocks[k], kind ? "t3" : "normal",
				       100.0 * hits / runs);
			g_assert_cmpfloat(hits, >=, (claim - 0.025) * runs);
			g_assert_cmpfloat(hits, <=, (claim + 0.03) * runs);
		}
	}
}

/* Five equal variants: how often is one called faster or slower? */
static void test_false_verdicts(void)
{
	const int runs = 2000;
	int wrong = 0;

	for (int run = 0; run < runs; run++) {
		struct comparison c[5];
		bool any = false;

		simulate_run(rng, NORMAL, 0.05, 6, 5, 0, c);
		for (int v = 0; v < 5; v++)
			any |= is_difference(&c[v]);
		wrong += any;
	}
	g_test_message("false: %.1f %%", 100.0 * wrong / runs);
	g_assert_cmpfloat(wrong, <, 0.06 * runs);
	g_assert_cmpfloat(wrong, >, 0.025 * runs);
}

/* The size that is printed is seen four times in five, whatever the noise is. */
static void test_power(void)
{
	static const struct {
		unsigned int n, family;
		double sigma;
	} runs[] = {{6, 5, 0.05}, {6, 5, 0.2},	{6, 4, 0.1},
		    {6, 1, 0.05}, {4, 5, 0.02}, {10, 5, 0.1}};

	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		double power = power_at_printed(rng, NORMAL, runs[i].sigma, runs[i].n,
						runs[i].family, 4000, NULL);

		g_test_message("n = %u, family of %u: %.1f %%", runs[i].n, runs[i].family,
			       100 * power);
		g_assert_cmpfloat(power, >=, 0.78);
		g_assert_cmpfloat(power, <=, 0.85);
	}
}

/* One family, one noise: its comparisons share a variance, and differ by n alone. */
static void test_pooled(void)
{
	const double calm[] = {0.01, -0.01, 0.01, -0.01, 0.01, -0.01};
	const double wild[] = {0.2, -0.2, 0.2, -0.2, 0.2, -0.2};
	struct comparison a = compare(calm, 6, 0.05, LOOK_ONCE),
			  b = compare(wild, 6, 0.05, LOOK_ONCE),
			  c = compare(wild, 4, 0.05, LOOK_ONCE),
			  none = compare(NULL, 0, 0.05, LOOK_ONCE);
	struct comparison *family[] = {&a, &b, &c, &none};

	judge(family, 4, 0.05);
	near(a.detectable, b.detectable, 0);
	g_assert_cmpfloat(c.detectable, >, b.detectable);
	g_assert_cmpfloat(c.detectable, <, 1);
	g_assert_true(isnan(none.detectable));
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
	gsl_rng_set(rng, 42);
	g_test_add_func("/stats/median", test_median);
	g_test_add_func("/stats/student", test_student);
	g_test_add_func("/stats/holm", test_holm);
	g_test_add_func("/stats/verdicts", test_verdicts);
	g_test_add_func("/stats/one-block-against", test_one_block_against);
	g_test_add_func("/stats/interval-alone", test_interval_alone);
	g_test_add_func("/stats/interval", test_interval);
	g_test_add_func("/stats/pooled", test_pooled);
	g_test_add_func("/stats/power", test_power);
	g_test_add_func("/stats/coverage", test_coverage);
	g_test_add_func("/stats/false-verdicts", test_false_verdicts);
	g_test_add_func("/stats/histogram", test_histogram);
	status = g_test_run();
	gsl_rng_free(rng);
	return status;
}
