/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "phase.h"
#include "alive.h"
#include "driver.h"
#include "ask-guest.h"
#include "in-guest.h"
#include "load-kinds.h"
#include "load-watch.h"
#include "probe.h"
#include "runners/plan/kinds.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <stdio.h>
#include <string.h>

/* No count of a run is larger. */
#define COUNT_MAX ((int64_t)1e15)

static const char *const counters[] = {
	"pops", "fills", "published", "entries", "stashed", "rewound", "detached",
};

/* A number of queue @i; 0 for what is none, or cannot be a count. */
static int64_t queue_count(JsonArray *queues, unsigned int i, const char *name)
{
	JsonNode *queue = json_array_get_element(queues, i);
	int64_t n =
		JSON_NODE_HOLDS_OBJECT(queue) ? json_int(json_node_get_object(queue), name, 0) : 0;

	return n >= 0 && n <= COUNT_MAX ? n : 0;
}

/* x-reorder-stats of the phase's device summed over its queues; NULL when the
 * variant has none.  The caller owns it. */
static JsonObject *read_strategy(struct trial *t, const struct phase *ph)
{
	const char *variant = t->slot->variant->variant;
	g_autofree char *path = NULL, *text = NULL;
	g_autoptr(JsonNode) n = NULL;
	JsonObject *sum, *from;
	JsonArray *queues;
	int64_t batch = 0;
	unsigned int i, k;

	if (!strcmp(variant, "off") || !strcmp(variant, "qemu"))
		return NULL;
	path = g_strdup_printf("/machine/peripheral/%s/virtio-backend",
			       ph->slot->workload->device_id);
	text = qmp_get_string(t->qmp, path, "x-reorder-stats");
	n = text ? parse_json(text, strlen(text), "x-reorder-stats", NULL) : NULL;
	if (!n)
		return NULL;
	from = json_node_get_object(n);
	queues = json_list(from, "queues");
	sum = json_object_new();
	json_object_set_string_member(sum, "strategy", json_str(from, "strategy", "?"));
	json_object_set_string_member(sum, "flush", json_str(from, "flush", "each"));
	json_object_set_boolean_member(sum, "active", json_flag(from, "active", false));
	for (k = 0; k < G_N_ELEMENTS(counters); k++) {
		int64_t all = 0;

		for (i = 0; queues && i < json_array_get_length(queues); i++)
			all += queue_count(queues, i, counters[k]);
		json_object_set_int_member(sum, counters[k], all);
	}
	for (i = 0; queues && i < json_array_get_length(queues); i++)
		batch = MAX(batch, queue_count(queues, i, "max_batch"));
	json_object_set_int_member(sum, "max_batch", batch);
	return sum;
}

/* What the phase added; max_batch stays the maximum since boot. */
static JsonObject *strategy_delta(JsonObject *before, JsonObject *after)
{
	unsigned int k;

	if (!after)
		return NULL;
	for (k = 0; k < G_N_ELEMENTS(counters); k++)
		json_object_set_int_member(after, counters[k],
					   json_int(after, counters[k], 0) -
						   json_int(before, counters[k], 0));
	return json_object_ref(after);
}

static char *phase_path(const struct trial *t, const struct phase *ph, const char *kind,
			const char *suffix)
{
	g_autofree char *name = g_strdup_printf("%s-%s-%s.%s", kind, ph->slot->workload->name,
						slot_phase_mode(ph->slot), suffix);

	return g_build_filename(t->dir, name, NULL);
}

/* Keeps what the guest said, whatever it is, and reads it. */
static bool read_load(struct trial *t, struct phase *ph, const GByteArray *out, GError **error)
{
	const struct plan_workload *w = ph->slot->workload;
	g_autofree char *path = phase_path(t, ph, w->kind, w->command.program ? "txt" : "json");
	/* A NUL in it ends it too early, which those that read it can tell. */
	g_autofree char *text = g_strndup((const char *)out->data, out->len);

	if (!write_file(path, (const char *)out->data, out->len, error))
		return false;
	ph->has_load = load_kind(w)->read(&ph->load, w, text, out->len, error);
	return ph->has_load;
}

static bool any_in_flight(struct qmp *qmp, const char *id)
{
	int64_t n = 0;
	int i;

	for (i = 0; n == 0; i++)
		n = qmp_in_flight(qmp, id, i);
	return n > 0;
}

/*
 * The phase is over, but its load still runs in the guest: ends it, so that the next
 * one can run.  Where the load stood still, what the guest waits for tells whose fault
 * that was: a request that is not completed, or a load that had nothing to do.
 */
static void end_load(struct trial *t, const struct phase *ph, GError **error)
{
	bool idle = *error && (*error)->code == VQB_STALLED;

	if (!*error || !link_busy(t->link) || !trial_alive(t, NULL))
		return;
	/* It waits for what QEMU holds: the trial is over. */
	if (idle && any_in_flight(t->qmp, ph->slot->workload->device_id))
		return;
	if (!guest_kill_load(t)) {
		(*error)->code = VQB_STALLED;
		g_prefix_error(error, "the load cannot be ended: ");
		return;
	}
	if (idle && !ph->slot->workload->net && guest_outstanding(t) == 0) {
		(*error)->code = VQB_INVALID;
		g_prefix_error(error, "the load stood still with nothing outstanding (startdelay, "
				      "thinktime, a pause of its own?): ");
	}
}

static bool run_load(struct trial *t, struct phase *ph, struct perfstat *perf, struct probe *probe,
		     GError **error)
{
	g_autoptr(GError) e = NULL;
	const GByteArray *out;
	struct load_watch w;
	bool ok, seen, counts = ph->slot->counts;
	int64_t before = guest_disk_busy_ms(t, ph->slot->workload), after, interrupts;
	struct received first;
	bool receives = received_read(t, ph->slot->workload, &first);
	int64_t begun;

	if (counts && !driver_begin(t, &interrupts, error))
		return false;
	if (!load_watch_begin(&w, t, ph, perf, probe, error)) {
		if (counts)
			driver_end(t, ph, -1, NULL);
		return false;
	}
	begun = now_ms();
	out = guest_run_load(t, ph->slot->workload, load_watch_check, &w, &e);
	ok = out && read_load(t, ph, out, &e);
	if (plan_kind(ph->slot->workload)->own_time)
		ph->load.seconds = (now_ms() - begun) / 1e3;
	/* The load's own verdict first: it says more than a silent counter. */
	seen = load_watch_end(&w, ok ? &e : NULL);
	if (!ok)
		end_load(t, ph, &e);
	/* A load that failed has no figures, but the next one shall be counted. */
	if (counts && !driver_end(t, ph, interrupts, e ? NULL : &e))
		ok = false;
	after = ok && before >= 0 ? guest_disk_busy_ms(t, ph->slot->workload) : -1;
	if (ok && receives && received_read(t, ph->slot->workload, &ph->received)) {
		ph->has_received = true;
		ph->received.by_tap -= first.by_tap;
		ph->received.by_driver -= first.by_driver;
	}
	/* Better than looking from outside: a busy host looks late. */
	if (after >= 0)
		ph->busy_s = MAX(ph->busy_s, (after - before) / 1e3);
	if (e)
		g_propagate_error(error, g_steal_pointer(&e));
	return ok && seen;
}

static bool run_with_perf(struct trial *t, struct phase *ph, struct probe *probe, GError **error)
{
	g_autofree char *base = phase_path(t, ph, "perf", "csv");
	g_autoptr(GError) e = NULL;
	struct perfstat perf;
	bool ok;

	if (!perfstat_start(&perf, t->qemu.child.pid, base, &e)) {
		if (trial_alive(t, error))
			g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	ok = run_load(t, ph, &perf, probe, error);
	ph->has_perf = perfstat_finish(&perf, &ph->perf, ok ? error : NULL);
	return ok && ph->has_perf;
}

/* vqprobe's result, even of a phase that stalled: it shows what is stuck. */
static bool collect_probe(struct probe *p, struct phase *ph, bool ok, GError **error)
{
	bool alive = probe_alive(p, ok ? error : NULL);
	g_autoptr(JsonNode) all = probe_finish(p, ok && alive ? error : NULL);

	if (all)
		ph->probe = probe_of_device(all, ph->slot->workload->device_id);
	return all && alive;
}

bool phase_run(struct trial *t, struct phase *ph, GError **error)
{
	g_autofree char *json = phase_path(t, ph, "vqprobe", "json");
	g_autofree char *trace = phase_path(t, ph, "vqprobe", "vqt");
	g_autoptr(GError) e = NULL;
	JsonObject *before, *after;
	struct probe probe;
	bool ok;

	if (ph->slot->probes &&
	    !probe_start(&probe, t->bench->vqprobe, t->qemu.child.pid, json, trace, &e)) {
		if (trial_alive(t, error))
			g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	before = read_strategy(t, ph);
	ok = run_with_perf(t, ph, ph->slot->probes ? &probe : NULL, error);
	if (ph->slot->probes)
		ok = collect_probe(&probe, ph, ok, error) && ok;
	/* Even of a phase that failed: as far as it goes. */
	if (ph->slot->probes && g_file_test(trace, G_FILE_TEST_EXISTS))
		ph->trace = g_path_get_basename(trace);
	after = read_strategy(t, ph);
	ph->strategy = strategy_delta(before, after);
	if (before)
		json_object_unref(before);
	if (after)
		json_object_unref(after);
	return ok;
}
