// SPDX-License-Identifier: GPL-2.0-or-later
#include "markdown.h"

#include <stdbool.h>
#include <string.h>

#include "analysis/table.h"

/* Text as text: what would be markup, or a cell's end, is escaped; a newline is a space. */
static void put_text(GString *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>#|~&@", *text))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text == '\n' ? ' ' : *text);
	}
}

/* One that could be taken for a list or a line is escaped where it begins, too. */
static void put_stripped(GString *out, const char *text)
{
	g_autofree char *stripped = g_strstrip(g_strdup(text));
	const char *rest = stripped + strspn(stripped, "0123456789");

	if (*stripped && strchr("-+=", *stripped))
		g_string_append_c(out, '\\');
	if (rest > stripped && *rest && strchr(".)", *rest)) {
		g_string_append_len(out, stripped, rest - stripped);
		g_string_append_c(out, '\\');
		put_text(out, rest);
	} else {
		put_text(out, stripped);
	}
}

/* Of two lines, the first of which may reach over several columns. */
static void put_head(GString *out, const struct table *t)
{
	const char *above = "";

	for (unsigned int i = 0; i < t->n; i++) {
		const struct column *c = &t->columns[i];
		bool word = g_str_has_suffix(c->head, "-");

		if (*c->head)
			above = c->head;
		g_string_append(out, "| ");
		put_text(out, *c->head ? c->head : above);
		if (c->head2 && *c->head2) {
			g_string_append(out, word ? "" : " ");
			put_text(out, c->head2);
		}
		g_string_append_c(out, ' ');
	}
	g_string_append(out, "|\n");
	for (unsigned int i = 0; i < t->n; i++)
		g_string_append(out, t->columns[i].right ? "|--:" : "|---");
	g_string_append(out, "|\n");
}

static void put_table(GString *out, const struct table *t)
{
	unsigned int column = 0;

	put_head(out, t);
	for (unsigned int i = 0; i < t->cells->len; i++) {
		g_autofree char *text = g_strstrip(g_strdup(t->cells->pdata[i]));

		g_string_append(out, "| ");
		if (*(char *)t->cells->pdata[i] == '\n') { /* a group: a row of its own */
			g_string_append(out, "**");
			put_text(out, text);
			g_string_append(out, "** ");
			for (unsigned int c = 1; c < t->n; c++)
				g_string_append(out, "| ");
			g_string_append(out, "|\n");
			continue;
		}
		put_text(out, text);
		g_string_append_c(out, ' ');
		column = (column + 1) % t->n;
		if (!column)
			g_string_append(out, "|\n");
	}
}

static void put_paragraph(GString *out, const char *text)
{
	const char *begin = text + strspn(text, " \n");

	if (g_str_has_prefix(begin, "- ")) {
		g_string_append(out, "- ");
		begin += 2;
	}
	put_stripped(out, begin);
	g_string_append_c(out, '\n');
}

static void put_block(GString *out, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_HEADING:
		g_string_append(out, b->line == '=' ? "# " : "## ");
		put_stripped(out, b->text);
		g_string_append_c(out, '\n');
		break;
	case BLOCK_PARAGRAPH:
		put_paragraph(out, b->text);
		break;
	case BLOCK_FIELD:
		g_string_append(out, "- ");
		if (*b->name) {
			g_string_append(out, "**");
			put_text(out, b->name);
			g_string_append(out, "**: ");
			put_text(out, b->text);
		} else {
			put_stripped(out, b->text);
		}
		g_string_append_c(out, '\n');
		break;
	case BLOCK_TABLE:
		put_table(out, b->table);
		break;
	case BLOCK_PLOT:
	case BLOCK_BLANK:
		break;
	}
}

/* Of lists: an item after an item. */
static bool is_item(const struct block *b)
{
	return b->kind == BLOCK_FIELD || (b->kind == BLOCK_PARAGRAPH &&
					  g_str_has_prefix(b->text + strspn(b->text, " \n"), "- "));
}

char *document_markdown(const struct document *d)
{
	GString *out = g_string_new(NULL);
	bool item = false;

	for (unsigned int i = 0; i < d->blocks->len; i++) {
		const struct block *b = d->blocks->pdata[i];

		if (b->kind == BLOCK_BLANK || b->kind == BLOCK_PLOT)
			continue;
		if (out->len && !(item && is_item(b)))
			g_string_append_c(out, '\n');
		put_block(out, b);
		item = is_item(b);
	}
	return g_string_free(out, FALSE);
}
