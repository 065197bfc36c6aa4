/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a page: blocks of a document as HTML.  All text goes through
 * put_escaped(): what came from a guest can say what it likes and mark up nothing.
 */
#ifndef VQLAB_ANALYSIS_PAGE_HTML_H
#define VQLAB_ANALYSIS_PAGE_HTML_H

#include <glib.h>

#include "analysis/table.h"

/* Text as text, in an element or in an attribute's double quotes. */
void put_escaped(GString *out, const char *text);

/* "name" in a class of its own if it is one of @variants: the colour that plots give it. */
void put_variant(GString *out, const char *name, const GPtrArray *variants);

/* A table, each group of it a body that is sorted by itself. */
void put_html_table(GString *out, const struct table *t, const GPtrArray *variants);

/*
 * A paragraph, or an item if it starts with "- "; *@list says whether a list is open;
 * end_list() closes it before any other block.
 */
void put_html_paragraph(GString *out, const char *text, bool *list);
void end_list(GString *out, bool *list);

/* "What order costs, counted" -> "what-order-costs-counted"; g_free() it. */
char *anchor_of(const char *title);

#endif
