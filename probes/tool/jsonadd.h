/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_JSONADD_H
#define VQLAB_PROBES_TOOL_JSONADD_H

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "output.h"

/* Members of the object that @b is within.  What is not finite becomes null;
 * what is no UTF-8 is made valid; NULL is null. */

static inline void add_int(JsonBuilder *b, const char *name, uint64_t value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, value);
}

/* null unless @valid */
static inline void add_int_or_null(JsonBuilder *b, const char *name, bool valid, uint64_t value)
{
	json_builder_set_member_name(b, name);
	if (valid)
		json_builder_add_int_value(b, value);
	else
		json_builder_add_null_value(b);
}

static inline void add_double(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

static inline void add_string(JsonBuilder *b, const char *name, const char *value)
{
	g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;

	json_builder_set_member_name(b, name);
	if (valid)
		json_builder_add_string_value(b, valid);
	else
		json_builder_add_null_value(b);
}

static inline void add_bool(JsonBuilder *b, const char *name, bool value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, value);
}

/* The whole of @b as one line, with its end; to be freed. */
static inline char *json_line(JsonBuilder *b)
{
	g_autoptr(JsonGenerator) g = json_generator_new();
	g_autoptr(JsonNode) root = json_builder_get_root(b);
	g_autofree char *text = NULL;

	json_generator_set_root(g, root);
	text = json_generator_to_data(g, NULL);
	return g_strconcat(text, "\n", NULL);
}

/* That line to standard output; nothing behind a half one. */
static inline void print_json_line(JsonBuilder *b)
{
	g_autofree char *line = json_line(b);

	if (!vq_output_flush())
		return;
	fputs(line, stdout);
	vq_output_flush();
}

#endif
