/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Are the programs of a trial still there? */
#ifndef VQLAB_TRIAL_ALIVE_H
#define VQLAB_TRIAL_ALIVE_H

#include "state.h"

/*
 * QEMU, the servers of its disks, and iperf3's.  False with VQB_CRASHED if QEMU ended,
 * with VQB_INVALID if a server did, and what it said last.
 */
bool trial_alive(struct trial *t, GError **error);

/* That, as a link_watch on a struct trial. */
gboolean trial_watch_alive(void *trial, GError **error);

/* The path of a log in the trial's folder; the caller frees it. */
char *trial_log_path(const struct trial *t, const char *name);

#endif /* VQLAB_TRIAL_ALIVE_H */
