/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checked reading of JSON that may be garbage.
 *
 * A reader walks one file. The first thing that is wrong is kept in it, with
 * the place; every later call returns a harmless value, so that callers read
 * straight on and ask once, at the end.
 */
#ifndef VQLAB_ANALYSIS_READER_H
#define VQLAB_ANALYSIS_READER_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Of a string, so many bytes are kept. */
#define JSON_MAX_TEXT 4096u

/* Counts above this would not survive a double. */
#define JSON_MAX_COUNT (UINT64_C(1) << 53)

struct reader {
	const char *file;
	JsonNode *root;
	GError *error; /* the first thing wrong */
};

/*
 * Opens @path and returns its top object (owned by the reader), or NULL.  Its member
 * schema must be @schema, unless that is NULL.
 */
JsonObject *reader_open(struct reader *r, const char *path, const char *schema);

/* Frees the reader; true when nothing was wrong, else moves the error out. */
bool reader_close(struct reader *r, GError **error);

/* Records "FILE: what: why" unless something is wrong already. */
void reader_fail(struct reader *r, const char *what, const char *why);

/*
 * Members of @o; @o may be NULL after an error. need_*: absent, null or of
 * another type is an error. opt_*: absent or null gives the default, another
 * type is an error. Strings are the caller's to g_free(), and made printable ASCII
 * here (vq_text_clean()): guests, fio and iperf3 wrote some of them.
 */
JsonObject *need_object(struct reader *r, JsonObject *o, const char *name);
JsonObject *opt_object(struct reader *r, JsonObject *o, const char *name);
JsonArray *need_array(struct reader *r, JsonObject *o, const char *name);
JsonArray *opt_array(struct reader *r, JsonObject *o, const char *name);
char *need_string(struct reader *r, JsonObject *o, const char *name);
char *opt_string(struct reader *r, JsonObject *o, const char *name, const char *fallback);
bool opt_bool(struct reader *r, JsonObject *o, const char *name); /* else false */
bool need_bool(struct reader *r, JsonObject *o, const char *name);
double need_number(struct reader *r, JsonObject *o, const char *name); /* >= 0 */
double need_signed(struct reader *r, JsonObject *o, const char *name);
double opt_signed(struct reader *r, JsonObject *o, const char *name, double fallback);
double opt_number(struct reader *r, JsonObject *o, const char *name, double fallback);
uint64_t need_count(struct reader *r, JsonObject *o, const char *name);
uint64_t opt_count(struct reader *r, JsonObject *o, const char *name, uint64_t fallback);

/* Element @i of @a as an object, or NULL with the error recorded. */
JsonObject *array_object(struct reader *r, JsonArray *a, unsigned int i, const char *name);
unsigned int array_length(JsonArray *a);

/* An array of different strings, as char * that the array frees. */
GPtrArray *string_list(struct reader *r, JsonArray *a, const char *name);

#endif
