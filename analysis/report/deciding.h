/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_DECIDING_H
#define VQLAB_ANALYSIS_DECIDING_H

#include "results.h"

/*
 * The workload that the report begins with, by its place in the run: of those whose
 * comparisons with off have verdicts ("unresolved" is one), or else of those that have
 * ratios, the one with the most out of order, and if none is, the first.
 * -1: none was compared with off.
 */
int deciding_workload(const struct results *r);

/* Has a comparison of it with off two blocks, and so a verdict, be it "unresolved"? */
bool workload_judged(const struct results *r, unsigned int workload);

#endif
