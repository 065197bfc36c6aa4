/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <math.h>
#include <string.h>

#include "probes/tool/text.h"

#define JSON_DEPTH_MAX 64
#define INT_EXACT 9e18 /* less than INT64_MAX */

/*
 * The parser recurses for each bracket, so text from a guest could exhaust the
 * stack: measure the depth first.
 */
static bool shallow(const char *text, size_t len)
{
	bool quoted = false;
	size_t i;
	int depth = 0;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

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
	g_autoptr(JsonParser) parser = json_parser_new();
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
	if (!shallow(text, len)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: nested too deep", what);
		return NULL;
	}
	if (!g_utf8_validate(text, len, NULL)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: not UTF-8", what);
		return NULL;
	}
	if (!json_parser_load_from_data(parser, text, len, &e)) {
		g_autofree char *why = vq_text_clean(e->message, -1, 200, VQ_UTF8);

		/* json-glib quotes the text that it does not understand. */
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: not JSON: %s", what, why);
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: not a JSON object", what);
		return NULL;
	}
	clean_node(root);
	return json_parser_steal_root(parser);
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
