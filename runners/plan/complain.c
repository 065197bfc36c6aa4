/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read.h"

#include <string.h>

#include "probes/tool/text.h"

#define COMPLAINT_MAX 1000

int plan_line(const struct plan *p, const char *group, const char *key, int *times)
{
	g_auto(GStrv) lines = g_strsplit(p->text, "\n", -1);
	const char *origin = p->origins ? g_hash_table_lookup(p->origins, group) : NULL;
	g_autofree char *head = g_strdup_printf("[%s]", origin ? origin : group);
	int head_line = 0, key_line = 0, i;
	bool inside = false;

	*times = 0;
	for (i = 0; lines[i]; i++) {
		char *s = g_strstrip(lines[i]);

		if (*s == '[') {
			inside = !strcmp(s, head);
			if (inside && !head_line)
				head_line = i + 1;
			if (inside && !key)
				(*times)++;
		} else if (inside && key && g_str_has_prefix(s, key)) {
			s += strlen(key);
			while (*s == ' ' || *s == '\t')
				s++;
			if (*s != '=')
				continue;
			key_line = i + 1;
			(*times)++;
		}
	}
	return key_line ? key_line : head_line;
}

bool plan_complain(const struct plan *p, GError **error, const char *group, const char *key,
		   const char *format, ...)
{
	g_autofree char *why = NULL, *place = NULL, *all = NULL, *clean = NULL;
	va_list args;
	int times, line = plan_line(p, group, key, &times);

	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	place = line ? g_strdup_printf("%s:%d", p->path, line) : g_strdup(p->path);
	all = g_strdup_printf("%s: [%s]%s%s: %s", place, group, key ? " " : "", key ? key : "",
			      why);
	/* The plan's own text is in it. */
	clean = vq_text_clean(all, -1, COMPLAINT_MAX, VQ_UTF8);
	g_set_error_literal(error, VQB_ERROR, VQB_BAD_INPUT, clean);
	return false;
}
