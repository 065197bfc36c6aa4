// SPDX-License-Identifier: GPL-2.0-or-later
#include "arms.h"

#include <string.h>

static void arm_free(void *data)
{
	struct arm *a = data;

	g_free(a->label);
	g_free(a->version);
	g_free(a->source);
	g_free(a->sha256);
	g_free(a->props);
	g_free(a->no_qemu);
	g_free(a->confined);
	g_free(a->no_probes);
	g_free(a);
}

GPtrArray *read_arms(struct reader *r, JsonObject *o, const GPtrArray *variants)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(arm_free);
	JsonObject *map = opt_object(r, o, "arms");

	for (unsigned int i = 0; map && i < variants->len; i++) {
		JsonObject *entry = opt_object(r, map, variants->pdata[i]);
		struct arm *a = g_new0(struct arm, 1);

		a->label = g_strdup(variants->pdata[i]);
		a->version = opt_string(r, entry, "version", "unknown");
		a->source = opt_string(r, entry, "source", "unknown");
		a->sha256 = opt_string(r, entry, "sha256", "");
		a->props = opt_string(r, entry, "props", "");
		a->no_qemu = opt_string(r, entry, "no_qemu", "");
		a->confined = opt_string(r, entry, "confined", "");
		a->no_probes = opt_string(r, entry, "no_probes", "");
		a->hooks = opt_bool(r, entry, "hooks");
		g_ptr_array_add(list, a);
	}
	return list;
}

void join_versions(struct run *run)
{
	GString *all = g_string_new(NULL);

	for (unsigned int i = 0; i < run->arms->len; i++) {
		const struct arm *a = run->arms->pdata[i];

		if (!*a->no_qemu && !strstr(all->str, a->version))
			g_string_append_printf(all, "%s%s", all->len ? ", " : "", a->version);
	}
	if (all->len) {
		g_free(run->qemu_version);
		run->qemu_version = g_strdup(all->str);
	}
	g_string_free(all, TRUE);
}

void read_baseline(struct reader *r, JsonObject *o, struct run *run)
{
	GPtrArray *given = string_list(r, opt_array(r, o, "baseline"), "baseline");

	run->baseline[0] = g_strdup(given->len > 0 ? given->pdata[0] : "off");
	run->baseline[1] = g_strdup(given->len > 1 ? given->pdata[1] : "qemu");
	g_ptr_array_free(given, TRUE);
}
