/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_RING_SUMMARY_H
#define VQLAB_ANALYSIS_RING_SUMMARY_H

#include "analysis/report/results.h"
#include "analysis/report/writer.h"

/*
 * Adds the members counted, driver and timed, arrays, to the object that is open; none of
 * which the run has nothing.
 */
void write_rings(struct writer *w, const struct results *r);

#endif
