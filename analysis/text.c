// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <string.h>

#include "table.h"

#define FIELD_INDENT 9

static void widen(unsigned int *width, const char *text, unsigned int indent)
{
	*width = MAX(*width, text ? strlen(text) + indent : 0);
}

/* Sets @width, of the columns; returns the gap between them. */
static unsigned int lay_out(const struct table *t, unsigned int *width)
{
	unsigned int total = 0, column = 0, gap;

	for (unsigned int i = 0; i < t->n; i++) {
		widen(&width[i], t->columns[i].head, 0);
		widen(&width[i], t->columns[i].head2, 0);
	}
	for (unsigned int i = 0; i < t->cells->len; i++) {
		const char *text = t->cells->pdata[i];

		if (text[0] == '\n')
			continue;
		widen(&width[column], text, column || !t->grouped ? 0 : 2);
		column = (column + 1) % t->n;
	}
	for (unsigned int i = 0; i < t->n; i++)
		total += width[i];
	gap = total + 2 * (t->n - 1) <= TEXT_WIDTH ? 2 : 1;
	total += gap * (t->n - 1);
	if (total > TEXT_WIDTH)
		width[0] -= MIN(total - TEXT_WIDTH, width[0]);
	return gap;
}

/* How a table is laid out: of each column the width, and the gap between them. */
struct layout {
	unsigned int width[TABLE_COLUMNS], gap;
};

static void put_cell(const struct table *t, const struct layout *l, unsigned int i,
		     const char *text, GString *line)
{
	int width = l->width[i];

	if (i)
		g_string_append_printf(line, "%*s", l->gap, "");
	if (t->columns[i].right)
		g_string_append_printf(line, "%*.*s", width, width, text);
	else
		g_string_append_printf(line, "%-*.*s", width, width, text);
}

static void put_line(GString *out, GString *line)
{
	while (line->len && line->str[line->len - 1] == ' ')
		g_string_truncate(line, line->len - 1);
	g_string_append_printf(out, "%.*s\n", TEXT_WIDTH, line->str);
	g_string_truncate(line, 0);
}

static void put_table(GString *out, const struct table *t)
{
	struct layout l = {.gap = 0};
	unsigned int column = 0;
	GString *line = g_string_new(NULL);
	bool second = false;

	l.gap = lay_out(t, l.width);
	for (unsigned int i = 0; i < t->n; i++) {
		put_cell(t, &l, i, t->columns[i].head, line);
		second |= t->columns[i].head2 != NULL;
	}
	put_line(out, line);
	for (unsigned int i = 0; second && i < t->n; i++)
		put_cell(t, &l, i, t->columns[i].head2 ? t->columns[i].head2 : "", line);
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

			put_cell(t, &l, column, indented, line);
			g_free(indented);
		} else {
			put_cell(t, &l, column, text, line);
		}
		column = (column + 1) % t->n;
		if (!column)
			put_line(out, line);
	}
	g_string_free(line, TRUE);
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

static void put_heading(GString *out, const char *text, char line)
{
	if (out->len && !g_str_has_suffix(out->str, "\n\n"))
		g_string_append_c(out, '\n');
	g_string_append_printf(out, "%.*s\n", TEXT_WIDTH, text);
	for (unsigned int i = 0; i < MIN(strlen(text), TEXT_WIDTH); i++)
		g_string_append_c(out, line);
	g_string_append(out, "\n\n");
}

static void put_block(GString *out, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_HEADING:
		put_heading(out, b->text, b->line);
		break;
	case BLOCK_PARAGRAPH:
		fill(out, 0, b->indent, b->text);
		break;
	case BLOCK_FIELD:
		g_string_append_printf(out, "%-*s", FIELD_INDENT, b->name);
		fill(out, FIELD_INDENT, FIELD_INDENT, b->text);
		break;
	case BLOCK_TABLE:
		put_table(out, b->table);
		break;
	case BLOCK_PLOT:
		break;
	case BLOCK_BLANK:
		g_string_append_c(out, '\n');
		break;
	}
}

char *document_text(const struct document *d)
{
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < d->blocks->len; i++)
		put_block(out, d->blocks->pdata[i]);
	return g_string_free(out, FALSE);
}
