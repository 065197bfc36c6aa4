/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: loads and their keys; each fault names file, line and key. */
#include "runners/plan/plan.h"
#include "runners/tool/files.h"
#include "runners/trial/load-kinds.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEAD "[plan]\nname=t\nvariants=off\n"			  /* 1 to 3 */
#define NET HEAD "[net n]\n[workload w]\nkind=iperf3\ndevice=n\n" /* 4 to 7 */

static char *dir;

static struct plan *load(const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "p.ini", NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return plan_load(path, error);
}

struct fault {
	const char *text, *complaint;
};

static void refused(const struct fault *faults, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		g_autoptr(GError) e = NULL;
		struct plan *p = load(faults[i].text, &e);

		if (p || !strstr(e->message, faults[i].complaint)) {
			g_test_message("%s: wanted: %s", faults[i].text, faults[i].complaint);
			g_test_message("got: %s", p ? "a plan" : e->message);
			g_test_fail();
		}
		plan_free(p);
	}
}

/* The guest's command of the plan's workload @i; the caller frees it. */
static char *command(const struct plan *p, unsigned int i)
{
	const struct plan_workload *w = p->workloads->pdata[i];
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

	load_kind(w)->add_command(argv, p, w);
	g_ptr_array_add(argv, NULL);
	return g_strjoinv(" ", (char **)argv->pdata);
}

static void test_iperf3(void)
{
	static const struct {
		const char *keys, *command;
	} good[] = {
		{"seconds=2\n", "iperf3 -J -c 192.0.2.1 -t 2 -P 1"},
		{"direction=in\nstreams=4\n", "iperf3 -J -c 192.0.2.1 -t 3 -P 4 -R"},
		{"direction=both\n", "iperf3 -J -c 192.0.2.1 -t 3 -P 1 --bidir"},
		{"protocol=udp\nrate=0\npacket=64\n",
		 "iperf3 -J -c 192.0.2.1 -t 3 -P 1 -u -b 0M -l 64"},
		{"direction=both\nprotocol=udp\nrate=250\n",
		 "iperf3 -J -c 192.0.2.1 -t 3 -P 1 --bidir -u -b 250M -l 1472"},
	};
	static const struct fault faults[] = {
		{NET "direction=bidir\n", "p.ini:8: [workload w] direction: bidir: not one of out"},
		{NET "streams=0\n", "p.ini:8: [workload w] streams: 0: not a whole number between"},
		{NET "streams=65\n", "p.ini:8: [workload w] streams: 65: "},
		{NET "protocol=sctp\n",
		 "p.ini:8: [workload w] protocol: sctp: not one of tcp, udp"},
		{NET "protocol=udp\n", "p.ini:5: [workload w] rate: must be given"},
		{NET "rate=10\n", "p.ini:8: [workload w] rate: only with protocol=udp"},
		{NET "packet=64\n", "p.ini:8: [workload w] packet: only with protocol=udp"},
		{NET "protocol=udp\nrate=-1\n", "p.ini:9: [workload w] rate: -1: not"},
		{NET "protocol=udp\nrate=1\npacket=15\n", "p.ini:10: [workload w] packet: 15: not"},
		{NET "protocol=udp\nrate=1\npacket=1473\n",
		 "p.ini:10: [workload w] packet: 1473: n"},
		{HEAD "[disk d]\nbackend=file\n[workload w]\nkind=fio\ndevice=d\njob=x.fio\n"
		      "streams=2\n",
		 "p.ini:10: [workload w] streams: only with kind=iperf3"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *text = g_strconcat(NET, good[i].keys, NULL), *argv = NULL;
		g_autoptr(GError) e = NULL;
		struct plan *p = load(text, &e);

		g_assert_no_error(e);
		argv = command(p, 0);
		g_assert_cmpstr(argv, ==, good[i].command);
		plan_free(p);
	}
	refused(faults, G_N_ELEMENTS(faults));
}

/* Its numbers are axes as others are. */
static void test_axes(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(NET "protocol=udp\nrate=10\npacket=64;1472\nstreams=1;4\n", &e);
	g_autofree char *argv = NULL;

	g_assert_no_error(e);
	g_assert_cmpuint(p->workloads->len, ==, 4);
	g_assert_cmpstr(((struct plan_workload *)p->workloads->pdata[3])->name, ==,
			"w@packet=1472@streams=4");
	argv = command(p, 3);
	g_assert_cmpstr(argv, ==, "iperf3 -J -c 192.0.2.1 -t 3 -P 4 -u -b 10M -l 1472");
	plan_free(p);
}

int main(int argc, char **argv)
{
	g_autofree char *job = NULL, *plan = NULL;
	int rc;

	g_test_init(&argc, &argv, NULL);
	dir = g_dir_make_tmp("vqlab-plan-XXXXXX", NULL);
	job = g_build_filename(dir, "x.fio", NULL);
	plan = g_build_filename(dir, "p.ini", NULL);
	g_assert_true(g_file_set_contents(job, "[j]\n", -1, NULL));
	g_test_add_func("/plan-loads/iperf3", test_iperf3);
	g_test_add_func("/plan-loads/axes", test_axes);
	rc = g_test_run();
	g_unlink(job);
	g_unlink(plan);
	g_rmdir(dir);
	g_free(dir);
	return rc;
}
