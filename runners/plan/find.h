/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan that was read holds.  A name that it lacks gives NULL or -1. */
#ifndef VQLAB_PLAN_FIND_H
#define VQLAB_PLAN_FIND_H

#include "plan.h"

/* Names end up in QEMU ids, file names and trial ids: a-z, 0-9, -. */
bool plan_plain_name(const char *name, size_t max);

struct plan_disk *plan_find_disk(const struct plan *p, const char *name);
struct plan_net *plan_find_net(const struct plan *p, const char *name);

/*
 * Names of the threads that serve @d's queues, each every n-th of them; none: the main loop.
 * g_strfreev() it.
 */
char **plan_disk_iothreads(const struct plan_disk *d);

/* The place of the net @name among the plan's, from 0: that of its tap too. */
int plan_net_number(const struct plan *p, const char *name);

/* By label; by the name of its group. */
struct plan_variant *plan_find_variant(const struct plan *p, const char *label);
struct plan_arm *plan_find_arm(const struct plan *p, const char *name);

/* Do @a and @b run on one QEMU, with the same properties? */
bool plan_same_machine(const struct plan_variant *a, const struct plan_variant *b);

/*
 * Does a boot of its own count what the guest's driver executes with @v?  Unless the plan
 * names them: of each QEMU the first that is off and the first that is not, since what the
 * driver does depends first of all on whether order is negotiated.
 */
bool plan_counts_driver(const struct plan *p, const struct plan_variant *v);

/* Is it of virtio-net, whose order of completion is its own? */
bool plan_ring_net(const struct plan_ring *r);

/* Does @w run on @ring? */
bool plan_workload_on(const struct plan_workload *w, const char *ring);

/* Does it run in @block, from 1 on? */
bool plan_workload_in(const struct plan_workload *w, int block);

#endif /* VQLAB_PLAN_FIND_H */
