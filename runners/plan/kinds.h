/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of workloads, as a plan sees them.  A new kind takes a row here and, if it runs
 * in the guest, one in trial/load-kinds.c, which says how a trial runs it and reads what it
 * reports.
 */
#ifndef VQLAB_PLAN_KINDS_H
#define VQLAB_PLAN_KINDS_H

#include "plan.h"

struct workload_kind {
	const char *name;
	bool guest;	  /* runs in a trial's guest, not by vqring */
	bool disk, net;	  /* runs on a [disk NAME], on a [net NAME] */
	bool has_job;	  /* needs a job file */
	bool own_time;	  /* takes the time that it takes, and says nothing of its traffic */
	const char *unit; /* of its throughput; NULL: the plan says it */
};

/* The names, as the table of keys has choices. */
#define WORKLOAD_KINDS "fio|iperf3|command|ring"

/* That of @w; NULL when there is none of its name, which no plan has that was read. */
const struct workload_kind *plan_kind(const struct plan_workload *w);

/* Of its throughput. */
const char *plan_unit(const struct plan_workload *w);

#endif /* VQLAB_PLAN_KINDS_H */
