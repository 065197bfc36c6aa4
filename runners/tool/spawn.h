/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes that cannot outlive their parent: the kernel kills each when
 * the process that spawned it dies (PR_SET_PDEATHSIG), however it dies.  They
 * run in /, so paths given to them must be absolute.
 */
#ifndef VQLAB_SPAWN_H
#define VQLAB_SPAWN_H

#include "confine.h"

#include <sys/types.h>

/* Who unprivileged children run as. */
#define NOBODY_UID 65534
#define NOBODY_GID 65534

struct child {
	pid_t pid;  /* 0: none */
	int pidfd;  /* readable when it has ended */
	bool ended; /* reaped; status is valid then */
	int status; /* as of waitpid */
};

struct spawn {
	const char *const *argv; /* argv[0] is looked up in PATH, sbin included */
	const char *const *env;	 /* NAME=VALUE besides our own environment, or NULL */
	int exec_fd;		 /* > 0: run this file instead, argv[0] is but a name */
	int in, out, err;	 /* descriptors for 0, 1, 2; 0 or less: /dev/null */
	const int *keep;	 /* further descriptors, under their own numbers */
	size_t n_keep;
	bool unprivileged;	       /* nobody:nogroup, no capabilities, no new ones; of our own
					* environment only what programs and libraries are run by */
	gid_t extra_group;	       /* supplementary group when unprivileged, or 0 */
	uint64_t file_limit;	       /* RLIMIT_FSIZE in bytes, or 0 */
	const struct confine *confine; /* when unprivileged: what it may reach, or NULL */
	int *status; /* capture: any end of it is good, and noted here as of waitpid */
};

/*
 * Starts it.  On success @c describes the child and child_end must be called
 * for it.  False with error set when the program could not be executed.
 */
bool spawn(struct child *c, const struct spawn *s, GError **error);

/* Has it ended by now?  Waits up to @limit_ms for that. */
bool child_ended(struct child *c, int limit_ms);

/* Sends @sig (if any), waits up to @limit_ms, kills, reaps.  NULL and an empty
 * child are allowed. */
void child_end(struct child *c, int sig, int limit_ms);

/* "exit status 1", "killed by signal 9 (Killed)"; the caller frees it. */
char *child_status(const struct child *c);

/*
 * Runs @argv to its end, at most @limit_ms, and returns its standard output
 * (at most @max bytes), with standard error too when @both.  NULL with error
 * set when it fails.
 */
char *capture(const struct spawn *s, bool both, size_t max, int limit_ms, GError **error);

#endif /* VQLAB_SPAWN_H */
