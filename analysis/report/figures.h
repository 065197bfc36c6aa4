/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a cell that have a value a trial, by name: for summary.json and CSV. */
#ifndef VQLAB_ANALYSIS_FIGURES_H
#define VQLAB_ANALYSIS_FIGURES_H

#include "results.h"

struct figure {
	const char *name, *unit;
	size_t offset; /* in struct sample */
	/* Where the cost is not of an I/O; NULL: the same. */
	const char *work_name[N_WORKS];
};

/* Of the phases without probes, and of those with them. */
#define LOAD_FIGURES 6
#define ORDER_FIGURES 15
#define PACKET_FIGURES 2
extern const struct figure load_figures[LOAD_FIGURES];
extern const struct figure order_figures[ORDER_FIGURES];

/* Of those without probes where counts_packets(). */
extern const struct figure packet_figures[PACKET_FIGURES];

const char *figure_name(const struct figure *f, const struct workload *w);

/* Throughput's is the workload's own. */
const char *figure_unit(const struct figure *f, const struct workload *w);

#endif
