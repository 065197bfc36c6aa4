/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

struct verdict verdict_begin(const char *name)
{
	return (struct verdict){name, g_string_new(NULL)};
}

static void append(GString *faults, const char *what, const char *fault)
{
	g_string_append_printf(faults, "%s%s: %s", faults->len ? "; " : "", what, fault);
}

void verdict_add(struct verdict *v, struct phase *ph, const char *format, ...)
{
	g_autofree char *text = NULL, *who = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	who = g_strdup_printf("%s (probes %s)", ph->slot->workload->name,
			      ph->slot->probes ? "on" : "off");
	append(v->faults, who, text);
	append(ph->faults, v->name, text);
}

void verdict_add_boot(struct verdict *v, struct trial *t, const char *format, ...)
{
	g_autofree char *text = NULL;
	unsigned int i;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_string_append_printf(v->faults, "%s%s", v->faults->len ? "; " : "", text);
	for (i = 0; i < t->phases->len; i++)
		append(((struct phase *)t->phases->pdata[i])->faults, v->name, text);
}
