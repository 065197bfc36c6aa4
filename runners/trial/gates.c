/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gates.h"
#include "gates-load.h"
#include "verdict.h"
#include "runners/plan/variant.h"
#include "runners/tool/json.h"

#include <stdlib.h>
#include <string.h>

#define BIT_NET_MQ 22	   /* virtio 1.3, section 5.1.3 */
#define BIT_RING_PACKED 34 /* section 6 */
#define BIT_IN_ORDER 35

void gate_free(gpointer data)
{
	struct gate *g = data;

	g_free(g->detail);
	g_free(g);
}

static void add(struct trial *t, struct verdict *v, const char *fine)
{
	struct gate *g = g_new0(struct gate, 1);

	g->name = v->name;
	g->ok = v->faults->len == 0;
	g->detail = g->ok ? g_strdup(fine) : verdict_text(v->faults, v->more);
	g_ptr_array_add(t->gates, g);
	g_string_free(v->faults, TRUE);
}

/* Some QEMU releases (10.0.13 is one) ignore queue-size without a word. */
static void check_ring_sizes(struct trial *t, struct verdict *v)
{
	unsigned int i, k;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];
		const struct plan_workload *w = ph->slot->workload;
		JsonArray *queues =
			ph->probe ? json_list(json_node_get_object(ph->probe), "queues") : NULL;

		for (k = 0; w->queue_size && queues && k < json_array_get_length(queues); k++) {
			JsonObject *q = json_array_get_object_element(queues, k);
			int64_t num = json_int(q, "num", -1), index = json_int(q, "index", -1);

			/* Odd queues of a net device transmit: see qemu.c; behind all is control.
			 */
			if (num == w->queue_size ||
			    (w->net && (index % 2 || index == 2 * w->queues)))
				continue;
			verdict_add_boot(v, t,
					 "%s:%" PRId64 " has a ring of %" PRId64 ", not %" PRId64
					 ": this QEMU ignores queue_size",
					 w->device_id, index, num, w->queue_size);
		}
	}
}

/* A driver that does not ask for several queues has one of each kind. */
static void check_net_queues(struct trial *t, struct verdict *v)
{
	unsigned int i;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];
		const struct plan_workload *w = ph->slot->workload;
		const char *text = t->features ? json_str(t->features, w->device_id, "0") : "0";

		if (w->queues > 1 && !(g_ascii_strtoull(text, NULL, 16) >> BIT_NET_MQ & 1))
			verdict_add(v, ph, "%s lacks MQ (%s), so it has 1 queue, not %" PRId64,
				    w->device_id, text, w->queues);
	}
}

static void check_features(struct trial *t)
{
	bool ordered = strcmp(t->slot->variant->variant, "off") != 0;
	bool packed = strcmp(t->slot->ring, "packed") == 0;
	struct verdict v = verdict_begin("features");
	g_autofree char *fine = NULL;
	g_autoptr(GList) names = NULL;
	GList *n;

	names = t->features ? json_object_get_members(t->features) : NULL;
	if (!names)
		verdict_add_boot(&v, t, "the guest reported no device's features");
	for (n = names; n; n = n->next) {
		const char *text = json_str(t->features, n->data, "0");
		uint64_t bits = g_ascii_strtoull(text, NULL, 16);
		bool has_order = bits >> BIT_IN_ORDER & 1, has_packed = bits >> BIT_RING_PACKED & 1;

		if (has_order != ordered)
			verdict_add_boot(&v, t, "%s %s IN_ORDER (%s)", (char *)n->data,
					 has_order ? "has" : "lacks", text);
		if (has_packed != packed)
			verdict_add_boot(&v, t, "%s %s RING_PACKED (%s)", (char *)n->data,
					 has_packed ? "has" : "lacks", text);
	}
	check_ring_sizes(t, &v);
	check_net_queues(t, &v);
	fine = g_strdup_printf("%u devices: IN_ORDER %s, RING_PACKED %s", g_list_length(names),
			       ordered ? "on" : "off", packed ? "on" : "off");
	add(t, &v, fine);
}

static void check_path(struct verdict *v, struct phase *ph, const char *variant)
{
	JsonObject *s = ph->strategy;
	bool rounds;
	const char *strategy = variant_strategy(variant, &rounds);
	const char *flush = rounds && !ph->slot->workload->net ? "round" : "each";

	if (!s)
		verdict_add(v, ph, "no x-reorder-stats");
	else if (g_strcmp0(json_str(s, "strategy", ""), strategy))
		verdict_add(v, ph, "strategy %s ran", json_str(s, "strategy", "?"));
	else if (strcmp(json_str(s, "flush", "each"), flush))
		verdict_add(v, ph, "it was flushed %s, not %s", json_str(s, "flush", "?"), flush);
	else if (!json_flag(s, "active", false))
		verdict_add(v, ph, "strategy not active");
	else if (json_int(s, "fills", 0) <= 0 || json_int(s, "published", 0) <= 0)
		verdict_add(v, ph, "the strategy saw no fill");
}

static void check_paths(struct trial *t)
{
	const char *variant = t->slot->variant->variant;
	bool own = !strcmp(variant, "off") || !strcmp(variant, "qemu");
	struct verdict v = verdict_begin("path");
	unsigned int i;

	for (i = 0; i < t->phases->len && !own; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (!ph->code)
			check_path(&v, ph, variant);
	}
	add(t, &v,
	    own ? "not asked: QEMU's own code" : "the strategy's counters grew in each phase");
}

/* The gates on what vqprobe saw. */
struct probe_gates {
	struct verdict lost, kept, order, length, counters;
};

static void check_queue(struct probe_gates *g, struct phase *ph, JsonObject *q, bool ordered)
{
	g_autofree char *queue = g_strdup_printf("%.40s:%" PRId64, json_str(q, "device", "?"),
						 json_int(q, "index", -1));

	if (!json_flag(q, "conserved", false))
		verdict_add(&g->kept, ph,
			    "%s: pops %" PRId64 ", fills %" PRId64 ", in flight %" PRId64
			    " at the end",
			    queue, json_int(q, "pops", -1), json_int(q, "fills", -1),
			    json_int(q, "in_flight_end", -1));
	if (ordered && json_int(q, "order_violations", -1) != 0)
		verdict_add(&g->order, ph, "%s: %" PRId64 " published out of order", queue,
			    json_int(q, "order_violations", -1));
	if (json_int(q, "length_mismatches", -1) != 0)
		verdict_add(&g->length, ph,
			    "%s: %" PRId64 " published with another length than filled", queue,
			    json_int(q, "length_mismatches", -1));
}

static int64_t sum_by_probe(JsonArray *queues, const char *name)
{
	int64_t sum = 0;
	unsigned int k;

	for (k = 0; queues && k < json_array_get_length(queues); k++)
		sum += json_int(json_array_get_object_element(queues, k), name, -1);
	return sum;
}

/* On a network something comes of itself now and then: neighbours, routers. */
#define STRAY_PACKETS 16

/* The strategy counts inside QEMU, the probes from outside: they must agree. */
static void check_counters(struct verdict *v, struct phase *ph, JsonArray *queues)
{
	static const struct {
		const char *inside, *seen;
	} both[] = {{"pops", "pops"},
		    {"fills", "fills"},
		    {"published", "published"},
		    {"entries", "used_entries"}};
	int64_t slack = ph->slot->workload->net ? STRAY_PACKETS : 0;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(both); i++) {
		int64_t inside = json_int(ph->strategy, both[i].inside, -1);
		int64_t seen = sum_by_probe(queues, both[i].seen);

		/* A driver that is quick to use a packed ring's descriptors again hides some. */
		if (!strcmp(both[i].inside, "entries") &&
		    (inside < 0 || sum_by_probe(queues, "assumed_published")))
			continue;
		if (llabs(inside - seen) > slack)
			verdict_add(v, ph,
				    "%" PRId64 " %s by QEMU's count, %" PRId64 " by vqprobe's",
				    inside, both[i].inside, seen);
	}
}

static void check_probe(struct probe_gates *g, struct phase *ph, bool ordered)
{
	JsonObject *o = ph->probe ? json_node_get_object(ph->probe) : NULL;
	JsonArray *queues = json_list(o, "queues");
	int64_t n = json_int(o, "lost_events", -1), u = json_int(o, "unreadable_rings", -1);
	unsigned int k;

	if (n || u)
		verdict_add(&g->lost, ph, "%" PRId64 " events lost, %" PRId64 " rings unreadable",
			    n, u);
	if (!queues || !json_array_get_length(queues))
		verdict_add(&g->kept, ph, "no event of %s was seen", ph->slot->workload->device_id);
	for (k = 0; queues && k < json_array_get_length(queues); k++)
		check_queue(g, ph, json_array_get_object_element(queues, k), ordered);
	if (ph->strategy)
		check_counters(&g->counters, ph, queues);
}

static void check_probes(struct trial *t)
{
	bool ordered = strcmp(t->slot->variant->variant, "off") != 0;
	struct probe_gates g = {verdict_begin("lost"), verdict_begin("conservation"),
				verdict_begin("order"), verdict_begin("length"),
				verdict_begin("counters")};
	unsigned int i;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (ph->code)
			continue;
		if (ph->slot->probes)
			check_probe(&g, ph, ordered);
		gate_received(&g.length, ph);
	}
	add(t, &g.lost, "0 events lost");
	add(t, &g.kept, "every pop accounted for on every queue");
	add(t, &g.order, ordered ? "0 order violations" : "not asked of off");
	add(t, &g.length,
	    "every length in the used ring is the one filled, and what a driver received");
	add(t, &g.counters, "QEMU and vqprobe count alike where both do");
}

static void check_load(struct trial *t)
{
	struct verdict v = verdict_begin("load"), time = verdict_begin("time"),
		       traffic = verdict_begin("traffic");
	struct verdict elements = verdict_begin("elements"), driver = verdict_begin("driver");
	unsigned int i;
	size_t before;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (ph->code) {
			verdict_add(&v, ph, "%s", ph->reason);
			continue;
		}
		before = ph->faults->len;
		gate_time(&time, ph);
		gate_traffic(&traffic, ph);
		ph->worked = ph->faults->len == before;
		gate_elements(&elements, ph);
		gate_driver(&driver, ph);
	}
	/* The phases that did run lose nothing by that. */
	if (t->phases->len < t->slot->phases->len)
		verdict_add_trial(&v, "%u of %u phases ran", t->phases->len, t->slot->phases->len);
	add(t, &v, "every phase succeeded");
	add(t, &time, "every load ran for the plan's time");
	add(t, &traffic, "the loads moved what QEMU and the taps counted");
	add(t, &elements, "the queues handled what QEMU and the taps counted");
	add(t, &driver,
	    trial_counts(t) ? "the driver took what QEMU and the taps counted, and its interrupts"
			    : "not counted in this boot");
}

char *gates_reason(const struct trial *t)
{
	g_autoptr(GString) reason = g_string_new(NULL);
	unsigned int i, fell = 0;

	for (i = 0; i < t->gates->len; i++) {
		struct gate *g = t->gates->pdata[i];

		if (g->ok)
			continue;
		if (!fell++)
			g_string_append_printf(reason, "%s: %s", g->name, g->detail);
		else
			g_string_append_printf(reason, "%s%s", fell == 2 ? "; also: " : ", ",
					       g->name);
	}
	return g_strdup(reason->str);
}

bool gates_check(struct trial *t)
{
	bool ok = true;
	unsigned int i;

	g_ptr_array_set_size(t->gates, 0);
	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (ph->faults)
			g_string_truncate(ph->faults, 0);
		else
			ph->faults = g_string_new(NULL);
		ph->more_faults = 0;
	}
	check_features(t);
	check_paths(t);
	check_probes(t);
	check_load(t);
	for (i = 0; i < t->gates->len; i++)
		ok = ok && ((struct gate *)t->gates->pdata[i])->ok;
	return ok;
}
