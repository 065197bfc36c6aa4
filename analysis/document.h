/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a report says, in the order in which it says it.  Its sections append to one
 * document, and each form of the report is that document laid out: text.h as plain text,
 * report/page/ as a page.  So no form says more than another, or anything else.
 */
#ifndef VQLAB_ANALYSIS_DOCUMENT_H
#define VQLAB_ANALYSIS_DOCUMENT_H

#include <glib.h>

struct table;

enum block_kind {
	BLOCK_HEADING,
	BLOCK_PARAGRAPH,
	BLOCK_FIELD,
	BLOCK_TABLE,
	BLOCK_PLOT,  /* a plot, in forms that have them */
	BLOCK_BLANK, /* a line of plain text; other forms space by themselves */
};

struct block {
	enum block_kind kind;
	char line;	     /* of a heading: '=' the title, '-' a section, '*' an alarm */
	unsigned int indent; /* of a paragraph: of its lines after the first */
	char *name;	     /* of a field; of a plot, NULL: all that stand nowhere else */
	char *text; /* of all but tables and plots; not filled, newlines only at its ends */
	struct table *table;
};

struct document {
	GPtrArray *blocks; /* struct block */
};

struct document *document_new(void);
void document_free(struct document *d);

/* A heading, underlined with @line, a blank line before it. */
void heading(struct document *out, char line, const char *format, ...) G_GNUC_PRINTF(3, 4);

/*
 * A paragraph, filled; lines after the first are indented by @indent.  One that starts
 * with "- " is an item of a list.
 */
void paragraph(struct document *out, unsigned int indent, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* "name     text", the text filled beside the name; to list facts with. */
void field(struct document *out, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The plot of that name (report/plots.h); NULL: all plots that stand nowhere else. */
void plot_here(struct document *out, const char *name);

void blank_line(struct document *out);

#endif
