// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probes/tool/output.h"
#include "probes/tool/cpu.h"
#include "probes/tool/jsonadd.h"

static void add_estimate(JsonBuilder *b, const char *name, const struct estimate *e)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
	add_double(b, "median", e->median);
	add_double(b, "ci95_low", e->lo);
	add_double(b, "ci95_high", e->hi);
	json_builder_end_object(b);
}

static void add_variant(JsonBuilder *b, const struct variant *v)
{
	static const char *const recorded[] = {
		[RECORDED_SAME] = "same",
		[RECORDED_DIFFERS] = "differs",
		[RECORDED_UNKNOWN] = "unknown",
	};
	g_autofree char *digest = g_strdup_printf("%016" PRIx64, v->digest);

	json_builder_begin_object(b);
	add_string(b, "name", v->ops->name);
	add_string(b, "summary", v->ops->summary);
	json_builder_set_member_name(b, "model");
	json_builder_add_boolean_value(b, v->model);
	add_estimate(b, "ns", &v->time);
	add_estimate(b, "ns_over_off", &v->time_over);
	add_double(b, "instructions", v->instructions);
	add_double(b, "instructions_over_off", v->instructions_over);
	add_int(b, "memory", v->memory);
	add_int(b, "published", v->published);
	add_string(b, "digest", digest);
	add_string(b, "wrong", v->wrong);
	add_string(b, "recorded", recorded[v->recorded]);
	if (v->recorded == RECORDED_DIFFERS)
		add_int(b, "recorded_differs_at", v->recorded_at);
	json_builder_end_object(b);
}

static void add_queues(JsonBuilder *b, const struct source *s)
{
	json_builder_set_member_name(b, "queues");
	json_builder_begin_array(b);
	for (guint i = 0; i < s->queues->len; i++) {
		const struct source_queue *q = source_queue(s, i);

		if (!q->counts.ops)
			continue;
		json_builder_begin_object(b);
		add_string(b, "name", q->name);
		add_string(b, "ring", ring_format(&q->shape));
		add_int(b, "size", q->shape.size);
		add_int(b, "elements", q->counts.fills);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

JsonNode *replay_json(const struct replay *r)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	double n = r->counts.fills ? r->counts.fills : NAN;

	json_builder_begin_object(b);
	add_string(b, "name", r->source->name);
	add_string(b, "synth", r->source->synth);
	add_string(b, "recorded_order", source_recorded_order(r->source));
	add_queues(b, r->source);
	add_int(b, "operations", r->counts.ops);
	add_int(b, "elements", r->counts.fills);
	add_int(b, "flushes", r->counts.flushes);
	add_int(b, "reordered", r->counts.reordered);
	add_double(b, "depth_mean", r->counts.depth_sum / n);
	add_int(b, "depth_max", r->counts.depth_max);
	add_int(b, "completed_early", r->hoisted);
	add_int(b, "ignored", r->ignored);
	add_int(b, "broken", r->broken);
	add_int(b, "repeats", r->repeats);
	add_string(b, "counter", r->counter);
	json_builder_set_member_name(b, "variants");
	json_builder_begin_array(b);
	for (guint v = 0; v < r->variants->len; v++)
		add_variant(b, r->variants->pdata[v]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}

static void add_host(JsonBuilder *b)
{
	g_autofree char *cpu = vq_cpu_name();
	struct utsname host;

	uname(&host);
	json_builder_set_member_name(b, "host");
	json_builder_begin_object(b);
	add_string(b, "cpu", cpu ? cpu : "unknown processor");
	add_int(b, "cores", sysconf(_SC_NPROCESSORS_ONLN));
	add_string(b, "kernel", host.release);
	json_builder_end_object(b);
}

bool replay_write_json(const char *path, GPtrArray *sources, uint32_t seed, GError **error)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *created = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ"), *text = NULL;
	JsonNode *root;
	gsize len;
	bool ok;

	json_builder_begin_object(b);
	add_string(b, "schema", "vqlab-replay-1");
	add_string(b, "created", created);
	add_string(b, "vqlab_version", VQLAB_VERSION);
	add_int(b, "seed", seed);
	add_host(b);
	json_builder_set_member_name(b, "sources");
	json_builder_begin_array(b);
	for (guint i = 0; i < sources->len; i++)
		json_builder_add_value(b, sources->pdata[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, &len);
	ok = vq_output_write(path, text, len, error);
	json_node_unref(root);
	return ok;
}
