/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_VALIDATION_ROW_H
#define VQLAB_VALIDATION_ROW_H

#include <stdbool.h>

/*
 * A line of the table, of at most 72 columns: what was looked at, what is wanted, what was
 * seen (printf() format, at most 22 characters).  False, and the line ends in MISS, unless
 * @ok.
 */
bool row(bool ok, const char *what, const char *wanted, const char *seen, ...)
	__attribute__((format(printf, 4, 5)));

/* Some lines of text about what comes next. */
void row_heading(const char *text);

/*
 * The 95 % interval of a probability, in per cent, of which @hits of @runs were seen; exact
 * (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934).
 */
struct percents {
	double lo, hi;
};

struct percents binomial_interval(unsigned int hits, unsigned int runs);

#endif
