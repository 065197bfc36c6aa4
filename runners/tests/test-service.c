// SPDX-License-Identifier: GPL-2.0-or-later
/* The disk's service times: their shape, and that they repeat. */
#include <glib.h>

#include "runners/disk/service.h"

#define N 200000

struct shape {
	double mean_us, slow; /* slow: share above twice the base */
	double min_us, max_us;
};

static struct shape measure(const struct service *s)
{
	struct shape r = {.min_us = G_MAXDOUBLE};

	for (guint64 n = 0; n < N; n++) {
		double us = service_ns(s, n) / 1000.0;

		r.mean_us += us / N;
		r.slow += us > 2 * s->base_us ? 1.0 / N : 0;
		r.min_us = MIN(r.min_us, us);
		r.max_us = MAX(r.max_us, us);
	}
	return r;
}

static void assert_near(double got, double want, double share)
{
	g_assert_cmpfloat(got, >, want * (1 - share));
	g_assert_cmpfloat(got, <, want * (1 + share));
}

static void test_constant(void)
{
	const struct service s = {SERVICE_CONSTANT, 200, 0, 0, 1};
	struct shape r = measure(&s);

	g_assert_cmpfloat(r.min_us, ==, 200);
	g_assert_cmpfloat(r.max_us, ==, 200);
}

static void test_uniform(void)
{
	const struct service s = {SERVICE_UNIFORM, 100, 300, 0, 1};
	struct shape r = measure(&s);

	assert_near(r.mean_us, 200, 0.01);
	assert_near(r.slow, 0.5, 0.02);
	g_assert_cmpfloat(r.min_us, >=, 100);
	g_assert_cmpfloat(r.min_us, <, 101);
	g_assert_cmpfloat(r.max_us, <, 300);
	g_assert_cmpfloat(r.max_us, >, 299);
}

static void test_bimodal(void)
{
	const struct service s = {SERVICE_BIMODAL, 200, 20000, 10, 1};
	struct shape r = measure(&s);

	assert_near(r.slow, 0.01, 0.08);
	assert_near(r.mean_us, 0.99 * 200 + 0.01 * 20000, 0.05);
	g_assert_cmpfloat(r.min_us, ==, 200);
	g_assert_cmpfloat(r.max_us, ==, 20000);
}

static void test_heavy_tail(void)
{
	const struct service s = {SERVICE_HEAVY_TAIL, 200, 20000, 100, 1};
	struct shape r = measure(&s);

	assert_near(r.slow, 0.1, 0.03);
	assert_near(r.mean_us, 0.9 * 200 + 0.1 * 20000, 0.03);
	g_assert_cmpfloat(r.min_us, >=, 100);
	g_assert_cmpfloat(r.min_us, <, 101);
	/* The cut: 5 times the Pareto's minimum of mean / 1.8. */
	assert_near(r.max_us, 5 * 20000 / 1.8, 0.0001);
}

/* The same number gives the same time, in any order; seeds differ. */
static void test_repeats(void)
{
	struct service a = {SERVICE_UNIFORM, 0, 1000000, 0, 1}, b = a;
	guint same = 0;

	b.seed = 2;
	for (guint64 n = 0; n < 1000; n++) {
		g_assert_cmpuint(service_ns(&a, n), ==, service_ns(&a, n));
		g_assert_cmpuint(service_ns(&a, 999 - n), ==, service_ns(&a, 999 - n));
		same += service_ns(&a, n) == service_ns(&b, n);
		same += service_ns(&a, n) == service_ns(&a, n + 1);
	}
	g_assert_cmpuint(same, <, 5);
	/* Runs of other versions must be comparable: this value is a promise. */
	g_assert_cmpuint(service_ns(&a, 0), ==, 566561575);
}

static void test_check(void)
{
	static const struct service wrong[] = {
		{SERVICE_CONSTANT, 200, 1, 0, 0},	{SERVICE_CONSTANT, 200, 0, 1, 0},
		{SERVICE_UNIFORM, 200, 100, 0, 0},	{SERVICE_UNIFORM, 200, 300, 1, 0},
		{SERVICE_BIMODAL, 200, 0, 10, 0},	{SERVICE_BIMODAL, 200, 20000, 0, 0},
		{SERVICE_BIMODAL, 200, 20000, 1001, 0}, {SERVICE_HEAVY_TAIL, 200, 100, 10, 0},
	};
	static const struct service right[] = {
		{SERVICE_CONSTANT, 0, 0, 0, 0},
		{SERVICE_UNIFORM, 200, 200, 0, 0},
		{SERVICE_BIMODAL, 200, 20000, 1000, 0},
		{SERVICE_HEAVY_TAIL, 200, 20000, 1, 0},
	};

	static const char keys[] = "upupuppu"; /* tail_[u]s or tail_[p]ermille is to blame */
	const char *key;

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_assert_nonnull(service_check(&wrong[i], &key));
		g_assert_cmpint(key[5], ==, keys[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(right); i++)
		g_assert_cmpstr(service_check(&right[i], &key), ==, NULL);
	g_assert_cmpint(service_kind("heavy-tail"), ==, SERVICE_HEAVY_TAIL);
	g_assert_cmpint(service_kind("heavy"), ==, -1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/service/constant", test_constant);
	g_test_add_func("/service/uniform", test_uniform);
	g_test_add_func("/service/bimodal", test_bimodal);
	g_test_add_func("/service/heavy-tail", test_heavy_tail);
	g_test_add_func("/service/repeats", test_repeats);
	g_test_add_func("/service/check", test_check);
	return g_test_run();
}
