/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run.json of a run that goes on: what it says, and that there are to be more blocks. */
#include "runinfo.h"
#include "identity.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <string.h>

bool runinfo_exists(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "run.json", NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* run.json of @dir; the caller frees it. */
static JsonNode *read_runinfo(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "run.json", NULL);
	g_autofree char *text = read_file(path, 1u << 24, NULL, error);

	return text ? parse_json(text, strlen(text), path, error) : NULL;
}

bool runinfo_accel(const char *dir, char **accel, char **why)
{
	g_autoptr(JsonNode) n = read_runinfo(dir, NULL);
	JsonObject *o = n ? json_sub(json_node_get_object(n), "accel") : NULL;

	if (!json_str(o, "name", NULL))
		return false;
	*accel = g_strdup(json_str(o, "name", ""));
	*why = g_strdup(json_str(o, "why", ""));
	return true;
}

JsonObject *runinfo_settings(const char *dir)
{
	g_autoptr(JsonNode) n = read_runinfo(dir, NULL);
	JsonObject *host = n ? json_sub(json_node_get_object(n), "host") : NULL;
	JsonObject *settings = host ? json_sub(host, "settings") : NULL;

	return settings ? json_object_ref(settings) : NULL;
}

bool runinfo_extend(const struct bench *b, int trials_planned, GError **error)
{
	g_autofree char *path = g_build_filename(b->dir, "run.json", NULL);
	g_autofree char *text = NULL;
	g_autoptr(JsonNode) root = read_runinfo(b->dir, error);
	JsonObject *o = root ? json_node_get_object(root) : NULL;

	if (!o)
		return false;
	if (json_int(o, "blocks", 0) == b->plan->blocks)
		return true;
	json_object_set_int_member(o, "blocks", b->plan->blocks);
	json_object_set_int_member(o, "trials_planned", trials_planned);
	json_object_set_object_member(o, "identity", identity_json(b->identity));
	text = json_text(root, true);
	if (!write_file(path, text, strlen(text), error))
		return false;
	sync_folder(b->dir);
	return true;
}
