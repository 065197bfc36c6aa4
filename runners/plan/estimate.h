/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan asks for, and about how long that takes. */
#ifndef VQLAB_ESTIMATE_H
#define VQLAB_ESTIMATE_H

#include "schedule.h"

/*
 * Seconds that @slot takes, about, under TCG on two cores: what the lab's own
 * runs took, beside the time that its loads are given.
 */
double estimate_slot(const struct plan *p, const struct slot *slot);

/* A line for each workload: where, how often; and what all @slots take. */
void estimate_print(const struct plan *p, GPtrArray *slots);

#endif /* VQLAB_ESTIMATE_H */
