/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates on what a load says, and what one bad phase costs the others. */
#include "judged.h"

#include <stdlib.h>

/* fio for 2 s: 1000 requests of 4 KiB. */
static const struct phase disk = {
	.has_load = true,
	.load = {.seconds = 2, .throughput = 500, .ios = 1000, .bytes = 1000 << 12},
	.has_counted = true,
	.counted = {.disk = {.reads = 1000, .bytes = 1000 << 12}},
	.busy_s = 1.9,
};

static void test_time(void)
{
	struct phase ph = disk;

	expect(&ph, "fio", false, "");
	/* A disk that was read to its end. */
	ph.load.seconds = 0.1;
	ph.busy_s = 0;
	expect(&ph, "fio", false, "time");
	/* stonewall, by a fio that tells when jobs began, and by one that does not. */
	ph = disk;
	ph.load.seconds = ph.busy_s = 6;
	expect(&ph, "fio", false, "time");
	ph.load.seconds = 2;
	expect(&ph, "fio", false, "time");
	/* Half of it. */
	ph.busy_s = 3;
	expect(&ph, "fio", false, "time");
	ph = disk;
	ph.load.seconds = 2.06;
	ph.busy_s = 2.1;
	expect(&ph, "fio", false, "");
}

static void test_traffic(void)
{
	struct phase ph = disk;

	/* A partition table. */
	ph.counted.disk.reads += 4;
	ph.counted.disk.bytes += 4 << 12;
	expect(&ph, "fio", false, "");
	/* The guest's kernel merges, or splits: the bytes are the same. */
	ph = disk;
	ph.counted.disk.reads = 30;
	expect(&ph, "fio", false, "");
	/* The page cache; each request counted twice; a ramp. */
	ph = disk;
	ph.counted.disk.bytes /= 50;
	expect(&ph, "fio", false, "traffic");
	ph = disk;
	ph.load.bytes *= 2;
	expect(&ph, "fio", false, "traffic");
	ph = disk;
	ph.load.bytes -= ph.load.bytes / 10;
	expect(&ph, "fio", false, "traffic");
	ph = disk;
	ph.has_counted = false;
	expect(&ph, "fio", false, "traffic");
}

/* A vqprobe that ended early reports a part, which is conserved in itself. */
static void test_elements(void)
{
	struct phase ph = disk;
	g_autofree char *f = NULL;

	ph.probe = probe_of(0, 1000, 1000, 1000);
	expect(&ph, "fio", true, "");
	ph.probe = probe_of(0, 407, 407, 407);
	expect(&ph, "fio", true, "elements");
	ph.probe = probe_of(0, 2000, 2000, 2000);
	expect(&ph, "fio", true, "elements");
	/* A failed request, a flush and a discard are elements, too. */
	ph.probe = probe_of(0, 1300, 1300, 1300);
	ph.counted.disk.failed = ph.counted.disk.flushes = ph.counted.disk.unmaps = 100;
	expect(&ph, "fio", true, "");
	/* Without probes: by the strategy's own count. */
	ph = disk;
	ph.strategy = json_node_get_object(
		json("{\"strategy\":\"bitmap\",\"active\":true,\"pops\":947,\"fills\":947,"
		     "\"published\":947}"));
	f = faults(&ph, "fio", "bitmap", false);
	g_assert_cmpstr(f, ==, "elements");
}

/* One bad workload must not take the good ones with it; a bad boot takes all. */
static void test_by_phase(void)
{
	struct plan_workload w[] = {{.name = "good", .kind = "fio", .device_id = "d", .seconds = 2},
				    {.name = "bad", .kind = "fio", .device_id = "d", .seconds = 2}};
	struct slot_phase sp[] = {{&w[0], false, false}, {&w[1], false, false}};
	struct trial t = {.slot = &slot, .features = json_object_new()};
	struct phase ph[] = {disk, disk};
	int i;

	variant_is("off");
	slot.phases = g_array_new(FALSE, FALSE, sizeof(struct slot_phase));
	g_array_append_vals(slot.phases, sp, 2);
	t.phases = g_ptr_array_new();
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	for (i = 0; i < 2; i++) {
		ph[i].slot = &sp[i];
		g_ptr_array_add(t.phases, &ph[i]);
	}
	json_object_set_string_member(t.features, "d", PLAIN);
	ph[1].load.bytes *= 2;
	g_assert_false(gates_check(&t));
	g_assert_cmpstr(ph[0].faults->str, ==, "");
	g_assert_true(g_str_has_prefix(ph[1].faults->str, "traffic: "));
	json_object_set_string_member(t.features, "d", ORDERED);
	g_assert_false(gates_check(&t));
	g_assert_true(g_str_has_prefix(ph[0].faults->str, "features: "));
	g_assert_nonnull(strstr(ph[1].faults->str, "; traffic: "));
}

/* Many faults: no half one, the others counted, and each gate that fell is named. */
static void test_many(void)
{
	g_autofree char *name = g_strnfill(36, 'x');
	struct plan_workload w = {.name = name, .kind = "fio", .device_id = "d", .seconds = 2};
	struct slot_phase sp = {&w, false, false};
	struct trial t = {.slot = &slot, .features = json_object_new()};
	struct phase ph[40];
	g_autofree char *reason = NULL;
	g_auto(GStrv) faults = NULL;
	int i, n;

	variant_is("off");
	slot.phases = g_array_new(FALSE, FALSE, sizeof(struct slot_phase));
	t.phases = g_ptr_array_new();
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	json_object_set_string_member(t.features, "d", PLAIN);
	for (i = 0; i < 40; i++) {
		g_array_append_val(slot.phases, sp);
		ph[i] = disk;
		ph[i].slot = &sp;
		ph[i].load.bytes *= 2;
		if (i % 2) {
			ph[i].code = VQB_INVALID;
			/* Two bytes a letter, so that a cut by bytes would split one. */
			ph[i].reason = (char *)"b\303\266\303\266\303\266se";
		}
		g_ptr_array_add(t.phases, &ph[i]);
	}
	g_assert_false(gates_check(&t));
	reason = gates_reason(&t);
	g_assert_true(g_utf8_validate(reason, -1, NULL));
	g_assert_true(g_str_has_prefix(reason, "load: xxxx"));
	g_assert_true(g_str_has_suffix(reason, "; also: traffic"));
	faults = g_strsplit(reason, "; ", -1);
	n = g_strv_length(faults);
	g_assert_cmpint(n, >, 5);
	for (i = 1; i < n - 2; i++)
		g_assert_cmpstr(faults[i] + 36, ==, " (probes off): b\303\266\303\266\303\266se");
	g_assert_cmpint(atoi(faults[n - 2] + 4), ==, 20 - (n - 2));
}

/* So much about one gate that no other finds room: it is named all the same. */
static void test_crowded(void)
{
	struct plan_workload w = {.name = "w", .kind = "fio", .device_id = "d", .seconds = 2};
	struct slot_phase sp = {&w, false, false};
	struct trial t = {.slot = &slot, .features = json_object_new()};
	struct phase ph = disk;
	int i;

	variant_is("off");
	slot.phases = g_array_new(FALSE, FALSE, sizeof(struct slot_phase));
	g_array_append_val(slot.phases, sp);
	t.phases = g_ptr_array_new();
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	ph.slot = &sp;
	ph.load.bytes *= 2;
	g_ptr_array_add(t.phases, &ph);
	for (i = 0; i < 60; i++) {
		g_autofree char *id = g_strdup_printf("disk-number-%d", i);

		json_object_set_string_member(t.features, id, ORDERED);
	}
	g_assert_false(gates_check(&t));
	g_assert_nonnull(strstr(ph.faults->str, "disk-number-"));
	g_assert_true(g_str_has_suffix(ph.faults->str, "; traffic: ..."));
	g_assert_cmpint(ph.more_faults, >, 20);
}

/* What the guest's driver took, with @calls of its interrupt handler. */
static JsonObject *driver_of(int elements, int calls, int interrupts)
{
	g_autofree char *text = g_strdup_printf(
		"{\"instructions\":9,\"elements\":%d,\"interrupts\":%d,\"functions\":[{\"name\":"
		"\"vring_interrupt\",\"calls\":%d}]}",
		elements, interrupts, calls);

	return json_node_get_object(json(text));
}

/* Counting must not change what is counted. */
static void test_driver(void)
{
	struct phase ph = disk;

	ph.driver = driver_of(1000, 70, 70);
	expect(&ph, "fio", false, "");
	/* A partition table's are among them. */
	ph.driver = driver_of(1012, 70, 71);
	expect(&ph, "fio", false, "");
	ph.driver = driver_of(940, 70, 70);
	expect(&ph, "fio", false, "driver");
	ph.driver = driver_of(1000, 70, 100);
	expect(&ph, "fio", false, "driver");
	/* A kernel that tells neither. */
	ph.driver = json_node_get_object(
		json("{\"instructions\":9,\"elements\":null,\"interrupts\":null}"));
	expect(&ph, "fio", false, "");
	ph.driver = json_node_get_object(json("{\"instructions\":0,\"functions\":[]}"));
	expect(&ph, "fio", false, "driver");
	ph.driver = NULL;
	driver_missing = true;
	expect(&ph, "fio", false, "driver");
	driver_missing = false;
	/* A packet takes one buffer or several; the last ones sent are not freed yet. */
	ph.load.bytes = ph.load.to_host.bytes = 30 << 20;
	ph.counted = (struct counted){
		.net = true,
		.tap = {.to_host = 20000, .to_guest = 10000, .to_host_bytes = 31 << 20}};
	ph.has_received = true;
	ph.driver = driver_of(29300, 70, 70);
	expect(&ph, "iperf3", false, "");
	ph.driver = driver_of(90000, 70, 70);
	expect(&ph, "iperf3", false, "");
	ph.driver = driver_of(20000, 70, 70);
	expect(&ph, "iperf3", false, "driver");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gates-load/driver", test_driver);
	g_test_add_func("/gates/time", test_time);
	g_test_add_func("/gates/traffic", test_traffic);
	g_test_add_func("/gates/elements", test_elements);
	g_test_add_func("/gates/by-phase", test_by_phase);
	g_test_add_func("/gates/many", test_many);
	g_test_add_func("/gates/crowded", test_crowded);
	return g_test_run();
}
