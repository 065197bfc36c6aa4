/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which boots without a guest ran on a disturbed host, by the rule for trials
 * (analysis/report/host/disturbed.h), and which ratios are on another side of 1 without them.
 * Of runs that recorded nothing of it nothing is said.
 */
#ifndef VQLAB_ANALYSIS_RING_TIMED_QUIET_H
#define VQLAB_ANALYSIS_RING_TIMED_QUIET_H

#include "analysis/report/results.h"
#include "analysis/report/writer.h"
#include "timed.h"

/* Has any boot of @r a record of its host? */
bool timed_recorded(const struct results *r);

/* The section "Was the host quiet?", of trials (report_quiet()) and of boots. */
void report_host(struct document *out, const struct results *r);

/* Of report.txt, a sentence, behind that of trials and for such reasons (add_letter_quiet()). */
void add_letter_timed_quiet(GString *text, const struct results *r);

/* The member host of one of summary.json's timed, @t. */
void write_timed_quiet(struct writer *w, const struct timed *t, double limit);

#endif
