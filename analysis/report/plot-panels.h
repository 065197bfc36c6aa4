/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plots of several panels: a row for each ring, a column for each workload that
 * has something to show there. Lists of workloads are unsigned int, their places
 * in run->workloads, at most MAX_PANELS; the caller frees them.
 */
#ifndef VQLAB_ANALYSIS_PLOT_PANELS_H
#define VQLAB_ANALYSIS_PLOT_PANELS_H

#include "results.h"

/* Side by side; workloads beyond that are not drawn. */
#define MAX_PANELS 6

/* The workloads in which something was out of order, with probes. */
GArray *find_disordered(const struct results *r);

/* The workloads that were watched at all. */
GArray *find_probed(const struct results *r);

/*
 * Appends PANELS, how many stand in a row, and the arrays TITLE and NOTE: those of
 * row R, column C at (R - 1) * PANELS + C.
 */
void put_panels(const struct results *r, const GArray *chosen, GString *vars);

/* Appends UNSHOWN: "Not shown: tcp-in, tcp-out (in order, or not measured)." or "". */
void put_left_out(const struct results *r, const GArray *chosen, GString *vars);

#endif
