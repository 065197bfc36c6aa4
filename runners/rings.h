/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads of kind=ring: what vqring is asked, and what becomes of its answer.
 *
 * vqring runs in a folder of the run's, which is its TMPDIR, too: nothing of it is
 * elsewhere if it is killed.
 */
#ifndef VQLAB_RINGS_H
#define VQLAB_RINGS_H

#include "runners/plan/schedule.h"
#include "runners/trial/bench.h"

/*
 * Asks vqring whether the options of each of the plan's rings go together.  False with a
 * VQB_BAD_INPUT at the workload's line, or VQB_FAILED.
 */
bool rings_check(const struct plan *p, const char *vqring, GError **error);

/*
 * A line for each figure that @b's plan counts on rings: WORKLOAD/RING/ORDER/VARIANT, and the
 * options, quoted for a shell, with which `vqring count --qemu DIR` counts it.
 */
void rings_print_counted(const struct bench *b);

/*
 * Runs vqring for @slot, in a process of its own (worker.h): leaves RING_RESULT in @dir, be it
 * vqring's JSON or why there is none, and tells @report_fd the state: 0, or VQB_NO_START with
 * that reason.  False with @error when the host is to blame.
 */
bool ring_run(const struct bench *b, const struct slot *slot, const char *dir, int report_fd,
	      GError **error);

#endif /* VQLAB_RINGS_H */
