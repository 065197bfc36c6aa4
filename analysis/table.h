/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table as it is filled, cell by cell, and what figures look like in it.  Once filled
 * it becomes a part of a document (document.h), and text.h and others lay it out.
 */
#ifndef VQLAB_ANALYSIS_TABLE_H
#define VQLAB_ANALYSIS_TABLE_H

#include <stdbool.h>

#include "document.h"

#define TABLE_COLUMNS 12

struct column {
	char *head, *head2; /* the second line, or NULL */
	bool right;	    /* aligned: figures */
};

/* Filled by the functions below; who lays it out reads it. */
struct table {
	struct column columns[TABLE_COLUMNS];
	unsigned int n;
	bool grouped;
	GPtrArray *cells; /* char *, row by row; a group is one string that starts with '\n' */
};

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

/* Appends the table to the document, which owns it from then on. */
void table_print(struct table *t, struct document *out);

void table_free(struct table *t);

/* The same digits as table_number(), as text; g_free() it. */
char *number_text(double value);

/* "+12.3", "-1"; what rounds to nothing is "0" and has no sign; g_free() it. */
char *signed_text(double value, unsigned int digits);

#endif
