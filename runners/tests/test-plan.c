/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: what is accepted, and that each fault names file, line and key. */
#include "plan-file.h"
#include "runners/plan/plan.h"
#include "runners/plan/find.h"
#include "runners/plan/kinds.h"
#include "runners/trial/load-kinds.h"

#include <string.h>

static const char good[] = "[plan]\n"		   /* 1 */
			   "name=t\n"		   /* 2 */
			   "variants=off;bitmap\n" /* 3 */
			   "rings=split;packed\n"  /* 4 */
			   "[disk d]\n"		   /* 5 */
			   "backend=nbdkit\n"	   /* 6 */
			   "service=uniform\n"	   /* 7 */
			   "tail_us=900\n"	   /* 8 */
			   "[net net0]\n"	   /* 9 */
			   "[workload w]\n"	   /* 10 */
			   "kind=fio\n"		   /* 11 */
			   "device=d\n"		   /* 12 */
			   "job=x.fio\n"	   /* 13 */
			   "[workload v]\n"	   /* 14 */
			   "kind=iperf3\n"	   /* 15 */
			   "device=net0\n";	   /* 16 */

static void test_good(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	struct plan_workload *w;
	struct plan_disk *d;

	g_assert_no_error(e);
	g_assert_cmpint(p->blocks, ==, 6);
	g_assert_cmpint(p->memory_mib, ==, 512);
	g_assert_cmpuint(p->variants->len, ==, 2);
	d = plan_find_disk(p, "d");
	g_assert_cmpint(d->tail_us, ==, 900);
	g_assert_cmpint(d->base_us, ==, 200);
	w = p->workloads->pdata[0];
	g_assert_cmpstr(w->device_id, ==, "disk-d");
	g_assert_cmpstr(w->job_text, ==, "[j]\n");
	g_assert_cmpstr(w->summary, ==, "w");
	g_assert_null(w->iperf3.direction);
	w = p->workloads->pdata[1];
	g_assert_cmpstr(w->iperf3.direction, ==, "out");
	g_assert_true(plan_workload_on(w, "packed"));
	plan_free(p);
}

static void test_faults(void)
{
	static const struct {
		int line;
		const char *with, *complaint;
	} faults[] = {
		{3, "variants=off;nosuch", "p.ini:3: [plan] variants: nosuch: not one of off"},
		{3, "variants=off+round", "p.ini:3: [plan] variants: off+round: not one of off"},
		{3, "variants=bitmap+", "p.ini:3: [plan] variants: bitmap+: not one of off"},
		{3, "variants=bitmap+round;bitmap-round=off",
		 "p.ini:3: [plan] variants: bitmap-round: listed twice"},
		{3, "variants=off;off", "p.ini:3: [plan] variants: off: listed twice"},
		{3, "variants=", "p.ini:3: [plan] variants: an empty list"},
		{3, "", "p.ini:1: [plan] variants: must be given"},
		{4, "rings=split;round", "p.ini:4: [plan] rings: round: not one of"},
		{4, "rings=split;split", "p.ini:4: [plan] rings: split: listed twice"},
		{4, "blocks=0", "p.ini:4: [plan] blocks: 0: not a whole number between 1 and 99"},
		{4, "blocks=5x", "p.ini:4: [plan] blocks: 5x: not a whole number"},
		{4, "blocks=", "p.ini:4: [plan] blocks: : not a whole number"},
		{4, "blokcs=5", "p.ini:4: [plan] blokcs: no such key"},
		{4, "seed=99999999999999999999", "p.ini:4: [plan] seed: "},
		{4, "name=again", "p.ini:4: [plan] name: given 2 times"},
		{5, "[disc d]", "p.ini:5: [disc d]: no such group"},
		{5, "[disk D/]", "p.ini:5: [disk D/]: a name is"},
		{6, "backend=floppy", "p.ini:6: [disk d] backend: floppy: not one of nbdkit"},
		{6, "backend=file", "p.ini:7: [disk d] service: only with backend=nbdkit"},
		{8, "queue_size=100", "p.ini:8: [disk d] queue_size: 100: not a power of two"},
		{8, "tail_permille=1001", "p.ini:8: [disk d] tail_permille: 1001: not a"},
		{7, "service=constant", "p.ini:8: [disk d] tail_us: not used by service=const"},
		{7, "service=bimodal", "p.ini:5: [disk d] tail_permille: service=bimodal and"},
		{7, "service=heavy-tail", "p.ini:5: [disk d] tail_permille: service=bimodal and"},
		{7, "service=bimodal\ntail_permille=0", "p.ini:8: [disk d] tail_permille: serv"},
		{7, "tail_permille=3\nservice=uniform", "p.ini:7: [disk d] tail_permille: used by"},
		{8, "tail_us=100", "p.ini:8: [disk d] tail_us: must not be less than base_us"},
		{8, "", "p.ini:5: [disk d] tail_us: must not be less than base_us"},
		{9, "[net net0]\nqueue_size=64",
		 "p.ini:10: [net net0] queue_size: 64: not a power "},
		{9, "[net net0]\nqueue_size=300", "p.ini:10: [net net0] queue_size: 300: not a "},
		{9, "[net net0]\nqueue_size=2048", "p.ini:10: [net net0] queue_size: 2048: not a"},
		{2, "name=\x1b[31mt", "p.ini:2: [plan] name: ?[31mt: holds characters that do"},
		{2, "na\x1bme=t", "p.ini:2: [plan] na?me: no such key"},
		{10, "[workload \x1b]", "p.ini: Invalid group name: workload ?"},
		{2, "name=t\n\x1b[31mx", "p.ini: Key file contains line "},
		{11, "kind=dbench", "p.ini:11: [workload w] kind: dbench: not one of fio"},
		{12, "device=e", "p.ini:12: [workload w] device: e: the plan has no [disk e]"},
		{13, "", "p.ini:10: [workload w] job: must be given with kind=fio"},
		{13, "job=none.fio", "p.ini:13: [workload w] job: "},
		{13, "job=p.ini\nseconds=0", "p.ini:14: [workload w] seconds: 0: not a"},
		{16, "device=d", "p.ini:16: [workload v] device: d: the plan has no [net d]"},
		{16, "device=net0\njob=x", "p.ini:17: [workload v] job: only with kind=fio"},
		{3, "variants=a_b=off", "p.ini:3: [plan] variants: a_b: a label is up to 24"},
		{3, "variants=a-label-of-twenty-five-by=off", "p.ini:3: [plan] variants: a-label-"},
		{5, "[disk -d]", "p.ini:5: [disk -d]: a name is"},
		{5, "[disk a-name-of-twenty-one-x]", "p.ini:5: [disk a-name-of-twenty-one-x]: a n"},
		{8, "queue_size=2", "p.ini:8: [disk d] queue_size: 2: not a power of two from 4"},
		{9, "[net a]\n[net b]\n[net c]\n[net e]\n[net net0]",
		 "p.ini:1: [plan]: more than 4"},
		{4, "rings=split\n[workload x]\nkind=iperf3\ndevice=net0\nrings=packed",
		 "p.ini:8: [workload x] rings: the plan's rings have none of these"},
		{0, "rings=oval", "p.ini:17: [workload v] rings: oval: not one of"},
		{0, "[disk d]", "p.ini:5: [disk d]: given 2 times"},
		{0, "no equals sign", "p.ini: "},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autofree char *text = with_line(good, faults[i].line, faults[i].with);
		g_autoptr(GError) e = NULL;
		struct plan *p = load(text, &e);

		if (p || !strstr(e->message, faults[i].complaint)) {
			g_test_message("%s: wanted: %s", faults[i].with, faults[i].complaint);
			g_test_message("got: %s", p ? "a plan" : e->message);
			g_test_fail();
		}
		if (e) {
			g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
			g_assert_null(strpbrk(e->message, "\n\t\x1b"));
		}
		plan_free(p);
	}
}

/* What cannot work in the guest, or fio refuses: before anything is run, with the
 * job's line, and in fio's words. */
static void test_job_faults(void)
{
	static const struct {
		const char *job, *complaint;
	} faults[] = {
		{"", "j.fio: holds no job"},
		{"; [j]\n# [k]\n[global]\nrw=read\n", "j.fio: holds no job: a [NAME] beside [glo"},
		{"[j]\nrw=read\ninclude other.fio\n", "j.fio:3: include: the guest gets this file"},
		{"[j]\nrw=read\n\tinclude\tx\n", "j.fio:3: include: "},
		{"[j]\nrw=read\nbs=${SIZE}\n", "j.fio:3: ${SIZE}: only ${VQLAB_DEVICE} and"},
		{"[j]\nfilename=${VQLAB_DEVICE}:${X}\n", "j.fio:2: ${X}: only"},
		{"[j]\nfilename=${VQLAB_DEVICE\n", "j.fio:2: ${VQLAB_DEVICE}: only"},
		{"[j]\nrw=\x1b[31m\n", "j.fio:2: holds characters that do not print: rw=?[31m"},
		{"[j]\nrw = randred\n", "j.fio:2: fio: failed parsing rw = randred"},
		{"[j]\nbs=4k\nreadwrite=randred\n",
		 "j.fio:3: fio: failed parsing readwrite=randred"},
		{"[j]\nrw=read\nnope=1\n", "j.fio:3: fio: Bad option <nope=1>"},
		{"[j]\nioengine=nope\n", "j.fio:2: fio has no such engine: ioengine=nope"},
		{"rw=read\n[j]\n", "j.fio:1: fio: option <rw=read> outside of [] job section"},
		{"[j]\n[k]\nrw=randwrite\n",
		 "j.fio:3: writes or trims, but [disk d] can only be read: take backend=file"},
		{"[global]\nrw=randrw\n[j]\n", "j.fio:2: writes or trims, but [disk d]"},
		{"[j]\nrw=randtrim\n", "j.fio:2: writes or trims, but [disk d]"},
	};
	g_autofree char *job = g_build_filename(dir, "j.fio", NULL);
	g_autofree char *text = with_line(good, 13, "job=j.fio");
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autoptr(GError) e = NULL;
		struct plan *p;

		g_assert_true(g_file_set_contents(job, faults[i].job, -1, NULL));
		p = load(text, &e);
		if (p || !strstr(e->message, faults[i].complaint) ||
		    !strstr(e->message, "p.ini:13: [workload w] job: ")) {
			g_test_message("%s: wanted: %s", faults[i].job, faults[i].complaint);
			g_test_message("got: %s", p ? "a plan" : e->message);
			g_test_fail();
		}
		if (e) {
			g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
			g_assert_null(strpbrk(e->message, "\n\t\x1b"));
		}
		plan_free(p);
	}
}

/* A raw file can be written to; comments are free; NUL bytes are not text. */
static void test_jobs(void)
{
	static const char writes[] = "; ${X} include y\n[j]\nfilename=${VQLAB_DEVICE}\n"
				     "runtime=${VQLAB_SECONDS}\nrw=randrw\n";
	g_autofree char *job = g_build_filename(dir, "j.fio", NULL);
	g_autofree char *path = g_build_filename(dir, "p.ini", NULL);
	g_autoptr(GError) e = NULL;
	static const char text[] = "[plan]\nname=t\nvariants=off\n[disk d]\nbackend=file\n"
				   "[workload w]\nkind=fio\ndevice=d\njob=j.fio\n";
	struct plan *p;

	g_assert_true(g_file_set_contents(job, writes, -1, NULL));
	p = load(text, &e);
	g_assert_no_error(e);
	plan_free(p);
	g_assert_true(g_file_set_contents(job, writes, sizeof(writes), NULL));
	g_assert_null(load(text, &e));
	g_assert_nonnull(strstr(e->message, "j.fio: holds a NUL byte"));
	g_clear_error(&e);
	g_assert_true(g_file_set_contents(path, good, sizeof(good), NULL));
	g_assert_null(plan_load(path, &e));
	g_assert_nonnull(strstr(e->message, "p.ini: holds a NUL byte"));
}

static void test_missing(void)
{
	g_autoptr(GError) e = NULL;

	g_assert_null(plan_load("/nonexistent/p.ini", &e));
	g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
	g_assert_nonnull(strstr(e->message, "/nonexistent/p.ini"));
}

static void test_override(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	struct plan_variant *v;

	g_assert_true(plan_override(p, "off,off2=off", "packed", 3, 7, &e));
	g_assert_cmpuint(p->variants->len, ==, 2);
	v = p->variants->pdata[1];
	g_assert_cmpstr(v->label, ==, "off2");
	g_assert_cmpstr(v->variant, ==, "off");
	g_assert_cmpstr(p->rings[0], ==, "packed");
	g_assert_null(p->rings[1]);
	g_assert_cmpint(p->blocks, ==, 3);
	/* By which a report tells that the command had them. */
	g_assert_cmpint(p->own_blocks, ==, 6);
	g_assert_cmpint(p->seed, ==, 7);
	/* 0 is a seed of the user's, too: it asks for one to be drawn. */
	g_assert_true(plan_override(p, NULL, NULL, 0, -1, &e));
	g_assert_cmpint(p->seed, ==, 7);
	g_assert_true(plan_override(p, NULL, NULL, 0, 0, &e));
	g_assert_cmpint(p->seed, ==, 0);
	g_assert_cmpint(p->blocks, ==, 3);
	g_assert_false(plan_override(p, "none", NULL, 0, -1, &e));
	g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
	g_clear_error(&e);
	g_assert_false(plan_override(p, "", NULL, 0, -1, &e));
	plan_free(p);
}

/* A workload's queue is its device's, and a job may lie anywhere. */
static void test_device(void)
{
	g_autofree char *job = g_build_filename(dir, "x.fio", NULL);
	g_autofree char *line = g_strconcat("job=", job, NULL), *text = with_line(good, 13, line);
	static const char queues[] = "[plan]\nname=t\nvariants=off\n"
				     "[disk d]\nbackend=file\nqueue_size=128\n"
				     "[net n]\nqueue_size=512\n"
				     "[workload w]\nkind=fio\ndevice=d\njob=x.fio\n"
				     "[workload v]\nkind=iperf3\ndevice=n\n";
	g_autoptr(GError) e = NULL;
	struct plan *p = load(text, &e);

	g_assert_no_error(e);
	g_assert_cmpstr(((struct plan_workload *)p->workloads->pdata[0])->job_path, ==, job);
	plan_free(p);
	p = load(queues, &e);
	g_assert_no_error(e);
	g_assert_cmpint(((struct plan_workload *)p->workloads->pdata[0])->queue_size, ==, 128);
	g_assert_cmpint(((struct plan_workload *)p->workloads->pdata[1])->queue_size, ==, 512);
	plan_free(p);
}

/* A run is resumed only with the same plan, jobs included. */
static void test_hash(void)
{
	g_autofree char *job = g_build_filename(dir, "x.fio", NULL);
	struct plan *p = load(good, NULL);
	g_autofree char *a = plan_hash(p), *b = NULL, *c = NULL, *d = NULL;
	g_autofree char *more = g_strconcat(good, "seconds=5\n", NULL);

	plan_free(p);
	p = load(good, NULL);
	b = plan_hash(p);
	g_assert_cmpstr(a, ==, b);
	plan_free(p);
	g_assert_true(g_file_set_contents(job, "[k]\n", -1, NULL));
	p = load(good, NULL);
	c = plan_hash(p);
	g_assert_cmpstr(a, !=, c);
	plan_free(p);
	p = load(more, NULL);
	d = plan_hash(p);
	g_assert_cmpstr(c, !=, d);
	plan_free(p);
	g_assert_true(g_file_set_contents(job, "[j]\n", -1, NULL));
}

static void test_shipped(void)
{
	static const char *const names[] = {"configs/default.ini", "configs/quick.ini",
					    "configs/aa.ini",	   "configs/arms.ini",
					    "configs/loads.ini",   "configs/devices.ini"};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(GError) e = NULL;
		struct plan *p = plan_load(names[i], &e);

		g_assert_no_error(e);
		plan_free(p);
	}
}

/* Each choice of the key has its row for the plan, and, in a guest, for the trial. */
static void test_kinds(void)
{
	g_auto(GStrv) names = g_strsplit(WORKLOAD_KINDS, "|", -1);
	int i;

	for (i = 0; names[i]; i++) {
		struct plan_workload w = {.kind = names[i]};

		g_assert_nonnull(plan_kind(&w));
		if (!plan_kind(&w)->guest)
			continue;
		g_assert_cmpstr(load_kind(&w)->name, ==, names[i]);
	}
	g_assert_cmpint(i, >, 0);
}

int main(int argc, char **argv)
{
	g_autofree char *job = NULL;

	begin(argc, argv);
	job = g_build_filename(dir, "x.fio", NULL);
	g_assert_true(g_file_set_contents(job, "[j]\n", -1, NULL));
	g_test_add_func("/plan/good", test_good);
	g_test_add_func("/plan/faults", test_faults);
	g_test_add_func("/plan/job-faults", test_job_faults);
	g_test_add_func("/plan/jobs", test_jobs);
	g_test_add_func("/plan/missing", test_missing);
	g_test_add_func("/plan/override", test_override);
	g_test_add_func("/plan/device", test_device);
	g_test_add_func("/plan/hash", test_hash);
	g_test_add_func("/plan/kinds", test_kinds);
	g_test_add_func("/plan/shipped", test_shipped);
	return run_all();
}
