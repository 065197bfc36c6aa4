/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a cell that have a value a trial, by name: for summary.json and CSV. */
#ifndef VQLAB_ANALYSIS_FIGURES_H
#define VQLAB_ANALYSIS_FIGURES_H

#include "results.h"

struct figure {
	const char *name, *unit;
	const char *net_name, *net_unit; /* where iperf3 drives; NULL: the same */
	size_t offset;			 /* in struct sample */
};

/* Of the phases without probes, and of those with them. */
#define LOAD_FIGURES 5
#define ORDER_FIGURES 15
extern const struct figure load_figures[LOAD_FIGURES];
extern const struct figure order_figures[ORDER_FIGURES];

const char *figure_name(const struct figure *f, const struct workload *w);

/* Throughput's is the workload's own. */
const char *figure_unit(const struct figure *f, const struct workload *w);

#endif
