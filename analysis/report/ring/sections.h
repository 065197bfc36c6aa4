/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What report-full.txt says of what was counted, and of rings without a guest.  Each appends
 * nothing where the run has nothing of the kind.
 */
#ifndef VQLAB_ANALYSIS_RING_SECTIONS_H
#define VQLAB_ANALYSIS_RING_SECTIONS_H

#include "analysis/report/results.h"

/* Has the run anything that was counted? */
bool has_counted(const struct results *r);

/* Has it anything that was timed without a guest? */
bool has_timed(const struct results *r);

/* First of all: a section for each class of workloads, "What order costs, counted". */
void report_counted(struct document *out, const struct results *r);

/* "What in-order is for": where a variant writes fewer used entries than elements. */
void report_ablation(struct document *out, const struct results *r);

/* Throughput in guests, with the counted figures of its class beside each verdict. */
void report_live(struct document *out, const struct results *r);

/* A table of what the guest's driver executed in workload @w, by part. */
void report_driver(struct document *out, const struct results *r, unsigned int w);

/* "Where the rest goes": by function. */
void report_functions(struct document *out, const struct results *r);

/* "Throughput without a guest". */
void report_timed(struct document *out, const struct results *r);

/* Where the replay in memory and the real QEMU differ, and why. */
void report_differences(struct document *out, const struct results *r);

/* How it was counted, and what such figures are not: of the section Method. */
void report_counted_method(struct document *out, const struct results *r);

/* What of the plan's rings, and of its counting boots, could not be run, as items. */
void report_rings_left_out(struct document *out, const struct results *r);

#endif
