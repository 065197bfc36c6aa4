/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gates.h"
#include "trial.h"

#include <string.h>

#define BIT_RING_PACKED 34 /* virtio 1.3, section 6 */
#define BIT_IN_ORDER 35

void gate_free(gpointer data)
{
	struct gate *g = data;

	g_free(g->detail);
	g_free(g);
}

static void add(struct trial *t, const char *name, const GString *faults, const char *fine)
{
	struct gate *g = g_new0(struct gate, 1);

	g->name = name;
	g->ok = faults->len == 0;
	g->detail = g_strndup(g->ok ? fine : faults->str, 400);
	g_ptr_array_add(t->gates, g);
}

static void G_GNUC_PRINTF(2, 3) fault(GString *faults, const char *format, ...)
{
	va_list args;

	if (faults->len)
		g_string_append(faults, "; ");
	va_start(args, format);
	g_string_append_vprintf(faults, format, args);
	va_end(args);
}

/* Some QEMU releases (10.0.13 is one) ignore queue-size without a word. */
static void check_ring_sizes(struct trial *t, GString *faults)
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

			/* Odd queues of a net device transmit: see qemu.c. */
			if (num == w->queue_size || index % 2)
				continue;
			fault(faults,
			      "%s:%" PRId64 " has a ring of %" PRId64 ", not %" PRId64
			      ": this QEMU ignores queue_size",
			      w->device_id, index, num, w->queue_size);
		}
	}
}

static void check_features(struct trial *t)
{
	bool ordered = strcmp(t->slot->variant->variant, "off") != 0;
	bool packed = strcmp(t->slot->ring, "packed") == 0;
	g_autoptr(GString) faults = g_string_new(NULL);
	g_autofree char *fine = NULL;
	g_autoptr(GList) names = NULL;
	GList *n;

	names = t->features ? json_object_get_members(t->features) : NULL;
	if (!names)
		fault(faults, "the guest reported no device's features");
	for (n = names; n; n = n->next) {
		const char *text = json_str(t->features, n->data, "0");
		uint64_t bits = g_ascii_strtoull(text, NULL, 16);
		bool has_order = bits >> BIT_IN_ORDER & 1, has_packed = bits >> BIT_RING_PACKED & 1;

		if (has_order != ordered)
			fault(faults, "%s %s IN_ORDER (%s)", (char *)n->data,
			      has_order ? "has" : "lacks", text);
		if (has_packed != packed)
			fault(faults, "%s %s RING_PACKED (%s)", (char *)n->data,
			      has_packed ? "has" : "lacks", text);
	}
	check_ring_sizes(t, faults);
	fine = g_strdup_printf("%u devices: IN_ORDER %s, RING_PACKED %s", g_list_length(names),
			       ordered ? "on" : "off", packed ? "on" : "off");
	add(t, "features", faults, fine);
}

static void check_path(struct trial *t)
{
	const char *variant = t->slot->variant->variant;
	g_autoptr(GString) faults = g_string_new(NULL);
	unsigned int i;

	if (!strcmp(variant, "off") || !strcmp(variant, "qemu")) {
		add(t, "path", faults, "not asked: QEMU's own code");
		return;
	}
	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];
		const char *name = ph->slot->workload->name;

		if (ph->code)
			continue;
		if (!ph->strategy)
			fault(faults, "%s: no x-reorder-stats", name);
		else if (strcmp(json_str(ph->strategy, "strategy", ""), variant))
			fault(faults, "%s: strategy %s ran", name,
			      json_str(ph->strategy, "strategy", "?"));
		else if (!json_flag(ph->strategy, "active", false))
			fault(faults, "%s: strategy not active", name);
		else if (json_int(ph->strategy, "fills", 0) <= 0 ||
			 json_int(ph->strategy, "published", 0) <= 0)
			fault(faults, "%s: the strategy saw no fill", name);
	}
	add(t, "path", faults, "the strategy's counters grew in each phase");
}

/* The gates on what vqprobe saw of one queue. */
static void check_queue(JsonObject *q, const char *name, bool ordered, GString *kept,
			GString *order, GString *length)
{
	g_autofree char *device = g_strndup(json_str(q, "device", "?"), 40);
	int64_t index = json_int(q, "index", -1);

	if (!json_flag(q, "conserved", false))
		fault(kept,
		      "%s %s:%" PRId64 ": pops %" PRId64 ", fills %" PRId64 ", in flight %" PRId64
		      " at the end",
		      name, device, index, json_int(q, "pops", -1), json_int(q, "fills", -1),
		      json_int(q, "in_flight_end", -1));
	if (ordered && json_int(q, "order_violations", -1) != 0)
		fault(order, "%s %s:%" PRId64 ": %" PRId64 " published out of order", name, device,
		      index, json_int(q, "order_violations", -1));
	if (json_int(q, "length_mismatches", -1) != 0)
		fault(length,
		      "%s %s:%" PRId64 ": %" PRId64 " published with another length than filled",
		      name, device, index, json_int(q, "length_mismatches", -1));
}

/* The strategy counts inside QEMU, the probes from outside: they must agree. */
static void check_counters(const struct phase *ph, JsonArray *queues, GString *faults)
{
	static const char *const both[] = {"pops", "fills", "published"};
	size_t i;
	unsigned int k;

	for (i = 0; i < G_N_ELEMENTS(both); i++) {
		int64_t inside = json_int(ph->strategy, both[i], -1), seen = 0;

		for (k = 0; queues && k < json_array_get_length(queues); k++)
			seen += json_int(json_array_get_object_element(queues, k), both[i], -1);
		if (inside != seen)
			fault(faults,
			      "%s: %" PRId64 " %s by QEMU's count, %" PRId64 " by vqprobe's",
			      ph->slot->workload->name, inside, both[i], seen);
	}
}

static void check_probes(struct trial *t)
{
	bool ordered = strcmp(t->slot->variant->variant, "off") != 0;
	g_autoptr(GString) lost = g_string_new(NULL), kept = g_string_new(NULL);
	g_autoptr(GString) order = g_string_new(NULL), length = g_string_new(NULL);
	g_autoptr(GString) counters = g_string_new(NULL);
	unsigned int i, k;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];
		const char *name = ph->slot->workload->name;
		JsonObject *o = ph->probe ? json_node_get_object(ph->probe) : NULL;
		JsonArray *queues = json_list(o, "queues");
		int64_t n = json_int(o, "lost_events", -1), u = json_int(o, "unreadable_rings", -1);

		if (ph->code || !ph->slot->probes)
			continue;
		if (n || u)
			fault(lost, "%s: %" PRId64 " events lost, %" PRId64 " rings unreadable",
			      name, n, u);
		if (!queues || !json_array_get_length(queues))
			fault(kept, "%s: no event of %s was seen", name,
			      ph->slot->workload->device_id);
		for (k = 0; queues && k < json_array_get_length(queues); k++)
			check_queue(json_array_get_object_element(queues, k), name, ordered, kept,
				    order, length);
		if (ph->strategy && !strcmp(ph->slot->workload->kind, "fio"))
			check_counters(ph, queues, counters);
	}
	add(t, "lost", lost, "0 events lost");
	add(t, "conservation", kept, "every pop accounted for on every queue");
	add(t, "order", order, ordered ? "0 order violations" : "not asked of off");
	add(t, "length", length, "every length in the used ring is the one filled");
	add(t, "counters", counters, "QEMU and vqprobe count alike where both do");
}

static void check_load(struct trial *t)
{
	g_autoptr(GString) faults = g_string_new(NULL);
	unsigned int i;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (ph->code)
			fault(faults, "%s: %s", ph->slot->workload->name, ph->reason);
	}
	if (t->phases->len < t->slot->phases->len)
		fault(faults, "%u of %u phases ran", t->phases->len, t->slot->phases->len);
	add(t, "load", faults, "every phase succeeded");
}

bool gates_check(struct trial *t)
{
	bool ok = true;
	unsigned int i;

	g_ptr_array_set_size(t->gates, 0);
	check_features(t);
	check_path(t);
	check_probes(t);
	check_load(t);
	for (i = 0; i < t->gates->len; i++)
		ok = ok && ((struct gate *)t->gates->pdata[i])->ok;
	return ok;
}
