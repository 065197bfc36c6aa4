/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ring-merge.h"
#include "runners/plan/find.h"
#include "runners/tool/files.h"

#include <string.h>
#include <unistd.h>

#define RESULT_MAX (256u << 20)

static void free_part(gpointer data)
{
	struct ring_part *part = data;

	g_ptr_array_unref(part->variants);
	g_free(part);
}

GPtrArray *ring_parts(const struct bench *b)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(free_part);
	const struct plan *p = b->plan;
	unsigned int i, k;

	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *v = p->variants->pdata[i];
		const char *props = bench_props(v);
		struct ring_part *part = NULL;

		for (k = 0; k < parts->len && !part; k++) {
			struct ring_part *other = parts->pdata[k];

			if (other->qemu == b->arms[i].qemu && !g_strcmp0(other->props, props))
				part = other;
		}
		if (!part) {
			part = g_new0(struct ring_part, 1);
			part->variants = g_ptr_array_new();
			part->qemu = b->arms[i].qemu;
			part->no_qemu = b->arms[i].no_qemu;
			part->props = props;
			g_ptr_array_add(parts, part);
		}
		g_ptr_array_add(part->variants, v);
	}
	return parts;
}

static JsonArray *take_list(JsonObject *o, const char *name)
{
	JsonArray *list = json_list(o, name);

	if (list)
		return list;
	json_object_set_array_member(o, name, json_array_new());
	return json_list(o, name);
}

static void append_all(JsonObject *to, JsonObject *from, const char *name)
{
	JsonArray *list = take_list(to, name), *more = json_list(from, name);
	unsigned int i;

	for (i = 0; more && i < json_array_get_length(more); i++)
		json_array_add_element(list, json_node_copy(json_array_get_element(more, i)));
}

static JsonObject *first_boot(JsonObject *o)
{
	JsonArray *boots = json_list(o, "boots");

	return boots && json_array_get_length(boots) ? json_array_get_object_element(boots, 0)
						     : NULL;
}

static JsonObject *find_device(JsonArray *devices, const char *label)
{
	unsigned int i;

	for (i = 0; i < json_array_get_length(devices); i++) {
		JsonObject *d = json_array_get_object_element(devices, i);

		if (!strcmp(json_str(d, "label", ""), label))
			return d;
	}
	return NULL;
}

/* Turns behind those that are there; of a device that was caught, what caught it. */
static void add_turns(JsonObject *to, JsonObject *from)
{
	static const char *const members[] = {"state", "rule", "evidence", "after_ms"};
	size_t i;

	append_all(to, from, "turns");
	if (!strcmp(json_str(from, "state", "ok"), "ok"))
		return;
	for (i = 0; i < G_N_ELEMENTS(members); i++)
		if (json_object_has_member(from, members[i]))
			json_object_set_member(
				to, members[i],
				json_node_copy(json_object_get_member(from, members[i])));
}

/* All devices stand in one boot, which is the block; of ratios there are others now. */
static void add_boot(JsonObject *to, JsonObject *from)
{
	static const char *const gone[] = {"ratios", "near", "far"};
	JsonObject *boot = first_boot(to), *other = first_boot(from);
	JsonArray *devices, *more;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(gone); i++)
		if (json_object_has_member(to, gone[i]))
			json_object_remove_member(to, gone[i]);
	if (!boot || !other)
		return;
	/* From the first turn of the first to the last turn of the last. */
	append_all(boot, other, "host");
	if (json_object_has_member(other, "after"))
		json_object_set_member(boot, "after",
				       json_node_copy(json_object_get_member(other, "after")));
	devices = take_list(boot, "devices");
	more = take_list(other, "devices");
	for (i = 0; i < json_array_get_length(more); i++) {
		JsonObject *d = json_array_get_object_element(more, i);
		JsonObject *same = find_device(devices, json_str(d, "label", ""));

		if (same)
			add_turns(same, d);
		else
			json_array_add_object_element(devices, json_object_ref(d));
	}
}

void ring_merge_add(struct ring_merge *m, const struct ring_part *part, const char *why,
		    const char *path)
{
	g_autofree char *text = NULL;
	const struct plan_variant *first = part->variants->pdata[0];
	g_autoptr(JsonNode) n = NULL;
	g_autoptr(GError) e = NULL;
	size_t len;

	if (!why) {
		text = read_file(path, RESULT_MAX, &len, &e);
		n = text ? parse_json(text, len, "vqring", &e) : NULL;
		why = n ? NULL : e->message;
	}
	unlink(path);
	if (why) {
		g_autofree char *line = g_strdup_printf("%s: %s", first->label, why);

		m->why = m->why ? m->why : g_string_new(NULL);
		/* Timed, it is asked twice. */
		if (!strstr(m->why->str, line))
			g_string_append_printf(m->why, "%s%s", m->why->len ? "; " : "", line);
	} else if (!m->result) {
		m->result = g_steal_pointer(&n);
	} else if (m->time) {
		add_boot(json_node_get_object(m->result), json_node_get_object(n));
	} else {
		append_all(json_node_get_object(m->result), json_node_get_object(n), "cells");
		append_all(json_node_get_object(m->result), json_node_get_object(n), "left_out");
	}
}

/* Which QEMU each label is of: vqring knows of one. */
static JsonObject *arms_json(const struct bench *b)
{
	JsonObject *all = json_object_new();
	unsigned int i;

	for (i = 0; i < b->plan->variants->len; i++) {
		const struct plan_variant *v = b->plan->variants->pdata[i];
		const struct qemuinfo *q = b->arms[i].qemu;
		g_autofree char *id = q ? qemuinfo_identity(q) : g_strdup("none");

		json_object_set_string_member(all, v->label, id);
	}
	return all;
}

/* Where the report looks for what is missing. */
static void note_why(JsonObject *o, bool time, const char *why)
{
	JsonObject *gap;

	if (time) {
		if (first_boot(o))
			json_object_set_string_member(first_boot(o), "failed", why);
		return;
	}
	gap = json_object_new();
	json_object_set_string_member(gap, "order", "all");
	json_object_set_int_member(gap, "run", 0);
	json_object_set_string_member(gap, "why", why);
	json_array_add_object_element(take_list(o, "left_out"), gap);
}

char *ring_merge_write(struct ring_merge *m, const struct bench *b, const char *path,
		       GError **error)
{
	g_autofree char *text = NULL;
	char *why = m->why ? g_string_free(m->why, FALSE) : NULL;
	g_autoptr(JsonNode) root = m->result;
	JsonObject *o;

	if (!root)
		return why ? why : g_strdup("vqring left no result");
	o = json_node_get_object(root);
	json_object_set_object_member(o, "arms", arms_json(b));
	if (why)
		note_why(o, m->time, why);
	g_free(why);
	text = json_text(root, true);
	write_file(path, text, strlen(text), error);
	return NULL;
}
