// SPDX-License-Identifier: GPL-2.0-or-later
#include "writer.h"

#include <math.h>

static void append_string(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) { /* printable ASCII */
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

/* Starts a member (or, without a name, an element), on a line of its own if not inlined. */
static void start(struct writer *w, const char *name)
{
	if (!w->first)
		g_string_append(w->out, w->inlined ? ", " : ",");
	if (w->depth && !w->inlined)
		g_string_append_printf(w->out, "\n%*s", 2 * w->depth, "");
	if (name) {
		append_string(w->out, name);
		g_string_append(w->out, ": ");
	}
	w->first = false;
}

void write_open(struct writer *w, const char *name, char bracket)
{
	start(w, name);
	g_string_append_c(w->out, bracket);
	w->depth++;
	w->first = true;
}

void write_inline(struct writer *w, const char *name)
{
	write_open(w, name, '{');
	w->inlined = true;
}

void write_close(struct writer *w, char bracket)
{
	w->depth--;
	if (!w->first && !w->inlined)
		g_string_append_printf(w->out, "\n%*s", 2 * w->depth, "");
	g_string_append_c(w->out, bracket);
	w->first = w->inlined = false;
}

void write_string(struct writer *w, const char *name, const char *value)
{
	start(w, name);
	append_string(w->out, value);
}

void write_number(struct writer *w, const char *name, double value)
{
	start(w, name);
	if (isfinite(value))
		g_string_append_printf(w->out, "%.10g", value);
	else
		g_string_append(w->out, "null");
}

void write_count(struct writer *w, const char *name, uint64_t value)
{
	start(w, name);
	g_string_append_printf(w->out, "%" G_GUINT64_FORMAT, value);
}

void write_truth(struct writer *w, const char *name, bool value)
{
	start(w, name);
	g_string_append(w->out, value ? "true" : "false");
}

void write_names(struct writer *w, const char *name, const GPtrArray *values)
{
	start(w, name);
	g_string_append_c(w->out, '[');
	for (unsigned int i = 0; i < values->len; i++) {
		g_string_append(w->out, i ? ", " : "");
		append_string(w->out, values->pdata[i]);
	}
	g_string_append_c(w->out, ']');
}

void write_hist(struct writer *w, const char *name, const struct hist *values)
{
	start(w, name);
	g_string_append_c(w->out, '[');
	for (unsigned int i = 0; i < values->n; i++)
		g_string_append_printf(w->out, "%s[%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT "]",
				       i ? ", " : "", values->bins[i].value, values->bins[i].count);
	g_string_append_c(w->out, ']');
}
