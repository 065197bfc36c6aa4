/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boots of a run in its page, and its files. */
#ifndef VQLAB_ANALYSIS_PAGE_TRIALS_H
#define VQLAB_ANALYSIS_PAGE_TRIALS_H

#include "analysis/report/results.h"

/* A row a boot: state, phases that count, evidence, and links to its files. */
void put_trials(GString *out, const struct results *r);

/* Links to the report's other forms and to what it was made from; @r may be NULL. */
void put_files(GString *out, const struct results *r);

#endif
