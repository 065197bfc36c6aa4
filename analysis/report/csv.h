/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV as RFC 4180 has it but with lines that end in '\n': a head with the units in its
 * names, then a row a line.
 */
#ifndef VQLAB_ANALYSIS_CSV_H
#define VQLAB_ANALYSIS_CSV_H

#include "results.h"

/* The next cell of a row: text, quoted where it must be; a number of six digits, or "". */
void csv_text(GString *out, const char *text);
void csv_number(GString *out, double value);

/* Ends a row. */
void csv_end(GString *out);

/* The cells of a line, its end at '\n' or '\0'; *@line is what follows.  g_strfreev() it. */
char **csv_row(const char **line);

/* What a row of results_csv() is of; order is "" of what has none. */
struct csv_subject {
	const char *workload, *ring, *variant, *order;
};

/* Appends such a row, unless the value is NAN or of nothing; @between: what low and high are. */
void csv_figure(GString *out, const struct csv_subject *s, const char *figure, const char *unit,
		const struct range *value, const char *between);

/**
 * results_csv() - every figure of a run, one a row, for spreadsheets and scripts
 *
 * Columns: workload, ring, variant, order of completion (of what was counted), figure,
 * unit, n (trials, blocks, boots or runs), value, low, high, and what low and high are.
 * g_free() it.
 */
char *results_csv(const struct results *r);

#endif
