// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <math.h>
#include <string.h>

#include "probes/tool/text.h"

#define SETTINGS_MAX 200 /* more than there are vulnerabilities */

struct meanwhile *read_meanwhile(struct reader *r, JsonObject *o)
{
	struct meanwhile *m = o ? g_new0(struct meanwhile, 1) : NULL;
	JsonObject *psi = opt_object(r, o, "psi_s");

	if (!m)
		return NULL;
	m->seconds = need_number(r, o, "seconds");
	m->steal = opt_number(r, o, "steal_s", NAN);
	m->others = opt_number(r, o, "others_s", NAN);
	m->waited = opt_number(r, o, "waited_s", NAN);
	m->cpu_stall = opt_number(r, psi, "cpu_some", NAN);
	m->memory_stall = opt_number(r, psi, "memory_some", NAN);
	return m;
}

static void add_settings(struct reader *r, JsonObject *o, const char *prefix, GPtrArray *list)
{
	GList *names = o ? json_object_get_members(o) : NULL;

	for (GList *l = names; l && list->len < SETTINGS_MAX; l = l->next) {
		g_autofree char *name = vq_text_clean(l->data, -1, 60, VQ_ASCII);
		g_autofree char *value = NULL;

		if (!*prefix && !strcmp(l->data, "mitigations")) {
			add_settings(r, opt_object(r, o, l->data), "mitigation of ", list);
			continue;
		}
		value = opt_string(r, o, l->data, "none");
		g_ptr_array_add(list, g_strdup_printf("%s%s %s", prefix, name, value));
	}
	g_list_free(names);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *read_settings(struct reader *r, JsonObject *host)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	add_settings(r, opt_object(r, host, "settings"), "", list);
	g_ptr_array_sort(list, by_text);
	return list;
}

char *read_pin(struct reader *r, JsonObject *o)
{
	JsonObject *pin = opt_object(r, o, "pin");
	bool pinned = opt_bool(r, pin, "pinned");
	g_autofree char *how = opt_string(r, pin, "how", "");

	return g_strdup_printf("%s%s", !pin || pinned ? "" : "no: ", how);
}

static bool has(const GPtrArray *list, const char *text)
{
	for (unsigned int i = 0; i < list->len; i++)
		if (!strcmp(list->pdata[i], text))
			return true;
	return false;
}

char *read_changed_settings(struct reader *r, JsonObject *o, const GPtrArray *run)
{
	g_autoptr(GPtrArray) changed = g_ptr_array_new();
	g_autoptr(GPtrArray) before = read_settings(r, opt_object(r, o, "before"));
	g_autoptr(GPtrArray) after = read_settings(r, opt_object(r, o, "after"));
	const GPtrArray *const all[] = {before, after};

	for (unsigned int m = 0; m < 2; m++)
		for (unsigned int i = 0; i < all[m]->len; i++)
			if (!has(run, all[m]->pdata[i]) && !has(changed, all[m]->pdata[i]))
				g_ptr_array_add(changed, all[m]->pdata[i]);
	g_ptr_array_add(changed, NULL);
	return g_strjoinv(", ", (char **)changed->pdata);
}

uint64_t read_other_qemus(struct reader *r, JsonObject *o)
{
	uint64_t before = opt_count(r, opt_object(r, o, "before"), "other_qemus", 0);
	uint64_t after = opt_count(r, opt_object(r, o, "after"), "other_qemus", 0);

	return MAX(before, after);
}
