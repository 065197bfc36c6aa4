/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts what the guest's driver executes, in a boot that is there for that alone:
 * runners/guest-count has the counter.
 */
#ifndef VQLAB_TRIAL_DRIVER_H
#define VQLAB_TRIAL_DRIVER_H

#include "state.h"

/* Finds the driver's functions in the guest that has booted. */
bool driver_find(struct trial *t, GError **error);

/* Around the load of a phase; @interrupts is begin's, for end. */
bool driver_begin(struct trial *t, int64_t *interrupts, GError **error);

/*
 * Counting ends, whatever became of the load; ph->driver is set.  ph->counted is known by
 * then, as far as it will be.
 */
bool driver_end(struct trial *t, struct phase *ph, int64_t interrupts, GError **error);

#endif /* VQLAB_TRIAL_DRIVER_H */
