// SPDX-License-Identifier: GPL-2.0-or-later
#include "csv.h"

#include <math.h>
#include <string.h>

static void next(GString *out)
{
	if (out->len && out->str[out->len - 1] != '\n')
		g_string_append_c(out, ',');
}

void csv_text(GString *out, const char *text)
{
	bool first = !out->len || out->str[out->len - 1] == '\n';

	next(out);
	/* next() would not see a row that starts with nothing. */
	if ((first && !*text) || strpbrk(text, ",\"\n")) {
		g_string_append_c(out, '"');
		for (; *text; text++)
			g_string_append_printf(out, *text == '"' ? "\"\"" : "%c", *text);
		g_string_append_c(out, '"');
	} else {
		g_string_append(out, text);
	}
}

void csv_number(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE] = "";

	if (!isfinite(value)) {
		csv_text(out, "");
		return;
	}
	next(out);
	/* Counts in full, whatever their length. */
	g_ascii_formatd(text, sizeof(text),
			value == floor(value) && fabs(value) < 1e15 ? "%.0f" : "%.6g", value);
	g_string_append(out, text);
}

void csv_end(GString *out)
{
	g_string_append_c(out, '\n');
}

void csv_figure(GString *out, const struct csv_subject *s, const char *figure, const char *unit,
		const struct range *value, const char *between)
{
	if (!value->n || isnan(value->median))
		return;
	csv_text(out, s->workload);
	csv_text(out, s->ring);
	csv_text(out, s->variant);
	csv_text(out, s->order);
	csv_text(out, figure);
	csv_text(out, unit);
	csv_number(out, value->n);
	csv_number(out, value->median);
	csv_number(out, value->min);
	csv_number(out, value->max);
	csv_text(out, between);
	csv_end(out);
}

/* A cell that is quoted; *@from stands behind its first quote, and then behind its last. */
static char *quoted(const char **from)
{
	GString *cell = g_string_new(NULL);

	for (; **from; (*from)++) {
		if (**from == '"' && *++*from != '"')
			break;
		g_string_append_c(cell, **from);
	}
	return g_string_free(cell, FALSE);
}

char **csv_row(const char **line)
{
	GPtrArray *cells = g_ptr_array_new();

	while (**line && **line != '\n') {
		size_t plain = strcspn(*line, ",\n");

		if (**line == '"') {
			++*line;
			g_ptr_array_add(cells, quoted(line));
		} else {
			g_ptr_array_add(cells, g_strndup(*line, plain));
			*line += plain;
		}
		if (**line == ',')
			++*line;
	}
	if (**line)
		++*line;
	g_ptr_array_add(cells, NULL);
	return (char **)g_ptr_array_free(cells, FALSE);
}
