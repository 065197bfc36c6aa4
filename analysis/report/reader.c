// SPDX-License-Identifier: GPL-2.0-or-later
#include "reader.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "probes/tool/json.h"
#include "probes/tool/text.h"

#define READER_ERROR g_quark_from_static_string("vqreport-json")

void reader_fail(struct reader *r, const char *what, const char *why)
{
	if (!r->error)
		g_set_error(&r->error, READER_ERROR, 0, "%s: %s: %s", r->file, what, why);
}

static JsonObject *parse(struct reader *r, const char *text, size_t length, const char *schema)
{
	GError *error = NULL;
	JsonObject *o;
	char *found;

	r->root = vq_json_parse(text, length, &error);
	if (!r->root) {
		g_set_error(&r->error, READER_ERROR, 0, "%s: %s", r->file, error->message);
		g_error_free(error);
		return NULL;
	}
	o = json_node_get_object(r->root);
	if (!schema)
		return o;
	found = need_string(r, o, "schema");
	if (!r->error && strcmp(found, schema)) {
		char *why_not = g_strdup_printf("is \"%s\", needed is \"%s\"", found, schema);

		reader_fail(r, "schema", why_not);
		g_free(why_not);
	}
	g_free(found);
	return r->error ? NULL : o;
}

JsonObject *reader_open(struct reader *r, const char *path, const char *schema)
{
	GError *error = NULL;
	JsonObject *o = NULL;
	char *text = NULL;
	size_t length = 0;

	*r = (struct reader){.file = path};
	if (g_file_get_contents(path, &text, &length, &error)) {
		o = parse(r, text, length, schema);
	} else {
		bool is_there = !access(path, R_OK);

		reader_fail(r, "cannot be read", is_there ? "not a file" : g_strerror(errno));
		g_error_free(error);
	}
	g_free(text);
	return o;
}

bool reader_close(struct reader *r, GError **error)
{
	bool fine = !r->error;

	if (!fine)
		g_propagate_error(error, r->error);
	g_clear_pointer(&r->root, json_node_unref);
	*r = (struct reader){};
	return fine;
}

/* The member's node, or NULL when it is absent or null. */
static JsonNode *member(struct reader *r, JsonObject *o, const char *name, bool needed)
{
	JsonNode *node;

	if (r->error || !o)
		return NULL;
	node = json_object_get_member(o, name);
	if (node && !JSON_NODE_HOLDS_NULL(node))
		return node;
	if (needed)
		reader_fail(r, name, "missing");
	return NULL;
}

static JsonObject *get_object(struct reader *r, JsonObject *o, const char *name, bool needed)
{
	JsonNode *node = member(r, o, name, needed);

	if (!node)
		return NULL;
	if (JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	reader_fail(r, name, "is not an object");
	return NULL;
}

JsonObject *need_object(struct reader *r, JsonObject *o, const char *name)
{
	return get_object(r, o, name, true);
}

JsonObject *opt_object(struct reader *r, JsonObject *o, const char *name)
{
	return get_object(r, o, name, false);
}

static JsonArray *get_array(struct reader *r, JsonObject *o, const char *name, bool needed)
{
	JsonNode *node = member(r, o, name, needed);

	if (!node)
		return NULL;
	if (JSON_NODE_HOLDS_ARRAY(node))
		return json_node_get_array(node);
	reader_fail(r, name, "is not an array");
	return NULL;
}

JsonArray *need_array(struct reader *r, JsonObject *o, const char *name)
{
	return get_array(r, o, name, true);
}

JsonArray *opt_array(struct reader *r, JsonObject *o, const char *name)
{
	return get_array(r, o, name, false);
}

static char *get_string(struct reader *r, JsonObject *o, const char *name, bool needed,
			const char *fallback)
{
	JsonNode *node = member(r, o, name, needed);

	if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
		return vq_text_clean(json_node_get_string(node), -1, JSON_MAX_TEXT, VQ_ASCII);
	if (node)
		reader_fail(r, name, "is not a string");
	return g_strdup(fallback);
}

char *need_string(struct reader *r, JsonObject *o, const char *name)
{
	return get_string(r, o, name, true, "");
}

char *opt_string(struct reader *r, JsonObject *o, const char *name, const char *fallback)
{
	return get_string(r, o, name, false, fallback);
}

static bool get_bool(struct reader *r, JsonObject *o, const char *name, bool needed)
{
	JsonNode *node = member(r, o, name, needed);

	if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return json_node_get_boolean(node);
	if (node)
		reader_fail(r, name, "is not true or false");
	return false;
}

bool need_bool(struct reader *r, JsonObject *o, const char *name)
{
	return get_bool(r, o, name, true);
}

bool opt_bool(struct reader *r, JsonObject *o, const char *name)
{
	return get_bool(r, o, name, false);
}

static double get_number(struct reader *r, JsonObject *o, const char *name, bool needed,
			 bool negative, double fallback)
{
	JsonNode *node = member(r, o, name, needed);
	double value = 0;
	GType type;

	if (!node)
		return fallback;
	type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
	if (type == G_TYPE_INT64)
		value = json_node_get_int(node);
	else if (type == G_TYPE_DOUBLE)
		value = json_node_get_double(node);
	else
		reader_fail(r, name, "is not a number");
	if (!isfinite(value) || (value < 0 && !negative))
		reader_fail(r, name, negative ? "is not finite" : "is not a finite number >= 0");
	return r->error ? fallback : value;
}

double need_signed(struct reader *r, JsonObject *o, const char *name)
{
	return get_number(r, o, name, true, true, 0);
}

double opt_signed(struct reader *r, JsonObject *o, const char *name, double fallback)
{
	return get_number(r, o, name, false, true, fallback);
}

double need_number(struct reader *r, JsonObject *o, const char *name)
{
	return get_number(r, o, name, true, false, 0);
}

double opt_number(struct reader *r, JsonObject *o, const char *name, double fallback)
{
	return get_number(r, o, name, false, false, fallback);
}

static uint64_t get_count(struct reader *r, JsonObject *o, const char *name, bool needed,
			  uint64_t fallback)
{
	double value = get_number(r, o, name, needed, false, -1);

	if (value < 0)
		return fallback;
	if (value != floor(value) || value > (double)JSON_MAX_COUNT) {
		reader_fail(r, name, "is not a count");
		return fallback;
	}
	return value;
}

uint64_t need_count(struct reader *r, JsonObject *o, const char *name)
{
	return get_count(r, o, name, true, 0);
}

uint64_t opt_count(struct reader *r, JsonObject *o, const char *name, uint64_t fallback)
{
	return get_count(r, o, name, false, fallback);
}

unsigned int array_length(JsonArray *a)
{
	return a ? json_array_get_length(a) : 0;
}

JsonObject *array_object(struct reader *r, JsonArray *a, unsigned int i, const char *name)
{
	JsonNode *node;

	if (r->error)
		return NULL;
	node = json_array_get_element(a, i);
	if (JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	reader_fail(r, name, "holds something that is not an object");
	return NULL;
}

GPtrArray *string_list(struct reader *r, JsonArray *a, const char *name)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int i = 0; i < array_length(a); i++) {
		JsonNode *node = json_array_get_element(a, i);
		char *text;

		if (!JSON_NODE_HOLDS_VALUE(node) ||
		    json_node_get_value_type(node) != G_TYPE_STRING) {
			reader_fail(r, name, "holds something that is not a string");
			break;
		}
		text = vq_text_clean(json_node_get_string(node), -1, JSON_MAX_TEXT, VQ_ASCII);
		for (unsigned int j = 0; j < list->len; j++)
			if (!strcmp(list->pdata[j], text))
				reader_fail(r, name, "holds the same name twice");
		g_ptr_array_add(list, text);
	}
	return list;
}
