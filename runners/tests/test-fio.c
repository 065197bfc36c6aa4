/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fio of this host says of jobs that it runs: however they are sections, numjobs= or
 * reported, the sum is of all their requests, over the time of the longest.
 */
#include "runners/trial/load.h"

#include <gio/gio.h>
#include <string.h>

#define PACED "[global]\nioengine=null\nsize=1m\nbs=4k\nrw=randrw\nrate_iops=2000\n"

/* Four jobs of 256 requests each, of both directions or one. */
static const char *const jobs[] = {
	PACED "[a]\nnumjobs=4\n",
	PACED "[a]\nnumjobs=4\ngroup_reporting\n",
	PACED "group_reporting=1\n[a]\nnumjobs=3\nrw=randread\n[b]\n",
	PACED "[a]\n[b]\n[c]\nnumjobs=2\ngroup_reporting\n",
	PACED "group_reporting\n[a]\nnumjobs=2\n[b]\nnew_group\nnumjobs=2\n",
	PACED "unified_rw_reporting=1\ngroup_reporting\nthread\n[a]\n[b]\nnumjobs=3\n",
};

static char *run_fio(const char *job)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(GSubprocess) fio =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &e,
				 "fio", "--output-format=json", "-", NULL);
	char *said = NULL;

	g_assert_no_error(e);
	g_subprocess_communicate_utf8(fio, job, NULL, &said, NULL, &e);
	g_assert_no_error(e);
	g_assert_true(g_subprocess_get_successful(fio));
	return said;
}

/* The longest time of any direction of any job, ms. */
static double longest(const char *said)
{
	static const char name[] = "\"runtime\" : ";
	double ms = 0;

	while ((said = strstr(said, name))) {
		said += strlen(name);
		ms = MAX(ms, g_ascii_strtod(said, NULL));
	}
	return ms;
}

static void test_sums(const void *job)
{
	const struct plan_workload w = {.job_text = (char *)job};
	g_autofree char *said = run_fio(job);
	g_autoptr(GError) e = NULL;
	struct load l;

	g_assert_true(load_fio(&l, &w, said, strlen(said), &e));
	g_assert_no_error(e);
	g_assert_cmpint(l.ios, ==, 4 * 256);
	g_assert_cmpint(l.bytes, ==, 4 << 20);
	/* Two jobs' times added up would be twice as much. */
	g_test_message("%g s, longest %g ms", l.seconds, longest(said));
	g_assert_cmpfloat(l.seconds, <, 1.5 * longest(said) / 1e3);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(jobs); i++) {
		g_autofree char *path = g_strdup_printf("/fio/sums/%zu", i + 1);

		g_test_add_data_func(path, jobs[i], test_sums);
	}
	return g_test_run();
}
