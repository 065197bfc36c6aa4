/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"
#include "runners/plan/command.h"

#include <string.h>

#include "probes/tool/text.h"

/* An expression of the user's may take a time that grows with the square of a line. */
#define MATCHED_MAX 4096

#define SAID_MAX 80 /* of what is no figure, in messages */

/* One step of a pointer (RFC 6901): ~1 stands for /, ~0 for ~.  The caller frees it. */
static char *unescape(const char *step)
{
	g_autoptr(GString) s = g_string_new(step);

	g_string_replace(s, "~1", "/", 0);
	g_string_replace(s, "~0", "~", 0);
	return g_strdup(s->str);
}

/* What @step names in @n, or NULL. */
static JsonNode *member(JsonNode *n, const char *step)
{
	g_autofree char *name = unescape(step);
	char *end;
	guint64 i;

	if (JSON_NODE_HOLDS_OBJECT(n))
		return json_object_get_member(json_node_get_object(n), name);
	if (!JSON_NODE_HOLDS_ARRAY(n) || !g_ascii_isdigit(*name))
		return NULL;
	i = g_ascii_strtoull(name, &end, 10);
	return !*end && i < json_array_get_length(json_node_get_array(n))
		       ? json_array_get_element(json_node_get_array(n), i)
		       : NULL;
}

static bool by_pointer(double *figure, const char *pointer, const char *text, size_t len,
		       GError **error)
{
	g_autoptr(JsonNode) root = load_parse(text, len, "its output", error);
	g_auto(GStrv) steps = g_strsplit(pointer, "/", -1);
	JsonNode *n = root;
	int i;

	if (!root)
		return false;
	/* Before the first of them stands nothing. */
	for (i = 1; steps[i] && n; i++)
		n = member(n, steps[i]);
	if (!n || !JSON_NODE_HOLDS_VALUE(n) ||
	    (json_node_get_value_type(n) != G_TYPE_INT64 &&
	     json_node_get_value_type(n) != G_TYPE_DOUBLE))
		return load_refuse(error, "its output has no number at %s", pointer);
	*figure = json_node_get_double(n);
	return true;
}

/* A number as people write it: no nan, no inf, no hexadecimal one. */
static bool parse_number(const char *text, double *figure)
{
	char *end;

	if (!*text || text[strspn(text, "0123456789.eE+-")])
		return false;
	*figure = g_ascii_strtod(text, &end);
	return !*end;
}

static bool by_regex(double *figure, const char *expression, const char *text, GError **error)
{
	g_autoptr(GRegex) regex = g_regex_new(expression, G_REGEX_RAW, 0, NULL);
	g_autofree char *found = NULL, *clean = NULL;
	const char *line, *end;

	for (line = text; *line; line = *end ? end + 1 : end) {
		g_autoptr(GMatchInfo) match = NULL;
		g_autoptr(GError) e = NULL;
		bool matches;

		end = line + strcspn(line, "\r\n");
		matches = g_regex_match_full(regex, line, MIN(end - line, MATCHED_MAX), 0, 0,
					     &match, &e);
		/* Half a second is gone then; on to the next line, a guest could hold us for days.
		 */
		if (e)
			return load_refuse(error,
					   "%s gives up on a line of its output: one repetition "
					   "inside another takes too many steps",
					   expression);
		if (!matches)
			continue;
		g_free(found);
		found = g_match_info_fetch(match, 1);
	}
	if (!found)
		return load_refuse(error, "no line of its output has %s", expression);
	if (parse_number(found, figure))
		return true;
	clean = vq_text_clean(found, -1, SAID_MAX, VQ_ASCII);
	return load_refuse(error, "%s: what %s finds in its output is no number", clean,
			   expression);
}

bool load_command(struct load *l, const struct plan_workload *w, const char *text, size_t len,
		  GError **error)
{
	const char *regex = command_regex(&w->command);
	bool ok;

	memset(l, 0, sizeof(*l));
	l->unit = w->command.unit;
	if (strlen(text) != len)
		return load_refuse(error, "its output holds a NUL byte");
	ok = regex ? by_regex(&l->throughput, regex, text, error)
		   : by_pointer(&l->throughput, w->command.figure, text, len, error);
	if (!ok)
		return false;
	/* Of nothing there is no ratio. */
	return (load_sane(l->throughput) && l->throughput > 0) ||
	       load_refuse(error, "its figure is %g, which cannot be", l->throughput);
}
