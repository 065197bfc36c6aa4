/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host did while trials ran on it, and what that leaves of the verdicts.
 *
 *	record.c     reads it: run.json, trial.json -> struct run, struct trial
 *	disturbed.c  the rule; the verdicts again without the trials that it names
 *	quiet.c      that in words: report-full.txt, report.txt, summary.json
 *
 * Runs that recorded nothing of it have none of this in their reports.
 */
#ifndef VQLAB_ANALYSIS_HOST_RECORD_H
#define VQLAB_ANALYSIS_HOST_RECORD_H

#include "analysis/report/reader.h"
#include "analysis/report/run.h"

/* A phase's member host; NULL if @o is.  The caller frees it. */
struct meanwhile *read_meanwhile(struct reader *r, JsonObject *o);

/* The settings of @host, run.json's: "name value" (char *), by name; empty: older runs. */
GPtrArray *read_settings(struct reader *r, JsonObject *host);

/* How trials were pinned, of run.json @o, or why not; "": the plan does not ask.  Likewise. */
char *read_pin(struct reader *r, JsonObject *o);

/*
 * The settings of trial @o that are not those of @run: their names and values, with commas
 * between, before it or after it; "": none.  The caller frees it.
 */
char *read_changed_settings(struct reader *r, JsonObject *o, const GPtrArray *run);

/* QEMUs that were not trial @o's, before or after it; 0 also if nothing tells. */
uint64_t read_other_qemus(struct reader *r, JsonObject *o);

#endif
