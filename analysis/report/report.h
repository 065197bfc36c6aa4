/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of a report; all numbers come from struct results.  report.txt: letter/letter.h. */
#ifndef VQLAB_ANALYSIS_REPORT_H
#define VQLAB_ANALYSIS_REPORT_H

#include "results.h"

/* What report-full.txt and its other forms say; document_free() it. */
struct document *report_document(const struct results *r);

/*
 * What no figure outweighs, a sentence each (char *), the worst first: stalls, crashes,
 * violations; with @gates also trials that are invalid or did not start, and counting
 * boots.  The caller unrefs it.
 */
GPtrArray *list_findings(const struct results *r, bool gates);

/* Families of comparisons that Holm's correction is by: a workload, ring and baseline. */
unsigned int test_families(const struct results *r);

/* Its parts, appended to @out: report.c, tables.c, limits.c. */
bool report_findings(struct document *out, const struct results *r); /* false: none */
void report_workload(struct document *out, const struct results *r, unsigned int workload);
void report_probes(struct document *out, const struct results *r);
void report_limits(struct document *out, const struct results *r);

/* summary.json, "vqlab-summary-2"; g_free() it. */
char *summary_json(const struct results *r);

/**
 * draw_plots() - all plots, each as SVG and PNG, by gnuplot
 * @r: the results
 * @folder: where to; must exist. Plots of an earlier report there are removed.
 * @error: set to "what: why" when false is returned
 */
bool draw_plots(const struct results *r, const char *folder, GError **error);

#endif
