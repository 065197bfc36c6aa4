/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest.h"
#include "runners/tool/files.h"

#define MANIFEST_MAX (1u << 20)

JsonNode *manifest_read(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "manifest.json", NULL);
	size_t len;
	g_autofree char *text = read_file(path, MANIFEST_MAX, &len, error);

	return text ? parse_json(text, len, path, error) : NULL;
}
