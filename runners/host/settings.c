/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"

#define CPU "/sys/devices/system/cpu"
#define WORD_MAX 200	    /* of a setting's text */
#define MITIGATIONS_MAX 100 /* Linux 6.18 has 19 */
#define CPUS_MAX 8192	    /* Linux's own limit */

static void set_text(JsonObject *o, const char *name, const char *text)
{
	g_autofree char *cut = text && *text ? vq_text_clean(text, -1, WORD_MAX, VQ_UTF8) : NULL;

	if (cut)
		json_object_set_string_member(o, name, cut);
	else
		json_object_set_null_member(o, name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of all processors: "performance"; "performance (6), powersave (2)" if they differ. */
static char *of_all_cpus(const char *root, const char *file)
{
	g_autofree char *folder = g_strconcat(root, CPU, NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	GString *text = g_string_new(NULL);
	const char *name;
	unsigned int i, n = 0;

	while (dir && all->len < CPUS_MAX && (name = g_dir_read_name(dir))) {
		char *value = g_str_has_prefix(name, "cpu") && g_ascii_isdigit(name[3])
				      ? host_text(root, CPU "/%s/cpufreq/%s", name, file)
				      : NULL;

		if (value)
			g_ptr_array_add(all, value);
	}
	g_ptr_array_sort(all, by_text);
	for (i = 0; i < all->len; i++) {
		const char *value = all->pdata[i];
		bool last = i + 1 == all->len || strcmp(value, all->pdata[i + 1]);

		n++;
		if (!last)
			continue;
		g_string_append_printf(text, "%s%s", text->len ? ", " : "", value);
		if (n < all->len)
			g_string_append_printf(text, " (%u)", n);
		n = 0;
	}
	return g_string_free(text, FALSE);
}

/* Intel's driver says it the other way round. */
static const char *turbo(const char *root)
{
	g_autofree char *none = host_text(root, CPU "/intel_pstate/no_turbo");
	g_autofree char *boost = host_text(root, CPU "/cpufreq/boost");

	if (none && (!strcmp(none, "0") || !strcmp(none, "1")))
		return *none == '0' ? "on" : "off";
	if (boost && (!strcmp(boost, "0") || !strcmp(boost, "1")))
		return *boost == '0' ? "off" : "on";
	return NULL;
}

/* "always [madvise] never": the one in brackets. */
static char *chosen(char *text)
{
	char *from = text ? strchr(text, '[') : NULL, *to = from ? strchr(from, ']') : NULL;

	return to ? g_strndup(from + 1, to - from - 1) : NULL;
}

static void set_mitigations(JsonObject *o, const char *root)
{
	g_autofree char *folder = g_strconcat(root, CPU "/vulnerabilities", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	JsonObject *all;
	unsigned int i;

	if (!dir) {
		json_object_set_null_member(o, "mitigations");
		return;
	}
	while (names->len < MITIGATIONS_MAX && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, vq_text_clean(name, -1, WORD_MAX, VQ_UTF8));
	/* The same host gives the same text. */
	g_ptr_array_sort(names, by_text);
	all = json_object_new();
	for (i = 0; i < names->len; i++) {
		g_autofree char *text =
			host_text(root, CPU "/vulnerabilities/%s", (char *)names->pdata[i]);

		set_text(all, names->pdata[i], text);
	}
	json_object_set_object_member(o, "mitigations", all);
}

JsonObject *host_settings(const char *root)
{
	g_autofree char *governor = of_all_cpus(root, "scaling_governor");
	g_autofree char *driver = of_all_cpus(root, "scaling_driver");
	g_autofree char *smt = host_text(root, CPU "/smt/control");
	g_autofree char *pages = host_text(root, "/sys/kernel/mm/transparent_hugepage/enabled");
	g_autofree char *thp = chosen(pages), *online = host_text(root, CPU "/online");
	g_autofree char *isolated = host_text(root, CPU "/isolated");
	JsonObject *o = json_object_new();

	set_text(o, "governor", governor);
	set_text(o, "frequency_driver", driver);
	set_text(o, "turbo", turbo(root));
	set_text(o, "smt", smt);
	set_text(o, "thp", thp);
	set_text(o, "online", online);
	set_text(o, "isolated", isolated);
	set_mitigations(o, root);
	return o;
}

bool host_settings_equal(JsonObject *a, JsonObject *b)
{
	g_autoptr(JsonNode) x = json_node_init_object(json_node_alloc(), a);
	g_autoptr(JsonNode) y = json_node_init_object(json_node_alloc(), b);

	return json_node_equal(x, y);
}
