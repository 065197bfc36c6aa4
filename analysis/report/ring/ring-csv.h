/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_RING_RING_CSV_H
#define VQLAB_ANALYSIS_RING_RING_CSV_H

#include "analysis/report/results.h"

/*
 * Appends the rows of results_csv() of what was counted and timed without a guest, of what
 * the guest's driver executed, and of the ablation; none where the run has nothing of it.
 */
void put_ring_figures(GString *out, const struct results *r);

#endif
