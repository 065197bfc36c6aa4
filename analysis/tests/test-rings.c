// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of rings come from disk: whatever is in them, an error or a report, never a crash. */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/results.h"
#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/sections.h"
#include "analysis/report/ring/time.h"
#include "analysis/text.h"

static char *folder;

#define RUN_JSON                                                                                   \
	"{\"schema\":\"vqlab-run-1\",\"plan\":\"p\",\"host\":{},\"accel\":{\"name\":\"tcg\"},"     \
	"\"qemu\":{},\"guest\":{},\"variants\":[\"off\",\"qemu\"],\"rings\":[\"split\"],"          \
	"\"blocks\":1,\"workloads\":[{\"name\":\"c\",\"kind\":\"ring\",\"ring\":{\"measure\":"     \
	"\"count\",\"load\":\"read\"}},{\"name\":\"t\",\"kind\":\"ring\",\"ring\":{\"measure\":"   \
	"\"time\",\"load\":\"read\"}}]}"

#define LOAD                                                                                       \
	"\"tool\":\"vqring\",\"qemu\":{\"version\":\"1\"},\"load\":{\"device\":\"virtio-blk\","    \
	"\"kind\":\"read\",\"size\":8,\"depth\":4},"

#define CELL(label, order, push, stores, depth)                                                    \
	"{\"label\":\"" label "\",\"ring\":\"split\",\"order\":\"" order "\",\"state\":\"ok\","    \
	"\"instructions\":{\"virtqueue_pop\":9,\"virtqueue_fill\":6,\"virtqueue_flush\":3,"        \
	"\"virtqueue_push\":" push ",\"thread\":100},\"difference\":0,\"agree\":true,"             \
	"\"traffic\":{\"used_entries\":1,\"index_stores\":" stores                                 \
	",\"index_stores_exact\":true,\"bytes_read\":1,\"bytes_written\":10,\"depth_mean\":" depth \
	",\"windows_cut\":0}}"

#define COUNTED                                                                                    \
	"{" LOAD "\"command\":\"count\",\"by\":\"v\",\"runs\":2,\"cells\":[" CELL(                 \
		"off", "in-order", "10", "1",                                                      \
		"0") "," CELL("qemu", "in-order", "12", "1",                                       \
			      "0") "," CELL("off", "s", "10", "1",                                 \
					    "9") "," CELL("qemu", "s", "7", "0.1",                 \
							  "0") "],\"left_out\":[{\"order\":"       \
							       "\"s\",\"run\":1,\"why\":\"w\"}]}"

#define TIMED                                                                                      \
	"{" LOAD "\"command\":\"run\",\"order\":null,\"boots\":[{\"failed\":null,\"devices\":["    \
	"{\"label\":\"off\",\"variant\":\"off\",\"state\":\"ok\",\"turns\":[{\"elements\":10,"     \
	"\"seconds\":0.1},{\"elements\":20,\"seconds\":0.1}]},{\"label\":\"qemu\",\"state\":"      \
	"\"ok\",\"turns\":[{\"elements\":5,\"seconds\":0.1},{\"elements\":30,\"seconds\":0.1}]}]}" \
	"]}"

static void write_file(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *f = fopen(path, "w");

	g_assert_nonnull(f);
	g_assert_cmpuint(fwrite(text, 1, strlen(text), f), ==, strlen(text));
	g_assert_cmpint(fclose(f), ==, 0);
}

static struct run *good_run(void)
{
	GError *error = NULL;
	struct run *run;

	write_file("run.json", RUN_JSON);
	write_file("rings/c.json", COUNTED);
	write_file("rings/t-split-b01.json", TIMED);
	run = load_run(folder, &error);
	g_assert_no_error(error);
	return run;
}

/* Reads the rings, and says all that there is to say of them; false if a file is refused. */
static bool say_all(const struct run *run)
{
	GError *error = NULL;
	struct rings *rings = load_rings(run, &error);
	struct results *results;
	struct document *out;

	g_assert_true(!rings == !!error);
	g_clear_error(&error);
	if (!rings)
		return false;
	out = document_new();
	results = compute(run, 0.05);
	results->rings = rings;
	report_counted(out, results);
	report_functions(out, results);
	report_timed(out, results);
	report_rings_left_out(out, results);
	results_free(results);
	g_free(document_text(out));
	document_free(out);
	rings_free(rings);
	return true;
}

static void test_figures(void)
{
	struct run *run = good_run();
	struct rings *rings = load_rings(run, NULL);
	const struct ring_workload *w = counted_of(rings, CLASS_BLK);
	const struct timed *t;
	struct block_ratio ratio;
	struct cost cost;

	g_assert_nonnull(w);
	g_assert_cmpint(counted_off(w->counted), ==, 0);
	cost = order_cost(w->counted, 1, 0, 1);
	g_assert_cmpfloat(cost.value, ==, 16);
	g_assert_cmpfloat(cost.over, ==, -3);
	g_assert_true(cost.agree && cost.exact);
	g_assert_cmpint(cheapest_ordered(w->counted, 0, 1), ==, 1);
	/* In depth between the two, but one element a publish: in order. */
	g_assert_cmpint(nearest_order(w->counted, 0, 0.1, 1), ==, 0);
	g_assert_cmpint(nearest_order(w->counted, 0, 8, 5), ==, 1);
	g_assert_cmpint(nearest_order(w->counted, 0, 2.5, 1), ==, 0);
	g_assert_cmpint(nearest_order(w->counted, 0, 2.5, 10), ==, 1);
	g_assert_cmpint(nearest_order(w->counted, 0, NAN, 1), ==, -1);
	t = ((struct ring_workload *)rings->workloads->pdata[1])->timed->pdata[0];
	ratio = ring_ratio(t, 1, 0);
	g_assert_cmpuint(ratio.n, ==, 1);
	/* The middle of two rounds, on the log scale: 0.5 and 1.5. */
	g_assert_cmpfloat_with_epsilon(ratio.ratio, sqrt(0.75), 1e-12);
	g_assert_cmpfloat_with_epsilon(ring_rate(t, 0), 150, 1e-9);
	rings_free(rings);
	run_free(run);
}

/* @name's text cut or with any byte changed. */
static void mutate(const struct run *run, const char *name, const char *text)
{
	static const char changes[] = {'\0', '[', '}', '"', '9', '-', 'x', 'e'};
	size_t length = strlen(text);
	g_autofree char *changed = g_malloc(length + 1);
	unsigned int good = 0, bad = 0;

	for (size_t i = 0; i < length; i++) {
		for (unsigned int j = 0; j < sizeof(changes); j++) {
			memcpy(changed, text, length + 1);
			changed[i] = changes[j];
			write_file(name, changed);
			if (say_all(run))
				good++;
			else
				bad++;
		}
	}
	g_assert_cmpuint(good, >, 0);
	g_assert_cmpuint(bad, >, length);
	write_file(name, text);
	g_assert_true(say_all(run));
}

static void test_counted(void)
{
	struct run *run = good_run();

	mutate(run, "rings/c.json", COUNTED);
	run_free(run);
}

static void test_timed(void)
{
	struct run *run = good_run();

	mutate(run, "rings/t-split-b01.json", TIMED);
	run_free(run);
}

int main(int argc, char **argv)
{
	g_autofree char *remove = NULL, *rings = NULL;
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("vqreport-test-XXXXXX", NULL);
	g_assert_nonnull(folder);
	rings = g_build_filename(folder, "rings", NULL);
	g_assert_cmpint(g_mkdir(rings, 0700), ==, 0);
	g_test_add_func("/rings/figures", test_figures);
	g_test_add_func("/rings/counted", test_counted);
	g_test_add_func("/rings/timed", test_timed);
	status = g_test_run();
	remove = g_strdup_printf("rm -rf '%s'", folder);
	if (system(remove))
		status = 1;
	g_free(folder);
	return status;
}
