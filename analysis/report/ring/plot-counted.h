/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What plots of counted figures have in common. */
#ifndef VQLAB_ANALYSIS_RING_PLOT_COUNTED_H
#define VQLAB_ANALYSIS_RING_PLOT_COUNTED_H

#include "counted.h"
#include "analysis/report/results.h"

/* What was counted of disks, else of what there is; NULL: nothing, or not off. */
const struct counted *plotted_counted(const struct results *r);

/* The load, as a caption; g_free() it. */
char *counted_caption(const struct counted *c);

/* Has any label of this ring and order a cost beside off's? */
bool has_cost(const struct counted *c, unsigned int ring, unsigned int order);

#endif
