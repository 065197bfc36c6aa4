/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter: report.txt, the report as a maintainer would write it to a list.  What was found
 * first, then the answer, the figures that carry it, and how they were made; a mail's
 * worth of lines.  All else is in report-full.txt.
 *
 *	letter.c    the order of the parts, and what gives way until they fit
 *	found.c     findings; what was watched, and what was left out
 *	answer.c    which strategy, how much, how sure: counted, timed without a guest, live
 *	arms.c      the same of variants of several QEMUs, and what these are
 *	counted.c   the table of instructions
 *	batches.c   what in-order is for
 *	live.c      the table of throughput in guests, and what it could not resolve
 *	timed.c     the table of throughput without one
 *	method.c    how and on what; the command that does it again
 *
 * Every figure here is one of summary.json, or counted from its cells: a test, which shares
 * no code with this, holds each digit to it (analysis/tests/letter.py).
 */
#ifndef VQLAB_ANALYSIS_LETTER_H
#define VQLAB_ANALYSIS_LETTER_H

#include "analysis/report/results.h"

#define LETTER_LINES 80

/*
 * report.txt of @r: at most LETTER_LINES lines of at most TEXT_WIDTH columns of ASCII,
 * none of which a mail program would quote or escape.  g_free() it.
 */
char *letter_text(const struct results *r);

#endif
