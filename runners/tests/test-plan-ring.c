/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans with rings, and whose driver is counted. */
#include "plan-file.h"
#include "runners/left-out.h"
#include "runners/plan/find.h"
#include "runners/plan/schedule.h"

#include <string.h>
#include <unistd.h>

#define PLAN "[plan]\nname=t\nvariants=off;bitmap\nrings=split;packed\n" /* 1 to 4 */
#define NET "[net n]\n[workload v]\nkind=iperf3\ndevice=n\n"		 /* 5 to 8 */
#define RING PLAN "[workload r]\nkind=ring\n"				 /* 5, 6 */
#define COUNT RING "measure=count\n"					 /* 7 */
#define TIME RING "measure=time\n"					 /* 7 */

static void test_faults(void)
{
	static const struct {
		const char *text, *complaint;
	} faults[] = {
		{PLAN "driver=bitmpa\n" NET, "p.ini:5: [plan] driver: bitmpa: none of the plan's"},
		{PLAN "driver=off;none\n" NET, "p.ini:5: [plan] driver: none: none of the plan's"},
		{PLAN "driver=\n" NET, "p.ini:5: [plan] driver: an empty list"},
		{PLAN NET "measure=count", "p.ini:9: [workload v] measure: only with kind=ring"},
		{PLAN NET "size=8", "p.ini:9: [workload v] size: only with kind=ring"},
		{RING, "p.ini:5: [workload r] measure: must be given"},
		{RING "measure=guess",
		 "p.ini:7: [workload r] measure: guess: not one of count, ti"},
		{COUNT "device=d", "p.ini:8: [workload r] device: only with kind=fio or kind=ip"},
		{COUNT "job=x", "p.ini:8: [workload r] job: only with kind=fio"},
		{COUNT "seconds=2", "p.ini:8: [workload r] seconds: only with kind=fio or "
				    "kind=iperf3 or kind=command or measure=time"},
		{COUNT "kick=on", "p.ini:8: [workload r] kick: only with measure=time"},
		{COUNT "disk=tape", "p.ini:8: [workload r] disk: tape: not one of null"},
		{COUNT "size=2000", "p.ini:8: [workload r] size: 2000: not a whole number"},
		{COUNT "queues=0", "p.ini:8: [workload r] queues: 0: not a whole number"},
		{COUNT "rings=oval", "p.ini:8: [workload r] rings: oval: not one of split"},
		{COUNT "orders=sideways",
		 "p.ini:8: [workload r] orders: sideways: not one of natural, in-order"},
		{COUNT "orders=shuffle:0", "p.ini:8: [workload r] orders: shuffle:0: not one of"},
		{COUNT "orders=natural;natural",
		 "p.ini:8: [workload r] orders: natural: listed twice"},
		{COUNT "load=tx\norders=in-order",
		 "p.ini:9: [workload r] orders: in-order: virtio-net completes in an order of"},
		{TIME "orders=in-order;natural",
		 "p.ini:8: [workload r] orders: a timed boot has one"},
		{TIME "elements=9", "p.ini:8: [workload r] elements: only with measure=count"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autoptr(GError) e = NULL;
		struct plan *p = load(faults[i].text, &e);

		g_assert_null(p);
		g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
		if (!strstr(e->message, faults[i].complaint))
			g_assert_cmpstr(e->message, ==, faults[i].complaint);
	}
}

/* Rings need no device of the plan's, and what is not given is vqring's choice. */
static void test_good(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(COUNT "load=rx\n[workload s]\nkind=ring\nmeasure=time\n"
				    "orders=shuffle:32\nrings=packed\nsize=64\n" NET,
			      &e);
	struct plan_workload *r, *s;

	g_assert_no_error(e);
	r = p->workloads->pdata[0];
	s = p->workloads->pdata[1];
	g_assert_cmpstr(r->device_id, ==, "virtio-net");
	g_assert_cmpstr(r->ring.orders[0], ==, "natural");
	g_assert_cmpint(r->seconds, ==, 0);
	g_assert_cmpint(r->ring.size, ==, 0);
	g_assert_cmpstr(s->device_id, ==, "virtio-blk");
	g_assert_cmpstr(s->ring.load, ==, "read");
	g_assert_cmpint(s->ring.size, ==, 64);
	g_assert_cmpint(s->seconds, ==, 3);
	g_assert_false(plan_workload_on(s, "split"));
	/* No other kind has them. */
	g_assert_null(((struct plan_workload *)p->workloads->pdata[2])->ring.measure);
	plan_free(p);
}

/* The labels with which the driver is counted, with commas between. */
static char *counted_driver(const char *lines, const char *variants)
{
	g_autofree char *text = g_strconcat("[plan]\nname=t\n", lines, "\n" NET, NULL);
	g_autoptr(GError) e = NULL;
	struct plan *p = load(text, &e);
	GString *s = g_string_new(NULL);
	unsigned int i;

	g_assert_no_error(e);
	g_assert_true(plan_override(p, variants, NULL, 0, -1, &e));
	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *v = p->variants->pdata[i];

		if (plan_counts_driver(p, v))
			g_string_append_printf(s, "%s%s", s->len ? "," : "", v->label);
	}
	plan_free(p);
	return g_string_free(s, FALSE);
}

static void test_driver(void)
{
	static const struct {
		const char *lines, *variants, *counted;
	} cases[] = {
		{"variants=bitmap;qemu;off;a=off", NULL, "bitmap,off"},
		{"variants=a=off;b=off", NULL, "a"},
		{"variants=a=off;b=off\ndriver=a;b", NULL, "a,b"},
		{"variants=off;qemu;bitmap\ndriver=bitmap;off", NULL, "off,bitmap"},
		{"variants=off;qemu\ndriver=none", NULL, ""},
		{"variants=off;qemu;bitmap", "bitmap", "bitmap"},
		{"variants=off;qemu;bitmap\ndriver=bitmap", "off,qemu", ""},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *is = counted_driver(cases[i].lines, cases[i].variants);

		g_assert_cmpstr(is, ==, cases[i].counted);
	}
}

/* Only TCG counts it, and a QEMU with the plugin beside it; else it is said why. */
static void test_no_driver(void)
{
	static const struct {
		const char *accel, *why;
		bool plugin;
	} cases[] = {
		{"kvm", "under kvm", true},
		{"tcg", "guest-count.so: No such file", false},
		{"tcg", NULL, true},
	};
	g_autofree char *plugin = g_build_filename(dir, "guest-count.so", NULL);
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) e = NULL;
		struct plan *p = load(PLAN NET, &e);
		struct bench b = {.plan = p, .accel = (char *)cases[i].accel};
		struct qemuinfo qemu = {.dir = dir};
		g_autofree struct bench_arm *arms = NULL;
		g_autoptr(GPtrArray) slots = NULL;
		unsigned int k;

		g_assert_no_error(e);
		arms = g_new0(struct bench_arm, p->variants->len);
		for (k = 0; k < p->variants->len; k++)
			arms[k].qemu = &qemu;
		b.arms = arms;
		slots = schedule_make(p);
		if (cases[i].plugin)
			g_assert_true(g_file_set_contents(plugin, "", -1, NULL));
		else
			unlink(plugin);
		leave_out_driver(&b, slots);
		g_assert_cmpint(schedule_count(slots, SLOT_DRIVER), ==, cases[i].why ? 0 : 4);
		g_assert_cmpint(schedule_count(slots, SLOT_TRIAL), ==, 6 * 4);
		g_assert_true(cases[i].why ? strstr(b.no_driver, cases[i].why) != NULL
					   : !b.no_driver);
		g_free(b.no_driver);
		for (k = 0; k < p->variants->len; k++)
			g_free(arms[k].no_driver);
		plan_free(p);
	}
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	g_test_add_func("/plan-ring/faults", test_faults);
	g_test_add_func("/plan-ring/good", test_good);
	g_test_add_func("/plan-ring/driver", test_driver);
	g_test_add_func("/plan-ring/no-driver", test_no_driver);
	return run_all();
}
