/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Phrases that the text and the plots share. */
#ifndef VQLAB_ANALYSIS_WORDING_H
#define VQLAB_ANALYSIS_WORDING_H

#include "results.h"

/* "faster", "unresolved (12 %)", "stalled 6 of 6": g_free() it. */
char *verdict_text(const struct results *r, const struct cell *c, const struct comparison *cmp);

/* One line about what the figures were measured on; g_free() it. */
char *ran_on(const struct run *run);

/*
 * Of which workloads less is better, and what their ratios are; of a run without such a one
 * nothing.
 */
void put_inverse(struct document *out, const struct run *run);

#endif
