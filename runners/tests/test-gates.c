/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates: each holds for a good trial and falls for its own fault only. */
#include "runners/trial/gates.h"
#include "runners/trial/state.h"
#include "runners/tool/json.h"

#include <string.h>

#define QUEUE                                                                                      \
	"{\"device\":\"disk-d\",\"index\":0,\"pops\":9,\"fills\":9,\"in_flight_end\":0,"           \
	"\"published\":9,\"used_entries\":4,\"assumed_published\":0,\"conserved\":true,"           \
	"\"order_violations\":0,\"length_mismatches\":0}"
#define PROBE "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":[" QUEUE "]}"
#define ROUND                                                                                      \
	"{\"strategy\":\"bitmap\",\"flush\":\"round\",\"active\":true,\"pops\":9,\"fills\":9,"     \
	"\"published\":9}"
#define STRATEGY "{\"strategy\":\"bitmap\",\"active\":true,\"pops\":9,\"fills\":9,\"published\":9}"

static struct plan_workload workload = {
	.name = "w", .kind = "fio", .device_id = "disk-d", .seconds = 1};
static struct slot_phase phases[] = {{&workload, false, false}, {&workload, true, false}};
static struct plan_variant variant;
static struct slot slot = {.variant = &variant, .ring = "split"};

static JsonNode *json(const char *text)
{
	return parse_json(text, strlen(text), "test", NULL);
}

struct sample {
	const char *variant, *ring, *features, *probe, *strategy;
	int code;	  /* of the second phase */
	unsigned int ran; /* phases */
};

/* What fio, QEMU and the probes agree on in a phase that is good. */
static struct phase good = {
	.has_load = true,
	.load = {.seconds = 1, .throughput = 9, .ios = 9, .bytes = 9 << 12},
	.has_counted = true,
	.counted = {.disk = {.reads = 9, .bytes = 9 << 12}},
	.busy_s = 0.9,
};

/* The names of the gates that fell, with a space before each. */
static char *fallen(const struct sample *s)
{
	struct trial t = {.slot = &slot};
	GString *names = g_string_new(NULL);
	struct phase ph[2] = {0};
	unsigned int i;

	variant.variant = variant.label = (char *)s->variant;
	slot.ring = s->ring;
	slot.phases = g_array_new(FALSE, FALSE, sizeof(struct slot_phase));
	g_array_append_vals(slot.phases, phases, 2);
	t.phases = g_ptr_array_new();
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	t.features = s->features ? json_object_new() : NULL;
	if (s->features)
		json_object_set_string_member(t.features, "disk-d", s->features);
	for (i = 0; i < s->ran; i++) {
		ph[i] = good;
		ph[i].slot = &phases[i];
		ph[i].strategy = s->strategy ? json_node_get_object(json(s->strategy)) : NULL;
		ph[i].probe = phases[i].probes && s->probe ? json(s->probe) : NULL;
		g_ptr_array_add(t.phases, &ph[i]);
	}
	ph[1].code = s->code;
	ph[1].reason = (char *)"broken";
	gates_check(&t);
	g_assert_cmpuint(t.gates->len, ==, 12);
	for (i = 0; i < t.gates->len; i++) {
		struct gate *g = t.gates->pdata[i];

		g_assert_cmpstr(g->detail, !=, "");
		if (!g->ok)
			g_string_append_printf(names, " %s", g->name);
	}
	g_assert_true(gates_check(&t) == (names->len == 0));
	return g_string_free(names, FALSE);
}

#define ORDERED "0x930000000" /* bits 35, 32, 29, 28 */
#define PLAIN "0x130000000"
#define PACKED "0xd30000000"

static void test_gates(void)
{
	static const struct {
		const char *name, *falls;
		struct sample s;
	} cases[] = {
		{"off", "", {"off", "split", PLAIN, PROBE, NULL, 0, 2}},
		{"qemu", "", {"qemu", "split", ORDERED, PROBE, NULL, 0, 2}},
		{"bitmap", "", {"bitmap", "split", ORDERED, PROBE, STRATEGY, 0, 2}},
		{"fewer entries than elements",
		 "",
		 {"batch-used", "split", ORDERED, PROBE,
		  "{\"strategy\":\"batch-used\",\"active\":true,\"pops\":9,\"fills\":9,"
		  "\"published\":9,\"entries\":4}",
		  0, 2}},
		{"another count of entries",
		 " counters",
		 {"batch-used", "split", ORDERED, PROBE,
		  "{\"strategy\":\"batch-used\",\"active\":true,\"pops\":9,\"fills\":9,"
		  "\"published\":9,\"entries\":5}",
		  0, 2}},
		{"a flush a round", "", {"bitmap+round", "split", ORDERED, PROBE, ROUND, 0, 2}},
		{"one for each",
		 " path",
		 {"bitmap+round", "split", ORDERED, PROBE, STRATEGY, 0, 2}},
		{"not asked for", " path", {"bitmap", "split", ORDERED, PROBE, ROUND, 0, 2}},
		{"packed", "", {"bitmap", "packed", PACKED, PROBE, STRATEGY, 0, 2}},
		{"off has order", " features", {"off", "split", ORDERED, PROBE, NULL, 0, 2}},
		{"qemu lacks it", " features", {"qemu", "split", PLAIN, PROBE, NULL, 0, 2}},
		{"split is packed", " features", {"qemu", "split", PACKED, PROBE, NULL, 0, 2}},
		{"packed is split", " features", {"qemu", "packed", ORDERED, PROBE, NULL, 0, 2}},
		{"no features", " features", {"off", "split", NULL, PROBE, NULL, 0, 2}},
		{"no stats", " path", {"bitmap", "split", ORDERED, PROBE, NULL, 0, 2}},
		{"not active",
		 " path",
		 {"bitmap", "split", ORDERED, PROBE,
		  "{\"strategy\":\"bitmap\",\"active\":false,\"pops\":9,\"fills\":9,\"published\":"
		  "9}",
		  0, 2}},
		{"another ran",
		 " path",
		 {"bitmap", "split", ORDERED, PROBE,
		  "{\"strategy\":\"hash-table\",\"active\":true,\"pops\":9,\"fills\":9,"
		  "\"published\":9}",
		  0, 2}},
		{"bypassed",
		 " path counters",
		 {"bitmap", "split", ORDERED, PROBE,
		  "{\"strategy\":\"bitmap\",\"active\":true,\"fills\":0,\"published\":0}", 0, 2}},
		{"lost",
		 " lost",
		 {"off", "split", PLAIN,
		  "{\"lost_events\":1,\"unreadable_rings\":0,\"queues\":[" QUEUE "]}", NULL, 0, 2}},
		{"unreadable",
		 " lost",
		 {"off", "split", PLAIN,
		  "{\"lost_events\":0,\"unreadable_rings\":2,\"queues\":[" QUEUE "]}", NULL, 0, 2}},
		{"no count of lost ones",
		 " lost",
		 {"off", "split", PLAIN, "{\"queues\":[" QUEUE "]}", NULL, 0, 2}},
		{"no queue",
		 " conservation",
		 {"off", "split", PLAIN, "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":[]}",
		  NULL, 0, 2}},
		{"no probe result",
		 " lost conservation",
		 {"off", "split", PLAIN, NULL, NULL, 0, 2}},
		{"not conserved",
		 " conservation",
		 {"off", "split", PLAIN,
		  "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
		  "{\"conserved\":false,\"order_violations\":0,\"length_mismatches\":0}]}",
		  NULL, 0, 2}},
		{"violations of off",
		 "",
		 {"off", "split", PLAIN,
		  "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
		  "{\"conserved\":true,\"order_violations\":8,\"length_mismatches\":0}]}",
		  NULL, 0, 2}},
		{"violations of qemu",
		 " order",
		 {"qemu", "split", ORDERED,
		  "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
		  "{\"conserved\":true,\"order_violations\":1,\"length_mismatches\":0}]}",
		  NULL, 0, 2}},
		{"no count of violations",
		 " order",
		 {"qemu", "split", ORDERED,
		  "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
		  "{\"conserved\":true,\"length_mismatches\":0}]}",
		  NULL, 0, 2}},
		{"another length",
		 " length",
		 {"off", "split", PLAIN,
		  "{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
		  "{\"conserved\":true,\"order_violations\":0,\"length_mismatches\":1}]}",
		  NULL, 0, 2}},
		{"QEMU counts one more",
		 " counters",
		 {"bitmap", "split", ORDERED, PROBE,
		  "{\"strategy\":\"bitmap\",\"active\":true,\"pops\":9,\"fills\":10,"
		  "\"published\":9}",
		  0, 2}},
		{"load", " load", {"off", "split", PLAIN, PROBE, NULL, VQB_INVALID, 2}},
		{"what a failed phase's probes saw is not judged",
		 " load",
		 {"off", "split", PLAIN, "{\"lost_events\":1,\"unreadable_rings\":0,\"queues\":[]}",
		  NULL, VQB_INVALID, 2}},
		{"not all ran", " load", {"off", "split", PLAIN, PROBE, NULL, 0, 1}},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *f = fallen(&cases[i].s);

		if (strcmp(f, cases[i].falls)) {
			g_test_message("%s: wanted '%s', got '%s'", cases[i].name, cases[i].falls,
				       f);
			g_test_fail();
		}
	}
}

/* A QEMU that ignores queue-size must not pass for one that honours it. */
static void test_ring_size(void)
{
	static const char *const nums[] = {"64", "1024"};
	size_t i;

	workload.queue_size = 64;
	for (i = 0; i < 2; i++) {
		g_autofree char *probe =
			g_strdup_printf("{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":["
					"{\"num\":%s,\"index\":0,\"conserved\":true,"
					"\"order_violations\":0,\"length_mismatches\":0}]}",
					nums[i]);
		struct sample s = {"off", "split", PLAIN, probe, NULL, 0, 2};
		g_autofree char *f = fallen(&s);

		g_assert_cmpstr(f, ==, i ? " features" : "");
	}
	workload.queue_size = 0;
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gates", test_gates);
	g_test_add_func("/gates/ring-size", test_ring_size);
	return g_test_run();
}
