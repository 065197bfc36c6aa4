/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child process may reach, beyond what its user may not anyway: files by
 * Landlock (the kernel's Documentation/userspace-api/landlock.rst), system calls by
 * seccomp, sizes by limits.  It is made before the fork, since it allocates, and
 * entered behind it.
 *
 * Confined, a process opens no file for writing and none for reading but those that
 * are named; it starts no process, makes no socket, traces and signals nobody, mounts
 * nothing.  It uses the descriptors that it was given.
 */
#ifndef VQLAB_CONFINE_H
#define VQLAB_CONFINE_H

#include "error.h"

struct confine {
	int ruleset;	  /* Landlock's, or -1: this kernel has none */
	int landlock;	  /* its version of Landlock, or 0 */
	GByteArray *code; /* seccomp's program */
	uint64_t memory;  /* bytes of address space, or 0: no limit */
};

/*
 * Nothing may be read yet.  What this kernel has of Landlock is in @landlock: 6 and
 * later keep signals and abstract sockets in, too.  False with error set when the
 * filter of system calls cannot be made.
 */
bool confine_init(struct confine *c, GError **error);
void confine_clear(struct confine *c);

/* Lets it read, and execute, the file or what is beneath the folder.  One that is not
 * there is passed over. */
void confine_allow(struct confine *c, const char *path);
/* The same of an open file or folder; O_PATH will do. */
void confine_allow_fd(struct confine *c, int fd);
/* Lets it open the device for all that its user may do with it. */
void confine_allow_device(struct confine *c, const char *path);

/* In the child, as the user that it shall be, with no_new_privs set.  False with errno set. */
bool confine_enter(const struct confine *c);

#endif /* VQLAB_CONFINE_H */
