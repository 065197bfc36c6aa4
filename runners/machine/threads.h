/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of QEMU's threads does what, as QMP tells. */
#ifndef VQLAB_THREADS_H
#define VQLAB_THREADS_H

#include "qmp.h"

#include <sys/types.h>

/*
 * Threads of process @pid, pid_t: of each vCPU (one for all of them, where TCG is not
 * multi-threaded, once), or of each of the @iothreads, by their object ids and in that order.
 * NULL with error set, VQB_FAILED: QEMU does not tell, or names one that is not its own.  The
 * caller unrefs it.
 */
GArray *qemu_threads(struct qmp *q, pid_t pid, const char *const *iothreads, GError **error);

#endif /* VQLAB_THREADS_H */
