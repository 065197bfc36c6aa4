/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three forms of a report; all numbers come from struct results. */
#ifndef VQLAB_ANALYSIS_REPORT_H
#define VQLAB_ANALYSIS_REPORT_H

#include "results.h"

/* What report.txt and its other forms say; document_free() it. */
struct document *report_document(const struct results *r);

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
