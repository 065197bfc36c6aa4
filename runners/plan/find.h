/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan that was read holds.  A name that it lacks gives NULL or -1. */
#ifndef VQLAB_PLAN_FIND_H
#define VQLAB_PLAN_FIND_H

#include "plan.h"

struct plan_disk *plan_find_disk(const struct plan *p, const char *name);
struct plan_net *plan_find_net(const struct plan *p, const char *name);

/* The place of the net @name among the plan's, from 0: that of its tap too. */
int plan_net_number(const struct plan *p, const char *name);

/*
 * Does a boot of its own count what the guest's driver executes with @v?  Unless the plan
 * names them: the first that is off and the first that is not, since what the driver does
 * depends first of all on whether order is negotiated.
 */
bool plan_counts_driver(const struct plan *p, const struct plan_variant *v);

/* Is it of virtio-net, whose order of completion is its own? */
bool plan_ring_net(const struct plan_ring *r);

/* Does @w run on @ring? */
bool plan_workload_on(const struct plan_workload *w, const char *ring);

/* Does it run in @block, from 1 on? */
bool plan_workload_in(const struct plan_workload *w, int block);

#endif /* VQLAB_PLAN_FIND_H */
