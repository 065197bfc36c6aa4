/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a run's traces are replayed. */
#ifndef VQLAB_ANALYSIS_TRACES_H
#define VQLAB_ANALYSIS_TRACES_H

#include <stdio.h>

#include "results.h"

/*
 * Prints vqreplay's arguments, one a line: --variant with all, and the strategies of
 * the run; then the traces that stand for the run. Of each workload and ring those
 * are the first of an unordered queue and the first of an ordered one, QEMU's own
 * if there is one: of phases that count, and as far as the file is there. Returns
 * how many traces.
 */
unsigned int print_traces(const struct results *r, FILE *out);

#endif
