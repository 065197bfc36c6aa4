/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plots of several panels: one for each workload and ring that has something to show, so
 * that none is empty. They stand in a grid of at most GRID_COLUMNS columns, in which each
 * ring begins a row of its own; plots/grid.gp has the geometry.
 */
#ifndef VQLAB_ANALYSIS_PLOT_PANELS_H
#define VQLAB_ANALYSIS_PLOT_PANELS_H

#include "results.h"

#define GRID_COLUMNS 3

/* Of one ring; workloads beyond that are not drawn. */
#define MAX_PANELS 6

struct panel {
	unsigned int workload, ring; /* places in the run's lists */
};

/* Has this cell anything to draw? */
typedef bool (*panel_fn)(const struct results *r, const struct cell *c, const void *data);

/* The panels, struct panel, by ring, in which @shows any variant; g_array_free() it. */
GArray *find_panels(const struct results *r, panel_fn shows, const void *data);

/* A panel's cell of a variant. */
const struct cell *panel_cell(const struct results *r, const GArray *panels, unsigned int panel,
			      unsigned int variant);

/* Has the cell a phase with probes that counts? */
bool shows_probed(const struct results *r, const struct cell *c, const void *data);

/*
 * Appends the geometry of a grid whose @n_rows rows have @row_lengths panels: PANELS,
 * COLUMNS, ROWS, the arrays AT_ROW and AT_COLUMN, from 0 on, LOWEST, 1 where no panel stands
 * below, and TITLE, which is to be filled.
 */
void put_grid(GString *vars, const unsigned int *row_lengths, unsigned int n_rows);

/* Appends the grid of @panels, with their titles. */
void put_panels(const struct results *r, const GArray *panels, GString *vars);

/* Appends the array NOTE: how many trials and elements the probes of each saw. */
void put_panel_notes(const struct results *r, const GArray *panels, GString *vars);

/* Appends UNSHOWN: "Not shown: tcp-in, tcp-out (in order, or not measured)." or "". */
void put_left_out(const struct results *r, const GArray *panels, GString *vars);

/* Appends TICS: those of a logarithmic axis of ratios from @low to @high. */
void put_ratio_tics(GString *vars, double low, double high);

#endif
