// SPDX-License-Identifier: GPL-2.0-or-later
#include "html.h"

#include <string.h>

/* A space as wide as a digit: what aligns figures in plain text aligns them here. */
#define FIGURE_SPACE "\xe2\x80\x87"
/* As wide as a plus, where a hyphen is not. */
#define MINUS "\xe2\x88\x92"

void put_escaped(GString *out, const char *text)
{
	g_autofree char *safe = g_markup_escape_text(text, -1);

	g_string_append(out, safe);
}

char *anchor_of(const char *title)
{
	GString *anchor = g_string_new(NULL);

	for (; *title; title++) {
		if (g_ascii_isalnum(*title))
			g_string_append_c(anchor, g_ascii_tolower(*title));
		else if (anchor->len && anchor->str[anchor->len - 1] != '-')
			g_string_append_c(anchor, '-');
	}
	while (anchor->len && anchor->str[anchor->len - 1] == '-')
		g_string_truncate(anchor, anchor->len - 1);
	return g_string_free(anchor, FALSE);
}

static int place_of(const GPtrArray *names, const char *name)
{
	for (unsigned int i = 0; names && i < names->len; i++)
		if (!strcmp(names->pdata[i], name))
			return i;
	return -1;
}

void put_variant(GString *out, const char *name, const GPtrArray *variants)
{
	int v = place_of(variants, name);

	if (v >= 0)
		g_string_append_printf(out, "<span class=\"v v%d\">", v);
	put_escaped(out, name);
	if (v >= 0)
		g_string_append(out, "</span>");
}

/* Spaces that align are kept, single ones between words are as they are; signs are signs. */
static void put_aligned(GString *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		char one[2] = {*c};

		if (*c == ' ' && (c == text || !c[1] || c[-1] == ' ' || c[1] == ' '))
			g_string_append(out, FIGURE_SPACE);
		else if (*c == '-' && g_ascii_isdigit(c[1]) && (c == text || strchr(" [~>", c[-1])))
			g_string_append(out, MINUS);
		else
			put_escaped(out, one);
	}
}

/* How many columns from @i on stand under its first line. */
static unsigned int spanned(const struct table *t, unsigned int i)
{
	unsigned int n = 1;

	while (i + n < t->n && t->columns[i].head2 && !*t->columns[i + n].head &&
	       t->columns[i + n].head2)
		n++;
	return n;
}

static bool two_lines(const struct table *t)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (spanned(t, i) > 1)
			return true;
	return false;
}

/* A head by itself: both of its lines. */
static void put_whole_head(GString *out, const struct column *c, unsigned int rows,
			   const GPtrArray *variants)
{
	bool parted = c->head2 && *c->head2;
	g_autofree char *name = g_strconcat(c->head, parted ? c->head2 : "", NULL);
	int v = place_of(variants, name);

	g_string_append_printf(out, "<th scope=\"col\"%s%s>", c->right ? " class=\"r\"" : "",
			       rows > 1 ? " rowspan=\"2\"" : "");
	if (v >= 0) {
		put_variant(out, name, variants);
	} else {
		put_escaped(out, c->head);
		if (parted) {
			if (*c->head && c->head[strlen(c->head) - 1] != '-')
				g_string_append_c(out, ' ');
			g_string_append(out, "<br>");
			put_escaped(out, c->head2);
		}
	}
	g_string_append(out, "</th>");
}

static void put_head(GString *out, const struct table *t, const GPtrArray *variants)
{
	unsigned int rows = two_lines(t) ? 2 : 1;

	g_string_append(out, "<thead>\n<tr>");
	for (unsigned int i = 0, n; i < t->n; i += n) {
		n = spanned(t, i);
		if (n == 1) {
			put_whole_head(out, &t->columns[i], rows, variants);
			continue;
		}
		g_string_append_printf(out, "<th scope=\"colgroup\" class=\"span\" colspan=\"%u\">",
				       n);
		put_escaped(out, t->columns[i].head);
		g_string_append(out, "</th>");
	}
	g_string_append(out, "</tr>\n");
	for (unsigned int i = 0, n; rows > 1 && i < t->n; i += n) {
		n = spanned(t, i);
		if (!i)
			g_string_append(out, "<tr>");
		for (unsigned int j = i; n > 1 && j < i + n; j++) {
			g_string_append_printf(out, "<th scope=\"col\"%s>",
					       t->columns[j].right ? " class=\"r\"" : "");
			put_escaped(out, t->columns[j].head2);
			g_string_append(out, "</th>");
		}
		if (i + n == t->n)
			g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</thead>\n");
}

static void put_cell(GString *out, const struct table *t, unsigned int column, const char *text,
		     const GPtrArray *variants)
{
	if (!column) {
		g_string_append(out, "<tr><th scope=\"row\">");
		put_variant(out, text + strspn(text, " "), variants);
		g_string_append(out, "</th>");
	} else {
		g_string_append(out, t->columns[column].right ? "<td class=\"r\">" : "<td>");
		put_aligned(out, text);
		g_string_append(out, "</td>");
	}
	if (column + 1 == t->n)
		g_string_append(out, "</tr>\n");
}

static void put_group(GString *out, const struct table *t, const char *title, bool first)
{
	if (first)
		g_string_append(out, "<tbody>\n");
	g_string_append_printf(out, "<tr class=\"group\"><th scope=\"%s\" colspan=\"%u\">",
			       first ? "rowgroup" : "row", t->n);
	put_escaped(out, title + strspn(title, " "));
	g_string_append(out, "</th></tr>\n");
}

void put_html_table(GString *out, const struct table *t, const GPtrArray *variants)
{
	unsigned int column = 0;
	bool body = false, titled = false;

	g_string_append(
		out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: ");
	put_escaped(out, t->n ? t->columns[0].head : "");
	g_string_append(out, "\">\n<table>\n");
	put_head(out, t, variants);
	for (unsigned int i = 0; i < t->cells->len; i++) {
		const char *text = t->cells->pdata[i];

		if (*text == '\n') {
			if (body && !titled)
				g_string_append(out, "</tbody>\n");
			put_group(out, t, text + 1, !body || !titled);
			body = titled = true;
			continue;
		}
		if (!body)
			g_string_append(out, "<tbody>\n");
		body = true;
		titled = false;
		put_cell(out, t, column, text, variants);
		column = (column + 1) % t->n;
	}
	g_string_append_printf(out, "%s</table>\n</div>\n", body ? "</tbody>\n" : "");
}

void end_list(GString *out, bool *list)
{
	if (*list)
		g_string_append(out, "</ul>\n");
	*list = false;
}

void put_html_paragraph(GString *out, const char *text, bool *list)
{
	g_autofree char *stripped = g_strstrip(g_strdup(text));
	bool item = g_str_has_prefix(stripped, "- ");

	if (item && !*list)
		g_string_append(out, "<ul>\n");
	else if (!item)
		end_list(out, list);
	*list = item;
	g_string_append(out, item ? "<li>" : "<p>");
	put_escaped(out, item ? stripped + 2 : stripped);
	g_string_append(out, item ? "</li>\n" : "</p>\n");
}
