/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that may be hostile, read without surprises. */
#ifndef VQLAB_JSON_H
#define VQLAB_JSON_H

#include <json-glib/json-glib.h>

#include "error.h"

/*
 * Parses JSON that may be hostile (probes/tool/json.h says what is refused).  What stands
 * before the first line that begins with '{' is passed over: fio prints notes there.
 * @what names it in errors.  Its strings and names of members are clean
 * (probes/tool/text.h), and so are the errors.  The caller frees the node.
 */
JsonNode *parse_json(const char *text, size_t len, const char *what, GError **error);

/* The node as text with a newline at its end; the caller frees it. */
char *json_text(JsonNode *root, bool pretty);

/*
 * Members of an object that may lack them, have another type, or a number that
 * does not fit: NULL or the value @other then.  Nothing is handed over.
 */
JsonObject *json_sub(JsonObject *o, const char *name);
JsonArray *json_list(JsonObject *o, const char *name);
const char *json_str(JsonObject *o, const char *name, const char *other);
double json_num(JsonObject *o, const char *name, double other);
int64_t json_int(JsonObject *o, const char *name, int64_t other);
bool json_flag(JsonObject *o, const char *name, bool other);

#endif /* VQLAB_JSON_H */
