/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU under valgrind's callgrind: counting on and off, and what was counted. */
#ifndef VQLAB_RING_CALLGRIND_H
#define VQLAB_RING_CALLGRIND_H

#include "runners/tool/error.h"

#include <sys/types.h>

struct callgrind {
	char *dir; /* for its files */
	pid_t pid;
	unsigned int dumps;
};

/* Makes the folder @dir.  False with error set also when valgrind is missing. */
bool callgrind_open(struct callgrind *c, const char *dir, GError **error);

/* Removes the folder. */
void callgrind_close(struct callgrind *c);

/* What goes before QEMU's command, and the environment; the caller frees them. */
char **callgrind_wrapper(const struct callgrind *c);
char **callgrind_environment(void);

/*
 * Takes io_uring from this process and from all that it starts: valgrind 3.19 lets a
 * QEMU that waits in it (10.2's event loop) sleep for ever.  QEMU does without.
 */
bool callgrind_refuse_io_uring(GError **error);

/* Counts from here on, from zero; QEMU is c->pid. */
bool callgrind_begin(struct callgrind *c, GError **error);

/* Counts no more.  What was counted since begin, of struct profile, a thread each. */
GPtrArray *callgrind_end(struct callgrind *c, GError **error);

/* valgrind's version, or NULL without one; the caller frees it. */
char *callgrind_version(void);

#endif /* VQLAB_RING_CALLGRIND_H */
