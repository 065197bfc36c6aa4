/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trial: one boot of one variant on one ring, each workload of the plan run
 * twice in it, probes off and on.  It runs in a process of its own (see
 * campaign.c), in its own session, process group and network namespace.
 * TRIAL.md documents what it leaves behind.
 */
#ifndef VQLAB_TRIAL_H
#define VQLAB_TRIAL_H

#include "bench.h"
#include "runners/plan/schedule.h"

#define BOOT_LIMIT_S 60

/*
 * Runs @slot in this process and writes DIR/trial.json, DIR being made for it.
 * True when there is a result, of whatever state; false with VQB_FAILED when
 * the lab itself failed.
 */
bool trial_run(const struct bench *b, const struct slot *slot, const char *dir, int report_fd,
	       GError **error);

/* Boots a guest under @accel until it answers; false with the reason. */
bool trial_boots(const struct bench *b, const char *accel, const char *dir, int limit_s,
		 GError **error);

#endif /* VQLAB_TRIAL_H */
