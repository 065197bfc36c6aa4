/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report says of its host.  Each appends nothing where nothing was recorded. */
#ifndef VQLAB_ANALYSIS_HOST_QUIET_H
#define VQLAB_ANALYSIS_HOST_QUIET_H

#include "analysis/report/results.h"
#include "analysis/report/writer.h"

/* How it is set, and how trials were placed on it, as fields. */
void put_settings(struct document *out, const struct run *run);

/* Of the section "Was the host quiet?" what is of trials. */
void report_quiet(struct document *out, const struct results *r);

/* The rule, of the section Method; @boots: it was asked of rings without a guest, too. */
void report_quiet_method(struct document *out, const struct results *r, bool boots);

/*
 * Of report.txt, a sentence: only if verdicts change without the disturbed trials, or more than
 * a quarter of the trials are some, so that little is left.
 */
void add_letter_quiet(GString *text, const struct results *r);

/* The member host of summary.json. */
void write_quiet(struct writer *w, const struct results *r);

#endif
