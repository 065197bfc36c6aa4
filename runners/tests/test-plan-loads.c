/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: loads and their keys; each fault names file, line and key. */
#include "plan-file.h"
#include "runners/plan/command.h"
#include "runners/trial/load-kinds.h"

#include <glib/gstdio.h>
#include <elf.h>
#include <string.h>

#define HEAD "[plan]\nname=t\nvariants=off\n"			  /* 1 to 3 */
#define NET HEAD "[net n]\n[workload w]\nkind=iperf3\ndevice=n\n" /* 4 to 7 */

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

#define DISK HEAD "[disk d]\nbackend=file\n[workload w]\nkind=command\ndevice=d\n" /* 4 to 8 */

static void put(const char *name, const char *text, size_t len, int mode)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	g_assert_true(g_file_set_contents(path, text, len, NULL));
	g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static void test_command(void)
{
	static const char net[] = HEAD "[net n]\n[workload w]\nkind=command\ndevice=n\n"
				       "program=mine.sh\nargs=${VQLAB_HOST}\nfigure=regex:x=(.*)\n"
				       "unit=ms\nbetter=lower\n";
	g_autoptr(GError) e = NULL;
	struct plan *p = load(DISK "program=mine.sh\nargs=-d ${VQLAB_DEVICE} 'a b' "
				   "-t${VQLAB_SECONDS}\nfigure=/a/b~1s\nunit=ops/s\nseconds=1;2\n",
			      &e);
	g_autofree char *path = g_build_filename(dir, "mine.sh", NULL), *argv = NULL, *to = NULL;
	const struct plan_workload *w;

	g_assert_no_error(e);
	g_assert_cmpuint(p->workloads->len, ==, 2);
	w = p->workloads->pdata[1];
	g_assert_cmpstr(w->command.path, ==, path);
	/* Of both cells. */
	g_assert_cmpstr(w->command.guest_path, ==, "/program/w/mine.sh");
	g_assert_cmpstr(w->device_id, ==, "disk-d");
	g_assert_false(w->net);
	g_assert_cmpstr(w->command.better, ==, "higher");
	argv = command(p, 1);
	g_assert_cmpstr(argv, ==, "/program/w/mine.sh -d /dev/vqlab/d a b -t2");
	plan_free(p);
	p = load(net, &e);
	g_assert_no_error(e);
	w = p->workloads->pdata[0];
	g_assert_true(w->net);
	g_assert_cmpstr(w->device_id, ==, "n");
	g_assert_cmpstr(command_regex(&w->command), ==, "x=(.*)");
	to = command(p, 0);
	g_assert_cmpstr(to, ==, "/program/w/mine.sh 192.0.2.1");
	plan_free(p);
}

static void test_command_faults(void)
{
#define REST "unit=u\nfigure=/a\n"
	static const struct fault faults[] = {
		{DISK REST, "p.ini:6: [workload w] program: must be given"},
		{DISK "program=mine.sh\nunit=u\n", "p.ini:6: [workload w] figure: must be given"},
		{DISK "program=mine.sh\nfigure=/a\n", "p.ini:6: [workload w] unit: must be given"},
		{DISK REST "program=none\n", "p.ini:11: [workload w] program: "},
		{DISK REST "program=.\n", "not a regular file"},
		{DISK REST "program=text\n", "text: is no program: chmod +x makes it one"},
		{DISK REST "program=junk\n", "p.ini:11: [workload w] program: "},
		{DISK REST "program=junk\n", "junk: is neither a program nor a script that"},
		{DISK REST "program=other\n", "other: is no program for x86-64"},
		{DISK REST "program=mine.sh\nargs='\n", "p.ini:12: [workload w] args: Text ended"},
		{DISK REST "program=mine.sh\nargs=${VQLAB_HOST}\n",
		 "p.ini:12: [workload w] args: ${VQLAB_HOST}: on a disk only ${VQLAB_DEVICE} and"},
		{DISK "program=mine.sh\nunit=u\nfigure=a\n",
		 "p.ini:11: [workload w] figure: a: neither /a/json/pointer nor regex:"},
		{DISK "program=mine.sh\nunit=u\nfigure=regex:a(\n",
		 "p.ini:11: [workload w] figure: "},
		{DISK "program=mine.sh\nunit=u\nfigure=regex:a\n", "wants one pair of ( )"},
		{DISK "program=mine.sh\nunit=u\nfigure=regex:(a)(b)\n", "wants one pair of ( )"},
		{DISK "program=mine.sh\nfigure=/a\nunit=seventeen letters\n",
		 "p.ini:11: [workload w] unit: seventeen letters: a unit is 1 to 16"},
		{DISK "program=mine.sh\nfigure=/a\nunit=\n", "unit: : a unit is 1 to 16"},
		{DISK "program=mine.sh\nbetter=more\n" REST,
		 "better: more: not one of higher, lower"},
		{DISK "job=x.fio\n", "p.ini:9: [workload w] job: only with kind=fio"},
		{DISK REST "program=mine.sh\nstreams=2\n", "streams: only with kind=iperf3"},
		{NET "program=mine.sh\n", "p.ini:8: [workload w] program: only with kind=command"},
		{HEAD "[workload w]\nkind=command\ndevice=d\nprogram=mine.sh\n" REST,
		 "p.ini:6: [workload w] device: d: the plan has no [disk d]"},
		{HEAD "[disk d]\nbackend=file\n[net d]\n[workload w]\nkind=command\ndevice=d\n"
		      "program=mine.sh\n" REST,
		 "device: d: both a disk and a net"},
	};

	refused(faults, G_N_ELEMENTS(faults));
}

/* Another program is another plan. */
static void test_command_hash(void)
{
	static const char text[] = DISK "program=mine.sh\n" REST;
	struct plan *p = load(text, NULL);
	g_autofree char *a = plan_hash(p), *b = NULL;

	plan_free(p);
	put("mine.sh", "#!/bin/sh\n:\n", -1, 0755);
	p = load(text, NULL);
	b = plan_hash(p);
	g_assert_cmpstr(a, !=, b);
	plan_free(p);
}

#define FIO                                                                                        \
	HEAD "[disk d]\nbackend=file\n[workload w]\nkind=fio\ndevice=d\njob=j.fio\n" /* 4 to 9 */

/* Sections of one job, with what the plan says in the place of their own, as axes too. */
static void test_fio(void)
{
	static const char job[] = "[global]\nblocksize = 4k\nrw=read\n[a]\nnumjobs=2\n"
				  "[b]\n\tbs=64k\nbs_unaligned=1\nnumjobs=2\n";
	static const struct fault faults[] = {
		{FIO "bs=4;k\n",
		 "p.ini:10: [workload w@bs=k] bs: k: not a size such as 512, 4k or 1m"},
		{FIO "bs=4kb\n", "p.ini:10: [workload w] bs: 4kb: not a size"},
		{FIO "bs=4k;4k\n", "p.ini:10: [workload w] bs: 4k: listed twice"},
		{FIO "rw=trim\n", "p.ini:10: [workload w] rw: trim: not one of read, write"},
		{FIO "iodepth=4\n", "j.fio: has no line iodepth="},
		{FIO "numjobs=65\n", "p.ini:10: [workload w] numjobs: 65: not a whole number"},
		{NET "bs=4k\n", "p.ini:8: [workload w] bs: only with kind=fio"},
	};
	g_autoptr(GError) e = NULL;
	struct plan *p;

	put("j.fio", job, -1, 0644);
	p = load(FIO "bs=512;1m\nrw=randrw\nnumjobs=1;3\n", &e);
	g_assert_no_error(e);
	g_assert_cmpuint(p->workloads->len, ==, 4);
	g_assert_cmpstr(((struct plan_workload *)p->workloads->pdata[3])->name, ==,
			"w@bs=1m@numjobs=3");
	g_assert_cmpstr(((struct plan_workload *)p->workloads->pdata[3])->job_text, ==,
			"[global]\nbs=1m\nrw=randrw\n[a]\nnumjobs=3\n"
			"[b]\nbs=1m\nbs_unaligned=1\nnumjobs=3\n");
	plan_free(p);
	refused(faults, G_N_ELEMENTS(faults));
}

/* Sizes that go before bs= in fio, in whatever section and order; no others. */
static void test_fio_sizes(void)
{
	static const struct fault split[] = {
		{FIO "bs=4k;64k\n", "p.ini:10: [workload w@bs=4k] bs: "},
		{FIO "bs=4k;64k\n", "j.fio:4: has bssplit=, and fio heeds no bs= then: take that"},
		{FIO "bs=4k\n", "p.ini:10: [workload w] bs: "},
	};
	static const struct fault range[] = {
		{FIO "bs=4k\n", "j.fio:2: has bsrange=, and fio heeds no bs= then"},
	};
	static const char *const good[] = {FIO "rw=randread\n", FIO};
	g_autoptr(GError) e = NULL;
	struct plan *p;
	size_t i;

	put("j.fio", "[a]\nbs=4k\n[b]\n bssplit = 4k/50:64k/50\nrw=read\n", -1, 0644);
	refused(split, G_N_ELEMENTS(split));
	for (i = 0; i < G_N_ELEMENTS(good); i++) {
		p = load(good[i], &e);
		g_assert_no_error(e);
		plan_free(p);
	}
	put("j.fio", "[a]\nblocksize_range=1k-4k\nbs=4k\n", -1, 0644);
	refused(range, G_N_ELEMENTS(range));
	put("j.fio", "[a]\n; bssplit=4k/50\nbs=4k\n", -1, 0644);
	p = load(FIO "bs=8k\n", &e);
	g_assert_no_error(e);
	plan_free(p);
}

static void test_packages(void)
{
#define WANTS(names)                                                                               \
	HEAD "[machine]\npackages=" names "\n[net n]\n[workload w]\nkind=iperf3\ndevice=n\n"
	static const struct fault faults[] = {
		{WANTS("ioping;--yes"),
		 "p.ini:5: [machine] packages: --yes: this is no name of a Debian"},
		{WANTS("a=1"), "p.ini:5: [machine] packages: a=1: this is no name"},
		{WANTS("ioping-"), "p.ini:5: [machine] packages: ioping-: this is no name"},
		{WANTS("ioping;ioping"), "p.ini:5: [machine] packages: ioping: listed twice"},
		{WANTS(""), "p.ini:5: [machine] packages: an empty list"},
	};
	g_autoptr(GError) e = NULL;
	struct plan *p = load(WANTS("ioping;libstdc++6"), &e);

	g_assert_no_error(e);
	g_assert_cmpstr(p->packages[1], ==, "libstdc++6");
	plan_free(p);
	refused(faults, G_N_ELEMENTS(faults));
}

int main(int argc, char **argv)
{
	static const Elf64_Ehdr other = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
					 .e_machine = EM_AARCH64};

	begin(argc, argv);
	put("x.fio", "[j]\n", -1, 0644);
	put("mine.sh", "#!/bin/sh\n", -1, 0755);
	put("text", "#!/bin/sh\n", -1, 0644);
	put("junk", "junk\n", -1, 0755);
	put("other", (const char *)&other, sizeof(other), 0755);
	g_test_add_func("/plan-loads/iperf3", test_iperf3);
	g_test_add_func("/plan-loads/axes", test_axes);
	g_test_add_func("/plan-loads/fio", test_fio);
	g_test_add_func("/plan-loads/fio/sizes", test_fio_sizes);
	g_test_add_func("/plan-loads/command", test_command);
	g_test_add_func("/plan-loads/command/faults", test_command_faults);
	g_test_add_func("/plan-loads/command/hash", test_command_hash);
	g_test_add_func("/plan-loads/packages", test_packages);
	return run_all();
}
