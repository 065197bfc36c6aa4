/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that list several values: the workloads and devices that come of it. */
#include "plan-file.h"
#include "runners/machine/qemu.h"
#include "runners/plan/estimate.h"
#include "runners/plan/find.h"

#include <string.h>

static const char good[] = "[plan]\n"				   /* 1 */
			   "name=t\n"				   /* 2 */
			   "variants=off;qemu\n"		   /* 3 */
			   "blocks=2\n"				   /* 4 */
			   "driver=none\n"			   /* 5 */
			   "[disk d]\n"				   /* 6 */
			   "backend=nbdkit\n"			   /* 7 */
			   "queue_size=64;256\n"		   /* 8 */
			   "props=event_idx=off,num-queues=1; 4\n" /* 9 */
			   "[disk e]\n"				   /* 10 */
			   "backend=nbdkit\n"			   /* 11 */
			   "[workload w]\n"			   /* 12 */
			   "kind=fio\n"				   /* 13 */
			   "device=d\n"				   /* 14 */
			   "job=x.fio\n"			   /* 15 */
			   "iodepth=1;16\n"			   /* 16 */
			   "[workload v]\n"			   /* 17 */
			   "kind=fio\n"				   /* 18 */
			   "device=e\n"				   /* 19 */
			   "job=x.fio\n"			   /* 20 */
			   "seconds=2\n";			   /* 21 */

static struct plan_workload *workload(const struct plan *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++)
		if (!strcmp(((struct plan_workload *)p->workloads->pdata[i])->name, name))
			return p->workloads->pdata[i];
	g_test_message("no workload %s", name);
	g_test_fail();
	return NULL;
}

static void test_product(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	struct plan_workload *first, *last;
	struct plan_disk *d;

	g_assert_no_error(e);
	g_assert_cmpuint(p->workloads->len, ==, 9);
	g_assert_cmpuint(p->disks->len, ==, 5);
	g_assert_null(plan_find_disk(p, "d"));
	first = workload(p, "w@iodepth=1@queue_size=64@num-queues=1");
	last = workload(p, "w@iodepth=16@queue_size=256@num-queues=4");
	g_assert_true(first && last);
	g_assert_cmpstr(first->job_text, ==, "[j]\niodepth=1\niodepth_batch=4\n");
	g_assert_cmpstr(last->job_text, ==, "[j]\niodepth=16\niodepth_batch=4\n");
	g_assert_cmpstr(first->device, ==, "d-1");
	g_assert_cmpstr(last->device, ==, "d-4");
	g_assert_cmpint(first->queue_size, ==, 64);
	g_assert_cmpint(last->queue_size, ==, 256);
	d = plan_find_disk(p, "d-1");
	g_assert_cmpstr(d->props, ==, "event_idx=off,num-queues=1");
	d = plan_find_disk(p, "d-4");
	g_assert_cmpstr(d->props, ==, "event_idx=off,num-queues=4");
	/* What has no axes is as it was, in its place. */
	g_assert_cmpstr(workload(p, "v")->device, ==, "e");
	g_assert_cmpstr(((struct plan_workload *)p->workloads->pdata[8])->name, ==, "v");
	g_assert_cmpstr(workload(p, "v")->job_text, ==, "[j]\n  iodepth = 64\niodepth_batch=4\n");
	plan_free(p);
}

static void test_thinned(void)
{
	g_autofree char *text =
		with_line(good, 5, "driver=none\nonly=w@iodepth=16@*;v\nskip=*@queue_size=64@*");
	g_autoptr(GError) e = NULL;
	struct plan *p = load(text, &e);

	g_assert_no_error(e);
	g_assert_cmpuint(p->workloads->len, ==, 3);
	g_assert_nonnull(workload(p, "w@iodepth=16@queue_size=256@num-queues=1"));
	g_assert_nonnull(workload(p, "w@iodepth=16@queue_size=256@num-queues=4"));
	/* A disk that nobody wants any more is not in the boots. */
	g_assert_cmpuint(p->disks->len, ==, 3);
	g_assert_nonnull(plan_find_disk(p, "d-3"));
	g_assert_null(plan_find_disk(p, "d-1"));
	plan_free(p);
}

/* Threads and queues of devices, as axes: where "," is another thread of one disk. */
static void test_devices(void)
{
	g_autofree char *text =
		with_line(good, 9,
			  "iothread=none;a;a, b\nprops=num-queues=2\n[machine]\ncpus=2\n"
			  "[net n]\nqueues=1;2\n[workload u]\nkind=iperf3\ndevice=n");
	g_autoptr(GError) e = NULL;
	struct plan *p = load(text, &e);
	g_autoptr(GPtrArray) all = NULL;
	g_auto(GStrv) main = NULL, two = NULL;
	g_autofree char *a = NULL, *b = NULL;

	g_assert_no_error(e);
	g_assert_cmpstr(workload(p, "w@iodepth=1@queue_size=64@iothread=none")->device, ==, "d-1");
	g_assert_cmpstr(workload(p, "w@iodepth=1@queue_size=64@iothread=a, b")->device, ==, "d-3");
	main = plan_disk_iothreads(plan_find_disk(p, "d-1"));
	two = plan_disk_iothreads(plan_find_disk(p, "d-3"));
	g_assert_cmpuint(g_strv_length(main), ==, 0);
	g_assert_cmpuint(g_strv_length(two), ==, 2);
	g_assert_cmpstr(two[1], ==, "b");
	/* Each is one thread of QEMU's, and pin=auto gives each a core. */
	all = qemu_iothreads(p);
	g_assert_cmpuint(all->len, ==, 2);
	a = qemu_iothread_words(p, "a");
	b = qemu_iothread_words(p, "b");
	g_assert_cmpstr(a, ==, "iothread a of disks d-2 and d-3 and d-5 and d-6");
	g_assert_cmpstr(b, ==, "iothread b of disks d-3 and d-6");
	g_assert_cmpint(workload(p, "u@queues=1")->queues, ==, 1);
	g_assert_cmpint(workload(p, "u@queues=2")->queues, ==, 2);
	g_assert_cmpint(workload(p, "v")->queues, ==, 0);
	g_assert_cmpint(plan_find_net(p, "n-2")->queues, ==, 2);
	plan_free(p);
}

static void test_faults(void)
{
	static const struct {
		int line;
		const char *with, *complaint; /* NULL: none */
	} faults[] = {
		{16, "iodepth=1;", "p.ini:16: [workload w] iodepth: 1;: one of the values is e"},
		{16, "iodepth=1;1", "p.ini:16: [workload w] iodepth: 1: listed twice"},
		{16, "iodepth=1;[2",
		 "p.ini:16: [workload w] iodepth: [2: a value cannot be part of a name"},
		{16, "iodepth=1;x",
		 "p.ini:16: [workload w@iodepth=x@queue_size=64@num-queues=1] "
		 "iodepth: x: not a whole number"},
		{8, "queue_size=64;100", "p.ini:8: [disk d-3] queue_size: 100: not a power of two"},
		{9, "props=queue-size=1;2", "p.ini:9: [disk d-1] props: queue-size: the lab sets"},
		{8, "queue_size=4;8;16;32;64;128;256;512\nbase_us=1;2;3;4;5;6;7;8;9",
		 "[workload w]: its axes make more than 64 cells"},
		{11, "backend=nbdkit\nbase_us=1;2\n[disk f]\nbackend=file\nsize_mib=1;2",
		 "p.ini:13: [disk f]: it has axes, and no workload is on it"},
		{5, "only=x*", "p.ini:5: [plan] only: x*: no workload has such a name"},
		{5, "skip=w", "p.ini:5: [plan] skip: w: no workload has such a name"},
		{5, "skip=*", "p.ini:1: [plan]: no [workload NAME] in this file"},
		{10, "[disk d-2]", "p.ini:10: [disk d-2]: this name is that of a device of [disk"},
		{9, "iothread=none;a,", NULL},
		{9, "iothread=A", "p.ini:9: [disk d-1] iothread: A: a name is up to 20"},
		{9, "iothread=a,a", "p.ini:9: [disk d-1] iothread: a: listed twice"},
		{9, "iothread=a,none", "p.ini:9: [disk d-1] iothread: none: cannot be one of"},
		{9, "iothread=a;a,b",
		 "p.ini:9: [disk d-2] iothread: a,b: 2 threads for a disk whose queues are 1: give "
		 "it more, props=num-queues=2"},
		{9, "iothread=a;a,b\n[machine]\ncpus=2", NULL},
		{9, "iothread=a,b,c\nprops=num-queues=2;3",
		 "p.ini:9: [disk d-1] iothread: a,b,c: 3 threads for a disk whose queues are 2"},
		{9, "props=iothread-vq-mapping=a",
		 "[disk d-1] props: iothread-vq-mapping: the lab"},
		{9, "[net n]\nqueues=2",
		 "p.ini:10: [net n] queues: 2: a guest of 1 processors uses no more than so many"},
		{9, "[net n]\nqueues=0", "p.ini:10: [net n] queues: 0: not a whole number between"},
		{9, "[net n]\nprops=mq=on",
		 "p.ini:10: [net n] props: mq: the lab sets this property itself: queues="},
		{4, "blocks=1;2", "p.ini:4: [plan] blocks: 1;2: not a whole number"},
		{17, "[workload v@x]", "p.ini:17: [workload v@x]: a name is"},
		{20, "job=none-such.fio\niodepth=3", "p.ini:20: [workload v] job: "},
		{20, "job=bare.fio\niodepth=3", "p.ini:21: [workload v] iodepth: "},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autofree char *text = with_line(good, faults[i].line, faults[i].with);
		g_autoptr(GError) e = NULL;
		struct plan *p = load(text, &e);

		if (!p == !faults[i].complaint || (e && !strstr(e->message, faults[i].complaint))) {
			g_test_message("%s: wanted: %s", faults[i].with, faults[i].complaint);
			g_test_message("got: %s", p ? "a plan" : e->message);
			g_test_fail();
		}
		plan_free(p);
	}
}

/* More to do takes longer: each workload's seconds, in each boot, twice. */
static void test_estimate(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	GPtrArray *slots;
	double before = 0, after = 0;
	unsigned int i;

	g_assert_no_error(e);
	slots = schedule_make(p);
	g_assert_cmpint(schedule_count(slots, SLOT_TRIAL), ==, 4);
	for (i = 0; i < slots->len; i++)
		before += estimate_slot(p, slots->pdata[i]);
	workload(p, "v")->seconds += 10;
	for (i = 0; i < slots->len; i++)
		after += estimate_slot(p, slots->pdata[i]);
	g_assert_cmpfloat_with_epsilon(after - before, 4 * 2 * 10, 1e-6);
	g_ptr_array_unref(slots);
	plan_free(p);
}

int main(int argc, char **argv)
{
	g_autofree char *job = NULL, *bare = NULL;

	begin(argc, argv);
	job = g_build_filename(dir, "x.fio", NULL);
	bare = g_build_filename(dir, "bare.fio", NULL);
	g_assert_true(g_file_set_contents(job, "[j]\n  iodepth = 64\niodepth_batch=4\n", -1, NULL));
	g_assert_true(g_file_set_contents(bare, "[j]\n", -1, NULL));
	g_test_add_func("/plan-axes/product", test_product);
	g_test_add_func("/plan-axes/thinned", test_thinned);
	g_test_add_func("/plan-axes/devices", test_devices);
	g_test_add_func("/plan-axes/faults", test_faults);
	g_test_add_func("/plan-axes/estimate", test_estimate);
	return run_all();
}
