/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <math.h>
#include <string.h>

#include "probes/tool/json.h"
#include "probes/tool/text.h"

#define INT_EXACT 9e18 /* less than INT64_MAX */

static char *clean(const char *text)
{
	return vq_text_clean(text, -1, G_MAXSIZE, VQ_UTF8);
}

static void clean_node(JsonNode *n);

static void clean_members(JsonObject *o)
{
	g_autoptr(GList) names = json_object_get_members(o);
	GList *m;

	for (m = names; m; m = m->next) {
		JsonNode *n = json_object_get_member(o, m->data);
		g_autofree char *name = clean(m->data);

		clean_node(n);
		if (!strcmp(name, m->data))
			continue;
		json_object_set_member(o, name, json_node_copy(n));
		json_object_remove_member(o, m->data);
	}
}

/* All strings and names in it: whoever wrote them, nobody need think of it again. */
static void clean_node(JsonNode *n)
{
	unsigned int i;

	if (JSON_NODE_HOLDS_OBJECT(n)) {
		clean_members(json_node_get_object(n));
	} else if (JSON_NODE_HOLDS_ARRAY(n)) {
		JsonArray *a = json_node_get_array(n);

		for (i = 0; i < json_array_get_length(a); i++)
			clean_node(json_array_get_element(a, i));
	} else if (json_node_get_value_type(n) == G_TYPE_STRING) {
		g_autofree char *text = clean(json_node_get_string(n));

		if (strcmp(text, json_node_get_string(n)))
			json_node_set_string(n, text);
	}
}

JsonNode *parse_json(const char *text, size_t len, const char *what, GError **error)
{
	g_autoptr(GError) e = NULL;
	JsonNode *root;

	while (len && *text != '{') {
		const char *line = memchr(text, '\n', len);

		len = line ? len - (line + 1 - text) : 0;
		text = line ? line + 1 : text;
	}
	if (!len) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: holds no JSON object", what);
		return NULL;
	}
	root = vq_json_parse(text, len, &e);
	if (!root) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", what, e->message);
		return NULL;
	}
	clean_node(root);
	return root;
}

char *json_text(JsonNode *root, bool pretty)
{
	g_autoptr(JsonGenerator) gen = json_generator_new();
	g_autofree char *text = NULL;

	json_generator_set_root(gen, root);
	json_generator_set_pretty(gen, pretty);
	json_generator_set_indent(gen, 1);
	text = json_generator_to_data(gen, NULL);
	return g_strconcat(text, "\n", NULL);
}

static JsonNode *member(JsonObject *o, const char *name, JsonNodeType type)
{
	JsonNode *n = o ? json_object_get_member(o, name) : NULL;

	return n && JSON_NODE_TYPE(n) == type ? n : NULL;
}

JsonObject *json_sub(JsonObject *o, const char *name)
{
	JsonNode *n = member(o, name, JSON_NODE_OBJECT);

	return n ? json_node_get_object(n) : NULL;
}

JsonArray *json_list(JsonObject *o, const char *name)
{
	JsonNode *n = member(o, name, JSON_NODE_ARRAY);

	return n ? json_node_get_array(n) : NULL;
}

const char *json_str(JsonObject *o, const char *name, const char *other)
{
	JsonNode *n = member(o, name, JSON_NODE_VALUE);

	return n && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_get_string(n) : other;
}

static bool numeric(JsonNode *n)
{
	return n && (json_node_get_value_type(n) == G_TYPE_INT64 ||
		     json_node_get_value_type(n) == G_TYPE_DOUBLE);
}

double json_num(JsonObject *o, const char *name, double other)
{
	JsonNode *n = member(o, name, JSON_NODE_VALUE);

	return numeric(n) ? json_node_get_double(n) : other;
}

int64_t json_int(JsonObject *o, const char *name, int64_t other)
{
	JsonNode *n = member(o, name, JSON_NODE_VALUE);

	if (!numeric(n))
		return other;
	/* A double need not fit. */
	if (json_node_get_value_type(n) == G_TYPE_DOUBLE &&
	    !(fabs(json_node_get_double(n)) < INT_EXACT))
		return other;
	return json_node_get_int(n);
}

bool json_flag(JsonObject *o, const char *name, bool other)
{
	JsonNode *n = member(o, name, JSON_NODE_VALUE);

	return n && json_node_get_value_type(n) == G_TYPE_BOOLEAN ? json_node_get_boolean(n)
								  : other;
}
