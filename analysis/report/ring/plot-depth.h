/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_RING_PLOT_DEPTH_H
#define VQLAB_ANALYSIS_RING_PLOT_DEPTH_H

#include "analysis/report/results.h"

/* Is there a plot of counted cost over depth?  Then that of the replay is not needed. */
bool has_depth_plot(const struct results *r);

#endif
