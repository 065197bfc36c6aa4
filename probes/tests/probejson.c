// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For the shell tests:
 *
 *	probejson get FILE PATH      print what a JSONPath finds, as JSON
 *	probejson agree FILE TRUTH   is each member of each line of TRUTH the same
 *	                             in the queue of that device in FILE?  Of all
 *	                             lines together, events are those seen and lost,
 *	                             and null_pops and nested_calls those of FILE.
 *	probejson sum FILE NAME      the sum of a member over the lines of FILE
 *	probejson same FILE FILE     are queues, events, losses and times the same?
 *
 * Exit 0 if so, 1 if not (and what differs), 2 if it cannot be told.
 */
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static JsonNode *load(const char *path)
{
	g_autoptr(JsonParser) p = json_parser_new();
	g_autoptr(GError) error = NULL;

	if (!json_parser_load_from_file(p, path, &error)) {
		fprintf(stderr, "probejson: %s: %s\n", path, error->message);
		exit(2);
	}
	return json_parser_steal_root(p);
}

static int get(const char *file, const char *path)
{
	g_autoptr(JsonNode) root = load(file);
	g_autoptr(JsonNode) found = json_path_query(path, root, NULL);
	JsonArray *a = found ? json_node_get_array(found) : NULL;

	for (guint i = 0; a && i < json_array_get_length(a); i++) {
		g_autofree char *text = json_to_string(json_array_get_element(a, i), false);

		puts(text);
	}
	return a && json_array_get_length(a) ? 0 : 1;
}

static bool differ(const char *name, JsonNode *a, JsonNode *b)
{
	g_autofree char *x = a ? json_to_string(a, false) : g_strdup("missing");
	g_autofree char *y = b ? json_to_string(b, false) : g_strdup("missing");

	if (!strcmp(x, y))
		return false;
	printf("# %s: %.300s, not %.300s\n", name, x, y);
	return true;
}

static JsonObject *queue_of(JsonObject *root, const char *device)
{
	JsonArray *queues = json_object_get_array_member(root, "queues");

	for (guint i = 0; i < json_array_get_length(queues); i++) {
		JsonObject *q = json_array_get_object_element(queues, i);

		if (!strcmp(json_object_get_string_member(q, "device"), device))
			return q;
	}
	return NULL;
}

/* Members that FILE has of the whole process only. */
static bool is_total(const char *name)
{
	return !strcmp(name, "events") || !strcmp(name, "null_pops") ||
	       !strcmp(name, "nested_calls");
}

static int differs(const char *name, gint64 a, gint64 b)
{
	if (a != b)
		printf("# %s: %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT "\n", name, a, b);
	return a != b;
}

static int agree(const char *file, const char *truth)
{
	g_autoptr(JsonNode) root = load(file);
	FILE *f = fopen(truth, "r");
	char *line = NULL;
	size_t size = 0;
	int lines = 0, bad = 0;
	JsonObject *all = json_node_get_object(root);
	gint64 events = 0, null_pops = 0, nested = 0;

	while (f && getline(&line, &size, f) > 0) {
		g_autoptr(JsonNode) t = json_from_string(line, NULL);
		JsonObject *o = t ? json_node_get_object(t) : NULL, *q;
		g_autoptr(GList) members = o ? json_object_get_members(o) : NULL;

		if (!o)
			return 2;
		lines++;
		q = queue_of(json_node_get_object(root),
			     json_object_get_string_member(o, "device"));
		events += json_object_get_int_member(o, "events");
		null_pops += json_object_get_int_member(o, "null_pops");
		nested += json_object_get_int_member(o, "nested_calls");
		for (GList *m = members; m; m = m->next)
			bad += !is_total(m->data) &&
			       differ(m->data, q ? json_object_get_member(q, m->data) : NULL,
				      json_object_get_member(o, m->data));
	}
	free(line);
	if (f)
		fclose(f);
	bad += differs("events and lost_events",
		       json_object_get_int_member(all, "events") +
			       json_object_get_int_member(all, "lost_events"),
		       events);
	bad += differs("null_pops", json_object_get_int_member(all, "null_pops"), null_pops);
	bad += differs("nested_calls", json_object_get_int_member(all, "nested_calls"), nested);
	return bad ? 1 : lines ? 0 : 2;
}

static int sum(const char *file, const char *name)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;
	gint64 n = 0;

	while (f && getline(&line, &size, f) > 0) {
		g_autoptr(JsonNode) t = json_from_string(line, NULL);

		if (!t)
			return 2;
		n += json_object_get_int_member(json_node_get_object(t), name);
	}
	free(line);
	if (f)
		fclose(f);
	printf("%" G_GINT64_FORMAT "\n", n);
	return f ? 0 : 2;
}

static int same(const char *x, const char *y)
{
	static const char *const members[] = {"pid",	     "seconds",		 "events",
					      "lost_events", "unreadable_rings", "queues"};
	g_autoptr(JsonNode) a = load(x), b = load(y);
	int bad = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		bad += differ(members[i],
			      json_object_get_member(json_node_get_object(a), members[i]),
			      json_object_get_member(json_node_get_object(b), members[i]));
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "get"))
		return get(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "agree"))
		return agree(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "sum"))
		return sum(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "same"))
		return same(argv[2], argv[3]);
	fprintf(stderr, "usage: probejson get FILE PATH | agree FILE TRUTH | sum FILE NAME | same "
			"FILE FILE\n");
	return 2;
}
