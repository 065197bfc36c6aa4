/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figure of a command in what it printed, which is what a guest says. */
#include "runners/trial/load.h"

#include <math.h>
#include <string.h>

static bool figure(double *x, const char *where, const char *text, GError **error)
{
	const struct plan_workload w = {
		.command = {.program = (char *)"p", .figure = (char *)where, .unit = (char *)"u"}};
	struct load l;
	bool ok = load_command(&l, &w, text, strlen(text), error);

	*x = l.throughput;
	if (ok)
		g_assert_cmpstr(l.unit, ==, "u");
	return ok;
}

static void test_found(void)
{
	static const struct {
		const char *where, *text;
		double x;
	} good[] = {
		{"/a", "{\"a\":2.5}", 2.5},
		{"/a", "noise\n{\"a\":7}\n", 7},
		{"/r/1/reads~1s", "{\"r\":[0,{\"reads/s\":12}]}", 12},
		{"/~01", "{\"~1\":3}", 3},
		{"/", "{\"\":4}", 4},
		{"/1", "{\"1\":5}", 5},
		{"regex:iops=([0-9.]+)", "iops=1\niops=2 and iops=3\nno more\n", 2},
		{"regex:^total (.*) s$", "total 1e-3 s\r\n", 0.001},
		{"regex:(?i)TPS: *([0-9]+)", "\xff\xfe tps:   42", 42},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GError) e = NULL;
		double x;

		g_assert_true(figure(&x, good[i].where, good[i].text, &e));
		g_assert_no_error(e);
		g_assert_cmpfloat(x, ==, good[i].x);
	}
}

/* Nothing, no number, or one that cannot be; and no word of it is more than text. */
static void test_refused(void)
{
	static const struct {
		const char *where, *text, *why;
	} bad[] = {
		{"/a", "", "holds no JSON object"},
		{"/a", "{\"a\":", "not JSON"},
		{"/a", "{}", "no number at /a"},
		{"/a", "{\"a\":null}", "no number at /a"},
		{"/a", "{\"a\":\"7\"}", "no number at /a"},
		{"/a", "{\"a\":true}", "no number at /a"},
		{"/a", "{\"a\":[7]}", "no number at /a"},
		{"/a/1", "{\"a\":[7]}", "no number at /a/1"},
		{"/a/-1", "{\"a\":[7]}", "no number at /a/-1"},
		{"/a/99999999999999999999", "{\"a\":[7]}", "no number at"},
		{"/a/b", "{\"a\":7}", "no number at /a/b"},
		{"/a", "{\"a\":0}", "its figure is 0"},
		{"/a", "{\"a\":-1}", "its figure is -1"},
		{"/a", "{\"a\":1e300}", "its figure is 1e+300"},
		{"/a", "{\"a\":1e999}", ""},
		{"regex:x=(.*)", "", "no line of its output has x=(.*)"},
		{"regex:x=(.*)", "x=\n", "is no number"},
		{"regex:x=(.*)", "x=nan\n", "nan: what x=(.*) finds in its output is no number"},
		{"regex:x=(.*)", "x=inf\n", "is no number"},
		{"regex:x=(.*)", "x=0x10\n", "is no number"},
		{"regex:x=(.*)", "x=1 2\n", "is no number"},
		{"regex:x=(.*)", "x=1e\n", "is no number"},
		{"regex:x=(.*)", "x=-5\n", "its figure is -5"},
		{"regex:x=(.*)", "x=1e400\n", "its figure is inf"},
		{"regex:x=(.*)", "x=1\nx=\x1b[31mstate ok\n", "?[31mstate ok: what"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) e = NULL;
		double x;

		if (figure(&x, bad[i].where, bad[i].text, &e) || e->code != VQB_INVALID ||
		    !strstr(e->message, bad[i].why) || strpbrk(e->message, "\n\x1b")) {
			g_test_message("%s: wanted %s, got %s", bad[i].text, bad[i].why,
				       e ? e->message : "a figure");
			g_test_fail();
		}
	}
}

/* An expression that a line makes too hard for it is no line without a figure, nor is another
 * tried. */
static void test_too_hard(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) e = NULL;
	double x;

	for (int i = 0; i < 100000; i++)
		g_string_append(text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!: x\n");
	g_string_append(text, "rate: 7\n");
	g_assert_false(figure(&x, "regex:(?:\\w+ ?)+: ([0-9]+)", text->str, &e));
	g_assert_nonnull(strstr(e->message, "gives up on a line of its output"));
	g_clear_error(&e);
	g_assert_true(figure(&x, "regex:(?:\\w+ ?)+: ([0-9]+)", "rate: 7\n", &e));
	g_assert_cmpfloat(x, ==, 7);
}

/* However long a line is, so much of it is looked at; a NUL ends no line in secret. */
static void test_bounded(void)
{
	g_autofree char *line = g_strnfill(8 << 20, 'x');
	const struct plan_workload w = {.command = {.program = (char *)"p",
						    .figure = (char *)"regex:x=([0-9]+)",
						    .unit = (char *)"u"}};
	g_autoptr(GError) e = NULL;
	struct load l;
	double x;

	g_assert_false(figure(&x, "regex:(x+x+)+y", line, &e));
	g_clear_error(&e);
	line[100] = '\n';
	memcpy(line + 50, "x=7 ", 4);
	g_assert_true(figure(&x, "regex:x=([0-9]+)", line, &e));
	g_assert_cmpfloat(x, ==, 7);
	g_assert_false(load_command(&l, &w, "x=1\n\0x=2\n", 9, &e));
	g_assert_cmpstr(e->message, ==, "its output holds a NUL byte");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/command/found", test_found);
	g_test_add_func("/command/refused", test_refused);
	g_test_add_func("/command/too-hard", test_too_hard);
	g_test_add_func("/command/bounded", test_bounded);
	return g_test_run();
}
