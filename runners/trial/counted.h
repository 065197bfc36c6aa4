/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU and the tap counted for a workload's device: QEMU's block layer its requests,
 * the host's end of the tap its packets.  Neither the load nor the probes take part in it.
 */
#ifndef VQLAB_COUNTED_H
#define VQLAB_COUNTED_H

#include "runners/machine/netns.h"
#include "runners/machine/qmp.h"
#include "runners/plan/plan.h"

struct counted {
	bool net;
	struct block_counts disk; /* unless net */
	struct tap_counts tap;	  /* if net */
};

/* For the device of @w since QEMU was started; false when it cannot be had. */
bool counted_read(struct qmp *qmp, const struct plan *p, const struct plan_workload *w,
		  struct counted *c);

/* What was added from @before to @after. */
struct counted counted_since(const struct counted *after, const struct counted *before);

/* Requests that were finished, or packets both ways. */
int64_t counted_all(const struct counted *c);

#endif /* VQLAB_COUNTED_H */
