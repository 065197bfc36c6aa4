/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans whose variants have QEMUs and properties of their own. */
#include "plan-file.h"
#include "runners/machine/props.h"
#include "runners/plan/against.h"
#include "runners/plan/find.h"
#include "runners/plan/props.h"

#include <string.h>

static const char good[] = "[plan]\n"				 /* 1 */
			   "name=t\n"				 /* 2 */
			   "variants=off;mine;base;twice=mine\n" /* 3 */
			   "baseline=base;mine\n"		 /* 4 */
			   "[variant mine]\n"			 /* 5 */
			   "strategy=qemu\n"			 /* 6 */
			   "binary=bin/qemu\n"			 /* 7 */
			   "props=event_idx=off\n"		 /* 8 */
			   "[variant base]\n"			 /* 9 */
			   "strategy=off\n"			 /* 10 */
			   "source=/src\n"			 /* 11 */
			   "revision=HEAD~2\n"			 /* 12 */
			   "[net net0]\n"			 /* 13 */
			   "[workload w]\n"			 /* 14 */
			   "kind=iperf3\n"			 /* 15 */
			   "device=net0\n";			 /* 16 */

static void test_good(void)
{
	g_autofree char *binary = g_build_filename(dir, "bin", "qemu", NULL);
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	struct plan_variant *mine, *twice, *base, *off;

	g_assert_no_error(e);
	off = plan_find_variant(p, "off");
	mine = plan_find_variant(p, "mine");
	twice = plan_find_variant(p, "twice");
	base = plan_find_variant(p, "base");
	g_assert_null(off->arm);
	g_assert_cmpstr(mine->variant, ==, "qemu");
	g_assert_cmpstr(mine->arm->path, ==, binary);
	g_assert_cmpstr(mine->arm->props, ==, "event_idx=off");
	g_assert_true(twice->arm == mine->arm);
	g_assert_cmpstr(base->arm->path, ==, "/src");
	g_assert_cmpstr(base->arm->revision, ==, "HEAD~2");
	g_assert_true(plan_same_machine(mine, twice));
	g_assert_false(plan_same_machine(mine, base));
	/* What the driver does is counted once for each QEMU, and with and without order. */
	g_assert_true(plan_counts_driver(p, off));
	g_assert_true(plan_counts_driver(p, mine));
	g_assert_false(plan_counts_driver(p, twice));
	g_assert_true(plan_counts_driver(p, base));
	plan_free(p);
}

static void test_faults(void)
{
	static const struct {
		int line;
		const char *with, *complaint;
	} faults[] = {
		{3, "variants=off;base", "p.ini:5: [variant mine]: variants= does not list it"},
		{3, "variants=off;mine;base;nosuch",
		 "p.ini:3: [plan] variants: nosuch: not one of off, qemu, hash-table, "},
		{3, "variants=off;mine;base;nosuch", "; and there is no [variant nosuch]"},
		{4, "baseline=bas", "p.ini:4: [plan] baseline: bas: none of the plan's variants"},
		{4, "baseline=base;mine;off", "p.ini:4: [plan] baseline: off: these are two"},
		{5, "[variant off]\nstrategy=off\n[variant Mine]",
		 "p.ini:7: [variant Mine]: a name"},
		{5, "[variant]", "p.ini:5: [variant]: no such group"},
		{6, "", "p.ini:5: [variant mine] strategy: must be given"},
		{6, "strategy=base", "p.ini:6: [variant mine] strategy: base: not one of off"},
		{6, "strategy=off+round", "p.ini:6: [variant mine] strategy: off+round: not one"},
		{7, "binary=x\nsource=y", "p.ini:8: [variant mine] source: binary= says which"},
		{7, "binary=x\nrelease=7.2", "p.ini:8: [variant mine] release: binary= says"},
		{7, "release=7.2\nsource=y", "p.ini:8: [variant mine] source: release= says which"},
		{7, "release=seven", "p.ini:7: [variant mine] release: seven: this is no release"},
		{7, "release=7.2.1", "p.ini:7: [variant mine] release: 7.2.1: this is no release"},
		{7, "binary=x\nrevision=y", "p.ini:8: [variant mine] revision: only with source="},
		{12, "revision=--upload-pack=x", "p.ini:12: [variant base] revision: --upload-pa"},
		{8, "props=event_idx", "p.ini:8: [variant mine] props: event_idx: not NAME=VALUE"},
		{8, "props=a=1,,event_idx=", "p.ini:8: [variant mine] props: event_idx=: not NA"},
		{8, "props=e x=1", "p.ini:8: [variant mine] props: e x=1: not NAME=VALUE"},
		{8, "props=a=1,b=2,a=3", "p.ini:8: [variant mine] props: a: given twice"},
		{8, "props=in_order=on", "p.ini:8: [variant mine] props: in_order: the lab sets"},
		{8, "props=packed=on", "itself: rings="},
		{8, "props=queue-size=64", "itself: queue_size="},
		{8, "props=drive=x", "p.ini:8: [variant mine] props: drive: the lab sets"},
		{8, "propz=a=1", "p.ini:8: [variant mine] propz: no such key"},
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
		plan_free(p);
	}
}

/* What an option takes away is no fault of the plan's. */
static void test_override(void)
{
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);

	g_assert_no_error(e);
	g_assert_true(plan_override(p, "off,mine", NULL, 0, -1, &e));
	g_assert_cmpuint(p->variants->len, ==, 2);
	g_assert_false(plan_override(p, "off,yours", NULL, 0, -1, &e));
	g_assert_nonnull(strstr(e->message, "there is no [variant yours]"));
	plan_free(p);
}

static void test_against(void)
{
	static const char *const labels[] = {"base", "tree", "base-qemu", "tree-qemu"};
	g_autoptr(GError) e = NULL;
	struct plan *p = load(good, &e);
	unsigned int i;

	g_assert_no_error(e);
	g_assert_true(plan_against(p, "/tree", "v9.2.0", &e));
	g_assert_cmpuint(p->variants->len, ==, 4);
	for (i = 0; i < 4; i++) {
		const struct plan_variant *v = p->variants->pdata[i];

		g_assert_cmpstr(v->label, ==, labels[i]);
		g_assert_cmpstr(v->variant, ==, i < 2 ? "off" : "qemu");
		g_assert_cmpstr(v->arm->path, ==, "/tree");
		g_assert_cmpstr(v->arm->revision, ==, i % 2 ? NULL : "v9.2.0");
	}
	g_assert_cmpstr(p->baseline[0], ==, "base");
	g_assert_cmpstr(p->baseline[1], ==, "base-qemu");
	plan_free(p);

	p = load(good, &e);
	g_assert_false(plan_against(p, "/tree", "-x", &e));
	g_assert_nonnull(strstr(e->message, "-x: this is no revision"));
	plan_free(p);
}

static const char disk[] = "virtio-blk-pci options:\n"
			   "  addr=<int32>           - Slot (default: -1)\n"
			   "  event_idx=<bool>       -  (default: true)\n"
			   "  num-queues=<uint16>    -  (default: 65535)\n"
			   "  write-cache=<OnOffAuto>\n";
static const char card[] = "virtio-net-pci options:\n"
			   "  event_idx=<bool>       - (default: true)\n"
			   "  guest_ecn=<bool>       - (default: true)\n";

static void test_props(void)
{
	static const struct {
		const char *props, *why;
	} cases[] = {
		{"event_idx=off,num-queues=4", NULL},
		{"guest_ecn=off", NULL},
		{"num_queues=4", "num_queues: this QEMU's device has no such property; near it: "
				 "num-queues"},
		{"queues=4",
		 "queues: this QEMU's device has no such property; near it: num-queues"},
		{"event_idx=on,evnt_idx=on", "evnt_idx: this QEMU's device has no such property; "
					     "near it: event_idx"},
		{"frobnicate=1", "frobnicate: this QEMU's device has no such property"},
		/* Of the heading and of a text there is none. */
		{"virtio-blk-pci=1", "virtio-blk-pci: this QEMU's device has no such property"},
	};
	g_autofree char *of_disk = props_of(" event_idx=off, guest_ecn=on ", disk);
	g_autofree char *of_card = props_of("event_idx=off,guest_ecn=on", card);
	g_autofree char *none = props_of(NULL, disk);
	g_autofree char *both =
		props_both("num-queues=4,event_idx=on", "event_idx=off,guest_ecn=on", disk);
	g_autofree char *own = props_both("num-queues=4", NULL, disk);
	size_t i;

	g_assert_cmpstr(of_disk, ==, ",event_idx=off");
	g_assert_cmpstr(of_card, ==, ",event_idx=off,guest_ecn=on");
	g_assert_cmpstr(none, ==, "");
	/* A variant's goes before the device's; what the device has not is another's. */
	g_assert_cmpstr(both, ==, ",num-queues=4,event_idx=off");
	g_assert_cmpstr(own, ==, ",num-queues=4");
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = props_unknown(cases[i].props, disk, card);

		g_assert_cmpstr(why, ==, cases[i].why);
	}
}

/* What QEMU takes as one line and as JSON alike: a flag, a number and a text by their types. */
static void test_mapped(void)
{
	char *threads[] = {"thread-a", "thread-b", NULL};
	g_autofree char *json = props_mapped("virtio-blk-pci,id=disk-d,serial=4,num-queues=4,"
					     "event_idx=off,write-cache=on,x-reorder=in-place",
					     disk, threads);
	g_autofree char *wrong =
		props_mapped("virtio-blk-pci,num-queues=four,event_idx=maybe", disk, threads);

	g_assert_cmpstr(json, ==,
			"{\"driver\":\"virtio-blk-pci\",\"id\":\"disk-d\",\"serial\":\"4\","
			"\"num-queues\":4,\"event_idx\":false,\"write-cache\":\"on\","
			"\"x-reorder\":\"in-place\",\"iothread-vq-mapping\":[{\"iothread\":"
			"\"thread-a\"},{\"iothread\":\"thread-b\"}]}");
	/* QEMU has to say what it makes of these. */
	g_assert_nonnull(strstr(wrong, "\"num-queues\":\"four\",\"event_idx\":\"maybe\""));
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	g_test_add_func("/plan-arms/good", test_good);
	g_test_add_func("/plan-arms/faults", test_faults);
	g_test_add_func("/plan-arms/override", test_override);
	g_test_add_func("/plan-arms/against", test_against);
	g_test_add_func("/plan-arms/props", test_props);
	g_test_add_func("/plan-arms/mapped", test_mapped);
	return run_all();
}
