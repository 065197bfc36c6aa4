/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that a trial asks of its guest, over the link.  Errors are what becomes of
 * the trial: VQB_STALLED when no answer came, VQB_INVALID when it was no good one, or how
 * QEMU ended.
 */
#ifndef VQLAB_IN_GUEST_H
#define VQLAB_IN_GUEST_H

#include "state.h"

bool guest_wait_up(struct trial *t, int limit_s, GError **error);
bool guest_read_features(struct trial *t, GError **error);
bool guest_configure_nets(struct trial *t, GError **error);
bool guest_put_jobs(struct trial *t, GError **error);
/* Runs the load of @w with @watch looking on; its standard output (not
 * yet parsed), the link's until the next command. */
const GByteArray *guest_run_load(struct trial *t, const struct plan_workload *w, link_watch watch,
				 void *data, GError **error);

/* Where the driver's functions are, as guest_counter_learn takes it; the caller frees it. */
char *guest_read_functions(struct trial *t, GError **error);

#endif /* VQLAB_IN_GUEST_H */
