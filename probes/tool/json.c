// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <stdbool.h>

#include "text.h"

/* json-glib quotes what it does not understand, however long that is. */
#define MAX_MESSAGE 200

/*
 * What the parser must not see, or NULL.  It recurses for each bracket, so that a file of
 * them would exhaust the stack; and it takes comments and strings in single quotes, which
 * are no JSON (RFC 8259), and in which a quote would hide brackets from this count.
 */
static const char *find_fault(const char *text, size_t len)
{
	unsigned int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
		else if (!quoted && (c == '/' || c == '\'' || c == '#'))
			return "not JSON: a comment, or something else in no quotes";
		if (depth > VQ_JSON_MAX_DEPTH)
			return "not JSON: nested too deep";
	}
	return NULL;
}

static JsonNode *fail(GError **error, const char *message)
{
	g_autofree char *clean = vq_text_clean(message, -1, MAX_MESSAGE, VQ_UTF8);

	g_set_error_literal(error, g_quark_from_static_string("vq-json"), 0, clean);
	return NULL;
}

JsonNode *vq_json_parse(const char *text, size_t len, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *message = NULL;
	g_autoptr(GError) e = NULL;
	const char *fault;
	JsonNode *root;

	if (len > VQ_JSON_MAX_BYTES)
		return fail(error, "not JSON: larger than 256 MiB");
	if (!g_utf8_validate(text, len, NULL))
		return fail(error, "not JSON: not UTF-8");
	fault = find_fault(text, len);
	if (fault)
		return fail(error, fault);
	if (!json_parser_load_from_data(parser, text, len, &e)) {
		message = g_strconcat("not JSON: ", e->message, NULL);
		return fail(error, message);
	}
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return fail(error, "not a JSON object");
	return json_parser_steal_root(parser);
}
