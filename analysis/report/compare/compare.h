/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare: two runs side by side, before and after a change or on two hosts.
 *
 *	provenance.c  what differs in how they were made; what only one of them has
 *	difference.c  two samples of log ratios -> how many times one is the other
 *	guests.c      ratios to off in guests
 *	rings.c       instructions and ratios of rings without a guest
 *	compare.c     all that as a document
 *
 * What is compared is each run's ratio to its own off, or its counts over off: so what makes
 * a host or an hour faster cancels within a run, before two runs meet.
 */
#ifndef VQLAB_ANALYSIS_COMPARE_H
#define VQLAB_ANALYSIS_COMPARE_H

#include "analysis/document.h"
#include "analysis/report/results.h"

/*
 * What @b is against @a, of which both have their rings (results.h); document_free() it.
 * Cells whose workload is another in both are not compared, which it says.
 */
struct document *compare_document(const struct results *a, const struct results *b);

/* Its parts, appended to @out. */
void compare_provenance(struct document *out, const struct run *a, const struct run *b);
void compare_guests(struct document *out, const struct results *a, const struct results *b);
void compare_rings(struct document *out, const struct results *a, const struct results *b);

/* Names (char *) that one of two lists has alone. */
void compare_names(struct document *out, const char *what, const GPtrArray *a, const GPtrArray *b);

/* @b's workload that is @w by its name and in all that makes its figures; -1: none. */
int same_workload(const struct workload *w, const GPtrArray *b);

#endif
