/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which gates fall for one phase; for tests of gates, each a program of its own. */
#ifndef VQLAB_TESTS_JUDGED_H
#define VQLAB_TESTS_JUDGED_H

#include "runners/trial/gates.h"
#include "runners/trial/state.h"

#include <string.h>

#define ORDERED "0x930000000" /* bits 35, 32, 29, 28 */
#define PLAIN "0x130000000"

static struct plan_variant variant;
static struct slot slot = {.variant = &variant, .ring = "split"};

static void variant_is(const char *name)
{
	variant.variant = variant.label = (char *)name;
	slot.ring = "split";
}

/* Pairs of the net's, its features, and connections at the same time. */
static int64_t net_queues = 1;
static const char *net_bits;
static int64_t net_streams = 1;

static JsonNode *json(const char *text)
{
	return parse_json(text, strlen(text), "test", NULL);
}

/* A phase of a boot that counts has no count. */
static bool driver_missing;

/* The names of the gates that fall for @ph, of a workload of @kind; "" for none. */
static char *faults(struct phase *ph, const char *kind, const char *variant, bool probes)
{
	struct plan_workload w = {.name = "w",
				  .kind = (char *)kind,
				  .net = !strcmp(kind, "iperf3"),
				  .queues = !strcmp(kind, "iperf3") ? net_queues : 0,
				  .device_id = "disk-d",
				  .iperf3 = {.direction = (char *)"out", .streams = net_streams},
				  .seconds = 2};
	struct slot_phase sp = {&w, probes, ph->driver || driver_missing};
	struct trial t = {.slot = &slot, .features = json_object_new()};
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned int i;

	variant_is(variant);
	json_object_set_string_member(t.features, "disk-d",
				      net_bits		       ? net_bits
				      : strcmp(variant, "off") ? ORDERED
							       : PLAIN);
	slot.phases = g_array_new(FALSE, FALSE, sizeof(struct slot_phase));
	g_array_append_val(slot.phases, sp);
	t.phases = g_ptr_array_new();
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	ph->slot = &sp;
	ph->faults = NULL;
	g_ptr_array_add(t.phases, ph);
	g_assert_true(gates_check(&t) == !ph->faults->len);
	for (i = 0; i < t.gates->len; i++) {
		struct gate *g = t.gates->pdata[i];
		g_autofree char *said = g_strconcat(g->name, ": ", NULL);

		if (!g->ok)
			g_string_append_printf(names, "%s%s", names->len ? " " : "", g->name);
		/* The phase knows of it, too. */
		g_assert_true(g->ok == !strstr(ph->faults->str, said));
	}
	return g_strdup(names->str);
}

static void expect(struct phase *ph, const char *kind, bool probes, const char *wanted)
{
	g_autofree char *f = faults(ph, kind, "off", probes);

	g_assert_cmpstr(f, ==, wanted);
}

static JsonNode *probe_of(int index, int pops, int fills, int flushes)
{
	g_autofree char *text = g_strdup_printf(
		"{\"lost_events\":0,\"unreadable_rings\":0,\"queues\":[{\"index\":%d,\"pops\":%d,"
		"\"fills\":%d,\"flushes\":%d,\"conserved\":true,\"order_violations\":0,"
		"\"length_mismatches\":0}]}",
		index, pops, fills, flushes);

	return json(text);
}

#endif /* VQLAB_TESTS_JUDGED_H */
