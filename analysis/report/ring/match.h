/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which counted order is most like what was watched in a guest. */
#ifndef VQLAB_ANALYSIS_RING_MATCH_H
#define VQLAB_ANALYSIS_RING_MATCH_H

#include "costs.h"
#include "analysis/report/results.h"

/* What stands for a live workload on a ring: a ring and an order of a counted one. */
struct match {
	const struct counted *counted; /* NULL: its class was not counted on this ring */
	unsigned int ring, order;
	double depth, batch; /* of ordered queues, as watched; NAN */
};

struct match find_match(const struct results *r, unsigned int workload, unsigned int ring);

#endif
