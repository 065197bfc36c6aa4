/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "props.h"
#include "runners/plan/props.h"

#include <string.h>

#define NEAR 3 /* names that a message holds */
#define NAME_MAX_LEN 64

/* The name in a line of -device TYPE,help, "  NAME=<type> - ..."; NULL: it has none. */
static char *name_in(const char *line)
{
	const char *end = strstr(line, "=<");

	while (*line == ' ')
		line++;
	return end && end > line ? g_strndup(line, end - line) : NULL;
}

static void add_names(GPtrArray *names, const char *help)
{
	g_auto(GStrv) lines = g_strsplit(help ? help : "", "\n", -1);
	int i;

	for (i = 0; lines[i]; i++) {
		char *name = name_in(lines[i]);

		if (name && strlen(name) < NAME_MAX_LEN)
			g_ptr_array_add(names, name);
		else
			g_free(name);
	}
}

bool props_has(const char *help, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	add_names(names, help);
	return g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL);
}

/* Letters to change, add or take away, - and _ alike (Levenshtein's distance). */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NAME_MAX_LEN + 1], i, j;

	for (j = 0; j <= strlen(b); j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		unsigned int corner = row[0];

		row[0] = i;
		for (j = 1; b[j - 1]; j++) {
			char x = a[i - 1] == '_' ? '-' : a[i - 1];
			char y = b[j - 1] == '_' ? '-' : b[j - 1];
			unsigned int change = corner + (x != y);

			corner = row[j];
			row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[strlen(b)];
}

/* A name that holds the other is near, too: queues, num-queues. */
static unsigned int farness(const char *wanted, const char *name)
{
	return strstr(name, wanted) || strstr(wanted, name) ? 1 : distance(wanted, name);
}

/* "; near it: a, b", or "" where nothing is; the caller frees it. */
static char *nearest(const char *wanted, const GPtrArray *names)
{
	GString *text = g_string_new(NULL);
	unsigned int far, i, n = 0, most = MAX(2, strlen(wanted) / 3);

	for (far = 0; far <= most && n < NEAR; far++)
		for (i = 0; i < names->len && n < NEAR; i++) {
			const char *name = names->pdata[i];

			if (farness(wanted, name) != far || strstr(text->str, name))
				continue;
			g_string_append_printf(text, "%s%s", n++ ? ", " : "; near it: ", name);
		}
	return g_string_free(text, FALSE);
}

char *props_unknown(const char *props, const char *help, const char *other)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) list = plan_props_list(props);
	int i;

	add_names(names, help);
	add_names(names, other);
	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]), *near = NULL;

		if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			continue;
		near = nearest(name, names);
		return g_strdup_printf("%s: this QEMU's device has no such property%s", name, near);
	}
	return NULL;
}

/* Is the property of @prop in @list? */
static bool names(char **list, const char *prop)
{
	g_autofree char *name = plan_prop_name(prop);

	for (; *list; list++) {
		g_autofree char *other = plan_prop_name(*list);

		if (!strcmp(name, other))
			return true;
	}
	return false;
}

char *props_both(const char *own, const char *variant, const char *help)
{
	g_auto(GStrv) mine = plan_props_list(own), theirs = plan_props_list(variant);
	g_autofree char *more = props_of(variant, help);
	GString *text = g_string_new(NULL);
	int i;

	/* QEMU takes a property twice without a word, and not always the last one. */
	for (i = 0; mine[i]; i++)
		if (!names(theirs, mine[i]))
			g_string_append_printf(text, ",%s", mine[i]);
	g_string_append(text, more);
	return g_string_free(text, FALSE);
}

char *props_of(const char *props, const char *help)
{
	g_auto(GStrv) list = plan_props_list(props);
	GString *text = g_string_new(NULL);
	int i;

	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);

		if (props_has(help, name))
			g_string_append_printf(text, ",%s", list[i]);
	}
	return g_string_free(text, FALSE);
}

/* The type that @help tells of the property @name; NULL: it does not.  The caller frees it. */
static char *type_in(const char *help, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(help, "\n", -1);
	int i;

	for (i = 0; lines[i]; i++) {
		g_autofree char *is = name_in(lines[i]);
		const char *type = is && !strcmp(is, name) ? strstr(lines[i], "=<") + 2 : NULL;

		if (type)
			return g_strndup(type, strcspn(type, ">"));
	}
	return NULL;
}

/* A value that does not fit its type stays text: QEMU says what it thinks of it. */
static void add_typed(JsonBuilder *b, const char *type, const char *value)
{
	static const char *const on[] = {"on", "yes", "true", "y", NULL};
	static const char *const off[] = {"off", "no", "false", "n", NULL};
	bool flag = !g_strcmp0(type, "bool"), yes = g_strv_contains(on, value);
	bool number = type && (strstr(type, "int") || strstr(type, "size"));
	gint64 n;

	if (flag && (yes || g_strv_contains(off, value)))
		json_builder_add_boolean_value(b, yes);
	else if (number && g_ascii_string_to_signed(value, 10, INT64_MIN, INT64_MAX, &n, NULL))
		json_builder_add_int_value(b, n);
	else
		json_builder_add_string_value(b, value);
}

static void add_mapping(JsonBuilder *b, char **threads)
{
	json_builder_set_member_name(b, PROPS_MAPPING);
	json_builder_begin_array(b);
	for (; *threads; threads++) {
		json_builder_begin_object(b);
		json_builder_set_member_name(b, "iothread");
		json_builder_add_string_value(b, *threads);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

char *props_mapped(const char *device, const char *help, char **threads)
{
	g_auto(GStrv) list = plan_props_list(device);
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	int i;

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "driver");
	json_builder_add_string_value(b, list[0]);
	for (i = 1; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]), *type = type_in(help, name);

		json_builder_set_member_name(b, name);
		add_typed(b, type, list[i] + strlen(name) + 1);
	}
	add_mapping(b, threads);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	return json_to_string(root, FALSE);
}
