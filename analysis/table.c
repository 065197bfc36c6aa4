// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 12
#define FIELD_INDENT 9

struct column {
	char *head, *head2; /* the second line, or NULL */
	bool right;
	unsigned int width;
};

struct table {
	struct column columns[MAX_COLUMNS];
	unsigned int n;
	bool grouped;
	GPtrArray *cells; /* char *; a group is one string that starts with '\n' */
};

struct table *table_new(const char *head, ...)
{
	struct table *t = g_new0(struct table, 1);
	va_list args;

	t->cells = g_ptr_array_new_with_free_func(g_free);
	va_start(args, head);
	for (; head; head = va_arg(args, const char *)) {
		struct column *c = &t->columns[t->n++];
		char **lines;

		g_assert(t->n <= MAX_COLUMNS);
		c->right = head[0] == '>';
		lines = g_strsplit(head + c->right, "\n", 2);
		c->head = g_strdup(lines[0]);
		c->head2 = lines[0] ? g_strdup(lines[1]) : NULL;
		g_strfreev(lines);
	}
	va_end(args);
	return t;
}

void table_group(struct table *t, const char *title)
{
	t->grouped = true;
	g_ptr_array_add(t->cells, g_strdup_printf("\n%s", title));
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(t->cells, g_strdup_vprintf(format, args));
	va_end(args);
}

char *number_text(double value)
{
	double size = fabs(value);

	if (isnan(value))
		return g_strdup("-");
	if (!size)
		return g_strdup("0");
	if (size >= 99.95)
		return g_strdup_printf("%.0f", value);
	if (size >= 9.995)
		return g_strdup_printf("%.1f", value);
	if (size >= 0.09995)
		return g_strdup_printf("%.2f", value);
	return g_strdup_printf("%.2g", value);
}

char *signed_text(double value, unsigned int digits)
{
	if (isnan(value))
		return g_strdup("-");
	if (fabs(value) < 0.5 * pow(10, -(double)digits))
		return g_strdup("0");
	return g_strdup_printf("%+.*f", digits, value);
}

void table_number(struct table *t, double value)
{
	g_ptr_array_add(t->cells, number_text(value));
}

void table_count(struct table *t, double value)
{
	if (isnan(value))
		table_cell(t, "-");
	else
		table_cell(t, "%.*f", value != floor(value), value);
}

static void widen(struct column *c, const char *text, unsigned int indent)
{
	c->width = MAX(c->width, text ? strlen(text) + indent : 0);
}

/* Sets the columns' widths; returns the gap between them. */
static unsigned int lay_out(struct table *t)
{
	unsigned int total = 0, column = 0, gap;

	for (unsigned int i = 0; i < t->n; i++) {
		widen(&t->columns[i], t->columns[i].head, 0);
		widen(&t->columns[i], t->columns[i].head2, 0);
	}
	for (unsigned int i = 0; i < t->cells->len; i++) {
		const char *text = t->cells->pdata[i];

		if (text[0] == '\n')
			continue;
		widen(&t->columns[column], text, column || !t->grouped ? 0 : 2);
		column = (column + 1) % t->n;
	}
	for (unsigned int i = 0; i < t->n; i++)
		total += t->columns[i].width;
	gap = total + 2 * (t->n - 1) <= TEXT_WIDTH ? 2 : 1;
	total += gap * (t->n - 1);
	if (total > TEXT_WIDTH)
		t->columns[0].width -= MIN(total - TEXT_WIDTH, t->columns[0].width);
	return gap;
}

static void put_cell(const struct table *t, unsigned int i, unsigned int gap, const char *text,
		     GString *line)
{
	const struct column *c = &t->columns[i];

	if (i)
		g_string_append_printf(line, "%*s", gap, "");
	if (c->right)
		g_string_append_printf(line, "%*.*s", c->width, c->width, text);
	else
		g_string_append_printf(line, "%-*.*s", c->width, c->width, text);
}

static void put_line(GString *out, GString *line)
{
	while (line->len && line->str[line->len - 1] == ' ')
		g_string_truncate(line, line->len - 1);
	g_string_append_printf(out, "%.*s\n", TEXT_WIDTH, line->str);
	g_string_truncate(line, 0);
}

void table_print(struct table *t, GString *out)
{
	unsigned int gap = lay_out(t), column = 0;
	GString *line = g_string_new(NULL);
	bool second = false;

	for (unsigned int i = 0; i < t->n; i++) {
		put_cell(t, i, gap, t->columns[i].head, line);
		second |= t->columns[i].head2 != NULL;
	}
	put_line(out, line);
	for (unsigned int i = 0; second && i < t->n; i++)
		put_cell(t, i, gap, t->columns[i].head2 ? t->columns[i].head2 : "", line);
	if (second)
		put_line(out, line);
	for (unsigned int i = 0; i < t->cells->len; i++) {
		const char *text = t->cells->pdata[i];

		if (text[0] == '\n') {
			g_string_append(line, text + 1);
			put_line(out, line);
			continue;
		}
		if (!column && t->grouped) {
			char *indented = g_strconcat("  ", text, NULL);

			put_cell(t, column, gap, indented, line);
			g_free(indented);
		} else {
			put_cell(t, column, gap, text, line);
		}
		column = (column + 1) % t->n;
		if (!column)
			put_line(out, line);
	}
	g_string_free(line, TRUE);
	for (unsigned int i = 0; i < t->n; i++) {
		g_free(t->columns[i].head);
		g_free(t->columns[i].head2);
	}
	g_ptr_array_free(t->cells, TRUE);
	g_free(t);
}

/* Fills @text; the first line has @column characters before it already. */
static void fill(GString *out, unsigned int column, unsigned int indent, const char *text)
{
	char **words = g_strsplit(text, " ", -1);
	bool begun = false; /* does a word stand on this line? */

	for (char **word = words; *word; word++) {
		const char *rest = *word;

		if (!*rest)
			continue;
		if (begun && column + 1 + strlen(rest) > TEXT_WIDTH) {
			g_string_append_printf(out, "\n%*s", indent, "");
			column = indent;
		} else if (begun) {
			g_string_append_c(out, ' ');
			column++;
		}
		/* A word longer than a line is cut where the line ends. */
		while (column + strlen(rest) > TEXT_WIDTH) {
			unsigned int fits = TEXT_WIDTH - column;

			g_string_append_printf(out, "%.*s\n%*s", fits, rest, indent, "");
			rest += fits;
			column = indent;
		}
		g_string_append(out, rest);
		column += strlen(rest);
		begun = true;
	}
	g_string_append_c(out, '\n');
	g_strfreev(words);
}

void paragraph(GString *out, unsigned int indent, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fill(out, 0, indent, text);
	g_free(text);
}

void field(GString *out, const char *name, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_string_append_printf(out, "%-*s", FIELD_INDENT, name);
	fill(out, FIELD_INDENT, FIELD_INDENT, text);
	g_free(text);
}

void heading(GString *out, char line, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (out->len)
		g_string_append_c(out, '\n');
	g_string_append_printf(out, "%.*s\n", TEXT_WIDTH, text);
	for (unsigned int i = 0; i < MIN(strlen(text), TEXT_WIDTH); i++)
		g_string_append_c(out, line);
	g_string_append(out, "\n\n");
	g_free(text);
}
