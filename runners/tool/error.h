/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one domain of the runners' errors.  A code becomes the exit status of vqbench, or,
 * within a trial, the trial's state.
 */
#ifndef VQLAB_ERROR_H
#define VQLAB_ERROR_H

#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#define VQB_ERROR vqb_error_quark()
GQuark vqb_error_quark(void);

enum vqb_code {
	VQB_FAILED = 1,	   /* the work could not be done: exit 1 */
	VQB_BAD_INPUT = 2, /* usage, plan, or options: exit 2 */

	/* Within a trial: results, not failures of the lab. */
	VQB_INVALID,  /* ran, but must not be counted */
	VQB_STALLED,  /* no progress */
	VQB_CRASHED,  /* QEMU ended */
	VQB_NO_START, /* the guest never answered */
};

#endif /* VQLAB_ERROR_H */
