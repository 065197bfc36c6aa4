/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON that others wrote: a guest, fio, a run's folder from anywhere. */
#ifndef VQLAB_PROBES_TOOL_JSON_H
#define VQLAB_PROBES_TOOL_JSON_H

#include <json-glib/json-glib.h>
#include <stddef.h>

/* More than any file of the lab has. */
#define VQ_JSON_MAX_BYTES ((size_t)256 << 20)
#define VQ_JSON_MAX_DEPTH 64

/*
 * Parses @len bytes that may be hostile: UTF-8 without a NUL, brackets nested no deeper
 * than VQ_JSON_MAX_DEPTH, and an object at the top.  The caller frees the node.  NULL
 * with @error, "not JSON: why" or "not a JSON object", which is safe to print.  Strings
 * and names of members in it are as they were written: vq_text_clean() is the caller's.
 */
JsonNode *vq_json_parse(const char *text, size_t len, GError **error);

#endif
