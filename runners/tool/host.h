/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host, which all trials share: is there memory, is there room on its disk, and does
 * nobody else measure on it?  Where it fails the trial has no result.
 */
#ifndef VQLAB_HOST_H
#define VQLAB_HOST_H

#include "error.h"

/* Processes that the kernel has killed for want of memory since it was booted. */
int64_t host_oom_kills(void);

/*
 * Did the host fail since @oom_kills was taken?  True with VQB_FAILED and the remedy:
 * a file in @dir cannot be written, or the kernel has killed a process for memory.
 */
bool host_failed(const char *dir, int64_t oom_kills, GError **error);

/*
 * VQB_FAILED if a program of the host (never one in the guest) says in @words that it
 * has no space or no memory left, else @otherwise.
 */
int host_code(const char *words, int otherwise);

#define HOST_LOCK "vqlab.lock"

/* Where what is said of the whole host until its next boot is: /run/lock, or /tmp. */
const char *host_lock_folder(void);

/*
 * Takes the lock that says who measures on this host, a file in @folder or, with NULL,
 * in the first that there is of /run/lock and /tmp; writes this process, @run and the
 * time to it.  Returns its descriptor, which keeps it until it is closed, or -1: with
 * @who set and no error if another process has it, with @error if there can be none.
 * The caller frees @who.
 */
int host_lock(const char *folder, const char *run, char **who, GError **error);

/*
 * Waits for the lock of the folder that there is, and holds it until this process ends.  Who
 * has it is said on standard error, as @program.  @pause waits some milliseconds; true from
 * it ends the waiting: false without @error then.
 */
bool host_wait(const char *program, const char *run, bool (*pause)(void *data, int ms), void *data,
	       GError **error);

#endif /* VQLAB_HOST_H */
