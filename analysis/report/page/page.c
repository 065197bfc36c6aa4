// SPDX-License-Identifier: GPL-2.0-or-later
#include "page.h"

#include <string.h>

#include "analysis/document.h"
#include "analysis/page-resource.h"
#include "analysis/report/wording.h"
#include "colours.h"
#include "drawn.h"
#include "html.h"
#include "trials.h"

/* A page as it is put together: what stands in it in another order than in the document. */
struct page {
	const struct document *d;
	const struct results *r;
	const GPtrArray *variants;
	const char *plots;
	GString *title, *alarm, *contents, *sections, *provenance;
	GHashTable *anchors; /* those taken */
};

static const char *part(const char *name, gsize *size)
{
	g_autofree char *path = g_strconcat("/vqlab/page/", name, NULL);
	GBytes *bytes = g_resource_lookup_data(page_get_resource(), path, 0, NULL);
	const char *text;

	g_assert(bytes);
	text = g_bytes_get_data(bytes, size);
	g_bytes_unref(bytes); /* the program's own: it stays */
	return text;
}

static void put_part(GString *out, const char *name)
{
	gsize size;
	const char *text = part(name, &size);

	g_string_append_len(out, text, size);
}

/* Only our script runs, whatever else a page might be made to hold: by its hash. */
static char *script_hash(void)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize size, length = sizeof(digest);
	const char *script = part("page.js", &size);

	g_checksum_update(sum, (const guchar *)script, size);
	g_checksum_get_digest(sum, digest, &length);
	return g_base64_encode(digest, length);
}

static void put_head(GString *out, const struct page *p)
{
	g_autofree char *hash = script_hash();

	g_string_append_printf(
		out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; img-src data:; script-src 'sha256-%s'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n<title>%s</title>\n<style>\n",
		hash, p->title->str);
	put_part(out, "page.css");
	put_variant_colours(out, p->variants);
	g_string_append(out, "\n</style>\n</head>\n");
}

/* An anchor for @title that no other section has; the page owns it. */
static const char *new_anchor(struct page *p, const char *title)
{
	g_autofree char *plain = anchor_of(title);
	char *anchor = g_strdup(*plain ? plain : "section");

	for (unsigned int n = 2; g_hash_table_contains(p->anchors, anchor); n++) {
		g_free(anchor);
		anchor = g_strdup_printf("%s-%u", plain, n);
	}
	g_hash_table_add(p->anchors, anchor);
	return anchor;
}

static void put_entry(struct page *p, const char *anchor, const char *title)
{
	g_string_append_printf(p->contents, "<li><a href=\"#%s\">", anchor);
	put_escaped(p->contents, title);
	g_string_append(p->contents, "</a></li>\n");
}

static void open_section(struct page *p, GString *out, const char *title, bool alarm)
{
	const char *anchor = new_anchor(p, title);

	g_string_append_printf(out,
			       "<section id=\"%s\" aria-labelledby=\"h-%s\"%s>\n<h2 id=\"h-%s\">",
			       anchor, anchor, alarm ? " class=\"alarm\"" : "", anchor);
	put_escaped(out, title);
	g_string_append(out, "</h2>\n");
	put_entry(p, anchor, title);
}

static void put_field(GString *out, const struct block *b)
{
	if (*b->name) {
		g_string_append(out, "<dt>");
		put_escaped(out, b->name);
		g_string_append(out, "</dt>");
	}
	g_string_append(out, "<dd>");
	put_escaped(out, b->text);
	g_string_append(out, "</dd>\n");
}

/* Fields say what the run was: that goes last. */
static void put_blocks(struct page *p)
{
	GString *out = p->sections;
	bool list = false, section = false;

	for (unsigned int i = 0; i < p->d->blocks->len; i++) {
		const struct block *b = p->d->blocks->pdata[i];

		if (b->kind != BLOCK_PARAGRAPH && b->kind != BLOCK_BLANK)
			end_list(out, &list);
		if (b->kind == BLOCK_HEADING && b->line == '=') {
			put_escaped(p->title, b->text);
		} else if (b->kind == BLOCK_HEADING) {
			if (section)
				g_string_append(out, "</section>\n");
			out = b->line == '*' ? p->alarm : p->sections;
			open_section(p, out, b->text, b->line == '*');
			section = true;
		} else if (b->kind == BLOCK_PARAGRAPH) {
			put_html_paragraph(out, b->text, &list);
		} else if (b->kind == BLOCK_FIELD) {
			put_field(p->provenance, b);
		} else if (b->kind == BLOCK_TABLE) {
			put_html_table(out, b->table, p->variants);
		} else if (b->kind == BLOCK_PLOT) {
			put_figure(out, p->d, p->plots, b->name, p->variants);
		}
	}
	end_list(out, &list);
	if (section)
		g_string_append(out, "</section>\n");
}

static void put_header(GString *out, const struct page *p)
{
	g_string_append(out, "<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n"
			     "<header>\n<h1>");
	g_string_append(out, p->title->str);
	g_string_append(out, "</h1>\n");
	if (p->r) {
		g_autofree char *on = ran_on(p->r->run);

		g_string_append(out, "<p>");
		put_escaped(out, on);
		g_string_append(out, "</p>\n");
	}
	g_string_append(out, "</header>\n");
}

static char *put_together(struct page *p)
{
	GString *out = g_string_new(NULL);

	put_head(out, p);
	put_header(out, p);
	g_string_append_printf(out,
			       "<nav aria-label=\"Contents\"><details open><summary>Contents"
			       "</summary>\n<ol>\n%s</ol></details></nav>\n<main id=\"report\">\n",
			       p->contents->str);
	g_string_append(out, p->alarm->str);
	g_string_append(out, p->sections->str);
	if (p->r)
		put_trials(out, p->r);
	if (p->provenance->len)
		g_string_append_printf(
			out,
			"<section id=\"provenance\" aria-labelledby=\"h-provenance\">"
			"\n<h2 id=\"h-provenance\">Provenance</h2>\n<dl>\n%s</dl>\n</section>\n",
			p->provenance->str);
	put_files(out, p->r);
	g_string_append(out, "</main>\n<script>");
	put_part(out, "page.js");
	g_string_append(out, "</script>\n</body>\n</html>\n");
	return g_string_free(out, FALSE);
}

char *page_html(const struct document *d, const struct results *r, const GPtrArray *variants,
		const char *plots)
{
	static const char *const own[] = {"report", "trials", "provenance", "files"};
	struct page p = {.d = d, .r = r, .variants = variants, .plots = plots};
	GString **parts[] = {&p.title, &p.alarm, &p.contents, &p.sections, &p.provenance};
	char *html;

	p.anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned int i = 0; i < G_N_ELEMENTS(own); i++)
		g_hash_table_add(p.anchors, g_strdup(own[i]));
	for (unsigned int i = 0; i < G_N_ELEMENTS(parts); i++)
		*parts[i] = g_string_new(NULL);
	put_blocks(&p);
	if (r && (r->run->trials->len || r->run->counting->len))
		put_entry(&p, "trials", "Trials");
	if (p.provenance->len)
		put_entry(&p, "provenance", "Provenance");
	put_entry(&p, "files", "Files");
	html = put_together(&p);
	for (unsigned int i = 0; i < G_N_ELEMENTS(parts); i++)
		g_string_free(*parts[i], TRUE);
	g_hash_table_destroy(p.anchors);
	return html;
}
