/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

#include <string.h>

#include "probes/tool/text.h"

struct verdict verdict_begin(const char *name)
{
	return (struct verdict){name, g_string_new(NULL), 0};
}

/* One fault, as long as there is room for it: a half one would mislead. */
static void append(GString *faults, unsigned int *more, const char *what, const char *fault)
{
	g_autofree char *clean = vq_text_clean(fault, -1, FAULT_MAX, VQ_UTF8);
	g_autofree char *text = g_strdup_printf("%s%s%s%s", what ? what : "", what ? ": " : "",
						clean, strlen(fault) > FAULT_MAX ? "..." : "");

	if (*more || (faults->len && faults->len + strlen(text) + 2 > FAULTS_MAX))
		++*more;
	else
		g_string_append_printf(faults, "%s%s", faults->len ? "; " : "", text);
}

/* A gate that fell for a phase is named there, however much was said before. */
static void append_to_phase(struct phase *ph, const char *gate, const char *fault)
{
	unsigned int before = ph->more_faults;
	g_autofree char *named = g_strdup_printf("; %s: ", gate);

	append(ph->faults, &ph->more_faults, gate, fault);
	if (ph->more_faults == before || strstr(ph->faults->str, named) ||
	    g_str_has_prefix(ph->faults->str, named + 2))
		return;
	ph->more_faults--;
	g_string_append_printf(ph->faults, "%s...", named);
}

char *verdict_text(const GString *faults, unsigned int more)
{
	return more ? g_strdup_printf("%s; and %u more", faults->str, more) : g_strdup(faults->str);
}

void verdict_add(struct verdict *v, struct phase *ph, const char *format, ...)
{
	g_autofree char *text = NULL, *who = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	who = slot_phase_title(ph->slot);
	append(v->faults, &v->more, who, text);
	append_to_phase(ph, v->name, text);
}

void verdict_add_boot(struct verdict *v, struct trial *t, const char *format, ...)
{
	g_autofree char *text = NULL;
	unsigned int i;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	append(v->faults, &v->more, NULL, text);
	for (i = 0; i < t->phases->len; i++)
		append_to_phase(t->phases->pdata[i], v->name, text);
}

void verdict_add_trial(struct verdict *v, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	append(v->faults, &v->more, NULL, text);
}
