// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"
#include "ratios.h"
#include "probes/tool/jsonadd.h"
#include "runners/tool/json.h"

#include <string.h>

static void begin(JsonBuilder *b, const char *name)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
}

static void add_load(JsonBuilder *b, const struct options *o)
{
	const struct load *l = &o->load;

	begin(b, "load");
	add_string(b, "device", load_is_net(l->kind) ? "virtio-net" : "virtio-blk");
	add_string(b, "kind", load_name(l->kind));
	add_int(b, "size", l->ring.size);
	add_int(b, "depth", l->depth);
	add_int(b, "batch", l->batch);
	add_int(b, "chain", l->ring.chain);
	add_int(b, "segment", l->segment);
	add_int(b, "queues", l->queues);
	add_bool(b, "indirect", l->ring.indirect);
	add_bool(b, "event_idx", l->ring.event_idx);
	add_bool(b, "interrupts", l->ring.interrupts);
	add_bool(b, "kick", l->kick);
	add_bool(b, "batches", l->ring.batches);
	add_string(b, "recycle", l->ring.lifo ? "last" : "first");
	add_string(b, "disk", o->disk);
	if (o->backend)
		add_string(b, "backend", o->backend);
	add_int(b, "seed", l->seed);
	json_builder_end_object(b);
}

void report_begin(JsonBuilder *b, const struct options *o, const char *command)
{
	JsonObject *m = json_node_get_object(o->qemu.manifest);

	json_builder_begin_object(b);
	add_string(b, "tool", "vqring");
	add_string(b, "version", VQLAB_VERSION);
	add_string(b, "command", command);
	begin(b, "qemu");
	add_string(b, "version", json_str(m, "version", ""));
	add_string(b, "source", json_str(m, "source", ""));
	add_string(b, "sha256", json_str(m, "sha256", ""));
	json_builder_end_object(b);
	add_string(b, "props", o->props && *o->props ? o->props + 1 : "");
	/* What is drawn for each driver is in no option. */
	if (strcmp(command, "random"))
		add_load(b, o);
}

static void add_sums(JsonBuilder *b, const struct device *d)
{
	const struct virtqueue_sums *s = &d->sums;

	begin(b, "ring");
	add_int(b, "added", s->added);
	add_int(b, "used", s->used);
	add_int(b, "used_entries", s->entries);
	add_int(b, "index_moves_seen", s->index_moves);
	add_int(b, "publishes", s->publishes);
	add_int(b, "notifications", d->notified);
	add_int(b, "bytes_read_by_device", s->device_read);
	add_int(b, "bytes_written_by_device", s->device_written);
	add_int(b, "reordered", s->reordered);
	add_int(b, "depth_max", s->depth_max);
	add_double(b, "depth_mean", s->used ? (double)s->depth_total / s->used : 0);
	json_builder_end_object(b);
}

static void add_device(JsonBuilder *b, const struct boot *boot, unsigned int i)
{
	const struct device *d = boot->devices->pdata[i];
	const char *counters = i < boot->counters->len ? boot->counters->pdata[i] : NULL;
	g_autoptr(JsonNode) own =
		counters ? parse_json(counters, strlen(counters), "x-reorder-stats", NULL) : NULL;
	unsigned int k;

	json_builder_begin_object(b);
	add_string(b, "label", d->label);
	add_string(b, "variant", d->variant);
	add_int(b, "bus", d->bus);
	add_string(b, "state", device_state_name(d->state));
	if (d->state != DEVICE_OK) {
		add_string(b, "rule", d->rule);
		add_string(b, "evidence", d->evidence);
		add_int(b, "after_ms", d->ran_ms);
	}
	json_builder_set_member_name(b, "turns");
	json_builder_begin_array(b);
	for (k = 0; k < d->turns->len; k++) {
		const struct turn *t = &g_array_index(d->turns, struct turn, k);

		json_builder_begin_object(b);
		add_int(b, "elements", t->elements);
		add_double(b, "seconds", t->seconds);
		json_builder_set_member_name(b, "instructions");
		if (t->instructions >= 0)
			json_builder_add_double_value(b, t->instructions);
		else
			json_builder_add_null_value(b);
		add_double(b, "device_waited", t->unrest.device_waited);
		add_double(b, "driver_away", t->unrest.driver_away);
		add_double(b, "stolen", t->unrest.stolen);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
	add_sums(b, d);
	if (d->cut >= 0)
		add_int(b, "windows_cut", d->cut);
	json_builder_set_member_name(b, "strategy");
	if (own)
		json_builder_add_value(b, g_steal_pointer(&own));
	else
		json_builder_add_null_value(b);
	json_builder_end_object(b);
}

/* Processors; null: the kernel's choice. */
static void add_place(JsonBuilder *b, const struct place *p)
{
	begin(b, "place");
	add_int_or_null(b, "driver", p->driver >= 0, p->driver);
	add_int_or_null(b, "device", p->device >= 0, p->device);
	add_bool(b, "realtime", p->realtime);
	add_string(b, "why", p->why);
	json_builder_end_object(b);
}

/* What is kept is published: whose home the cache is in is nobody's business. */
static void add_command_line(JsonBuilder *b, const char *line)
{
	g_autoptr(GString) s = g_string_new(line);

	if (strlen(g_get_home_dir()) > 1)
		g_string_replace(s, g_get_home_dir(), "~", 0);
	add_string(b, "command_line", line ? s->str : NULL);
}

static void add_object(JsonBuilder *b, JsonObject *o)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

	json_node_set_object(node, o);
	json_builder_add_value(b, g_steal_pointer(&node));
}

/* What the host did, as runners/TRIAL.md has it of trials. */
static void add_host(JsonBuilder *b, const struct boot *boot)
{
	if (!boot->host)
		return;
	json_builder_set_member_name(b, "before");
	add_object(b, boot->before);
	json_builder_set_member_name(b, "after");
	add_object(b, boot->after);
	json_builder_set_member_name(b, "host");
	json_builder_begin_array(b);
	add_object(b, boot->host);
	json_builder_end_array(b);
}

static void add_boot(JsonBuilder *b, const struct boot *boot)
{
	unsigned int i;

	json_builder_begin_object(b);
	add_int(b, "seed", boot->seed);
	add_string(b, "failed", boot->failed);
	add_string(b, "said", boot->said);
	add_command_line(b, boot->command_line);
	add_bool(b, "iothreads", boot->iothreads);
	add_string(b, "no_counter", boot->no_counter);
	add_place(b, &boot->place);
	json_builder_set_member_name(b, "handover_ns");
	json_builder_begin_array(b);
	for (i = 0; i < 2 && isfinite(boot->handover_ns[i]) && !boot->failed; i++)
		json_builder_add_double_value(b, boot->handover_ns[i]);
	json_builder_end_array(b);
	add_host(b, boot);
	json_builder_set_member_name(b, "order");
	json_builder_begin_array(b);
	for (i = 0; i < boot->order->len; i++)
		json_builder_add_int_value(b, g_array_index(boot->order, uint32_t, i));
	json_builder_end_array(b);
	json_builder_set_member_name(b, "devices");
	json_builder_begin_array(b);
	for (i = 0; !boot->failed && i < boot->devices->len; i++)
		add_device(b, boot, i);
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static const char *label_of(const struct boot *boot, unsigned int i)
{
	return ((struct device *)boot->devices->pdata[i])->label;
}

/* Of each two devices. */
static void add_ratios(JsonBuilder *b, const GPtrArray *boots)
{
	const struct boot *names = ratios_named(boots);
	unsigned int i, k;

	json_builder_set_member_name(b, "ratios");
	json_builder_begin_array(b);
	for (k = 0; names && k < names->devices->len; k++)
		for (i = k + 1; i < names->devices->len; i++) {
			struct block_ratio r = ratios_of(boots, i, k);

			json_builder_begin_object(b);
			add_string(b, "label", label_of(names, i));
			add_string(b, "to", label_of(names, k));
			add_int(b, "boots", r.n);
			add_double(b, "ratio", r.ratio);
			add_double(b, "lo", r.lo);
			add_double(b, "hi", r.hi);
			json_builder_end_object(b);
		}
	json_builder_end_array(b);
}

static void add_distance(JsonBuilder *b, const char *name, const GPtrArray *boots)
{
	begin(b, name);
	add_int(b, "boots", boots->len);
	add_ratios(b, boots);
	json_builder_end_object(b);
}

JsonNode *report_run(const struct options *o, GPtrArray *boots)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(GPtrArray) near = NULL, far = NULL;
	unsigned int i;

	report_begin(b, o, "run");
	add_string(b, "ring", o->rings[0]);
	add_string(b, "order", o->orders[0]);
	add_int(b, "order_seed", o->order_seed);
	add_int(b, "rounds", o->rounds);
	add_int(b, "turn_ms", o->elements ? 0 : o->turn_ms);
	add_int(b, "turn_elements", o->elements);
	add_ratios(b, boots);
	ratios_split(boots, &near, &far);
	add_distance(b, "near", near);
	add_distance(b, "far", far);
	json_builder_set_member_name(b, "boots");
	json_builder_begin_array(b);
	for (i = 0; i < boots->len; i++)
		add_boot(b, boots->pdata[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}
