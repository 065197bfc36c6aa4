/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain text of at most 72 columns: tables and paragraphs that survive being
 * quoted in mail.
 */
#ifndef VQLAB_ANALYSIS_TABLE_H
#define VQLAB_ANALYSIS_TABLE_H

#include <glib.h>

#define TEXT_WIDTH 72

struct table;

/*
 * Column heads, NULL ends them; one with a leading '>' is aligned right. A '\n'
 * in a head makes a second line. The strings are copied.
 */
struct table *table_new(const char *head, ...) G_GNUC_NULL_TERMINATED;

/* A line of its own between rows; the rows that follow are indented by two. */
void table_group(struct table *t, const char *title);

/* The next cell, row by row; printf style. */
void table_cell(struct table *t, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The next cell: three or four significant digits, or "-" when NAN. */
void table_number(struct table *t, double value);

/* The next cell: a count, or half of one as a median may be; "-" when NAN. */
void table_count(struct table *t, double value);

/* Appends the table and frees it. A row too wide loses the end of column 1. */
void table_print(struct table *t, GString *out);

/* The same digits as table_number(), as text; g_free() it. */
char *number_text(double value);

/* "+12.3", "-1"; what rounds to nothing is "0" and has no sign; g_free() it. */
char *signed_text(double value, unsigned int digits);

/* A paragraph, filled; lines after the first are indented by @indent. */
void paragraph(GString *out, unsigned int indent, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* "name     text", the text filled beside the name; to list facts with. */
void field(GString *out, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A heading, underlined with @line, a blank line before it. */
void heading(GString *out, char line, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
