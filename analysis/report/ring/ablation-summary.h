/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_RING_ABLATION_SUMMARY_H
#define VQLAB_ANALYSIS_RING_ABLATION_SUMMARY_H

#include "analysis/report/results.h"
#include "analysis/report/writer.h"

/* Writes the member "ablation" of the innermost object, where the run has one. */
void write_ablation(struct writer *w, const struct results *r);

#endif
