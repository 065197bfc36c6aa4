/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result.h"
#include "gates.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <math.h>
#include <string.h>

static JsonArray *gates_json(const struct trial *t)
{
	JsonArray *list = json_array_new();
	unsigned int i;

	for (i = 0; i < t->gates->len; i++) {
		struct gate *g = t->gates->pdata[i];
		JsonObject *o = json_object_new();

		json_object_set_string_member(o, "name", g->name);
		json_object_set_boolean_member(o, "ok", g->ok);
		json_object_set_string_member(o, "detail", g->detail);
		json_array_add_object_element(list, o);
	}
	return list;
}

/* JSON has no NAN. */
static void set_number(JsonObject *o, const char *name, double value)
{
	if (isnan(value))
		json_object_set_null_member(o, name);
	else
		json_object_set_double_member(o, name, value);
}

static void set_object(JsonObject *o, const char *name, JsonObject *value)
{
	if (value)
		json_object_set_object_member(o, name, json_object_ref(value));
	else
		json_object_set_null_member(o, name);
}

static void load_json(JsonObject *o, const struct load *l)
{
	json_object_set_double_member(o, "seconds", l->seconds);
	json_object_set_double_member(o, "throughput", l->throughput);
	json_object_set_string_member(o, "unit", l->unit);
	json_object_set_int_member(o, "ios", l->ios);
	json_object_set_int_member(o, "bytes", l->bytes);
	if (l->udp) {
		JsonObject *d = json_object_new();

		json_object_set_int_member(d, "received",
					   l->to_host.received + l->to_guest.received);
		json_object_set_int_member(d, "lost", l->to_host.lost + l->to_guest.lost);
		json_object_set_object_member(o, "datagrams", d);
	}
	if (l->has_latency) {
		JsonObject *lat = json_object_new();

		json_object_set_double_member(lat, "mean", l->mean);
		set_number(lat, "p50", l->p50);
		set_number(lat, "p99", l->p99);
		json_object_set_object_member(o, "lat_us", lat);
	}
}

static void perf_json(JsonObject *o, const struct phase *ph)
{
	JsonObject *w;

	if (!ph->has_perf)
		return;
	json_object_set_double_member(o, "cpu_s", ph->perf.cpu_s);
	json_object_set_int_member(o, "ctx_switches", ph->perf.ctx_switches);
	w = json_object_new();
	json_object_set_double_member(w, "seconds", ph->window_s);
	json_object_set_int_member(w, "requests", ph->window_requests);
	json_object_set_object_member(o, "perf_window", w);
	if (ph->slot->workload->net && ph->window_s > 0)
		json_object_set_double_member(o, "packets_per_s",
					      ph->window_requests / ph->window_s);
}

static void counted_json(JsonObject *o, const struct phase *ph)
{
	const struct block_counts *d = &ph->counted.disk;
	const struct tap_counts *n = &ph->counted.tap;
	JsonObject *c;

	if (!ph->has_counted) {
		json_object_set_null_member(o, "counted");
		return;
	}
	c = json_object_new();
	json_object_set_double_member(c, "busy_s", ph->busy_s);
	if (ph->counted.net) {
		json_object_set_int_member(c, "packets_to_host", n->to_host);
		json_object_set_int_member(c, "bytes_to_host", n->to_host_bytes);
		json_object_set_int_member(c, "packets_to_guest", n->to_guest);
		json_object_set_int_member(c, "bytes_to_guest", n->to_guest_bytes);
	} else {
		json_object_set_int_member(c, "reads", d->reads);
		json_object_set_int_member(c, "writes", d->writes);
		json_object_set_int_member(c, "flushes", d->flushes);
		json_object_set_int_member(c, "unmaps", d->unmaps);
		json_object_set_int_member(c, "failed", d->failed);
		json_object_set_int_member(c, "merged", d->merged);
		json_object_set_int_member(c, "bytes", d->bytes);
	}
	json_object_set_object_member(o, "counted", c);
}

static void received_json(JsonObject *o, const struct phase *ph)
{
	JsonObject *r;

	if (!ph->has_received) {
		json_object_set_null_member(o, "received");
		return;
	}
	r = json_object_new();
	json_object_set_int_member(r, "by_tap", ph->received.by_tap);
	json_object_set_int_member(r, "by_driver", ph->received.by_driver);
	json_object_set_object_member(o, "received", r);
}

static JsonObject *phase_json(const struct phase *ph)
{
	const struct plan_workload *w = ph->slot->workload;
	JsonObject *o = json_object_new();

	json_object_set_string_member(o, "workload", w->name);
	json_object_set_string_member(o, "kind", w->kind);
	json_object_set_string_member(o, "device", w->device_id);
	json_object_set_boolean_member(o, "probes", ph->slot->probes);
	json_object_set_int_member(o, "order", ph->order);
	json_object_set_string_member(o, "state", trial_state(ph->code));
	json_object_set_string_member(o, "reason", ph->reason ? ph->reason : "");
	json_object_set_double_member(o, "wall_s", ph->wall_s);
	if (!ph->code)
		load_json(o, &ph->load);
	counted_json(o, ph);
	received_json(o, ph);
	perf_json(o, ph);
	set_object(o, "host", ph->host);
	set_object(o, "strategy", ph->strategy);
	if (ph->probe)
		json_object_set_member(o, "probe", json_node_copy(ph->probe));
	else
		json_object_set_null_member(o, "probe");
	set_object(o, "driver", ph->driver);
	if (ph->trace)
		json_object_set_string_member(o, "trace", ph->trace);
	else
		json_object_set_null_member(o, "trace");
	return o;
}

bool result_write(const struct trial *t, GError **error)
{
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *path = g_build_filename(t->dir, "trial.json", NULL), *text = NULL;
	JsonObject *o = json_object_new();
	JsonArray *phases = json_array_new();
	unsigned int i;

	json_node_take_object(root, o);
	json_object_set_string_member(o, "schema", "vqlab-trial-1");
	json_object_set_string_member(o, "id", t->slot->id);
	json_object_set_int_member(o, "block", t->slot->block);
	json_object_set_int_member(o, "position", t->slot->position);
	json_object_set_string_member(o, "variant", t->slot->variant->label);
	json_object_set_string_member(o, "strategy", t->slot->variant->variant);
	json_object_set_string_member(o, "ring", t->slot->ring);
	json_object_set_string_member(o, "state", trial_state(t->code));
	json_object_set_string_member(o, "reason", t->reason ? t->reason : "");
	json_object_set_boolean_member(o, "counting", trial_counts(t));
	json_object_set_string_member(o, "started", t->started);
	json_object_set_double_member(o, "boot_s", t->boot_s);
	json_object_set_string_member(o, "accel", t->bench->accel);
	json_object_set_boolean_member(o, "alone", t->bench->alone);
	set_object(o, "before", t->before);
	set_object(o, "after", t->after);
	json_object_set_array_member(o, "gates", gates_json(t));
	json_object_set_object_member(
		o, "features", t->features ? json_object_ref(t->features) : json_object_new());
	for (i = 0; i < t->phases->len; i++)
		json_array_add_object_element(phases, phase_json(t->phases->pdata[i]));
	json_object_set_array_member(o, "phases", phases);
	text = json_text(root, false);
	return write_file(path, text, strlen(text), error);
}
