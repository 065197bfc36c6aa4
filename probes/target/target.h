/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_TARGET_H
#define VQLAB_PROBES_TARGET_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <elfutils/libdwfl.h>

#include "probes/tool/vqerror.h"

/* A watched process. */
struct vq_target {
	pid_t pid;
	/* A name in /proc/PID of the binary that runs, good even if that was deleted
	 * or replaced, or is in another mount namespace. */
	char *exe;
	/* That file, open, and a name for it as long as it is: where probes are put.  The process
	 * may start another program meanwhile, in which they would be at any place. */
	int file;
	char *file_name;
	char *path; /* where that link leads, for messages */
	int pidfd;  /* readable when the process has ended */
	int mem;    /* /proc/PID/mem, or -1 if this user may not open it */
	int maps;   /* /proc/PID/maps of the program that ran when it was opened */
	Dwfl_Callbacks callbacks;
	char *debug_path; /* where separate debug files are looked for */
	Dwfl *dwfl;	  /* the binary, with its separate debug file if there is one */
	Dwfl_Module *mod;
	uint64_t bias; /* run-time address - address in the file; in bytes */
	/* For device.c: */
	GHashTable *types; /* type of device -> how many had no id */
	GHashTable *names; /* VirtIODevice address -> name that was made up */
};

/*
 * Opens process @pid.  NULL and @error if there is none or it may not be
 * watched.  Freed by vq_target_free; the process is not touched.
 */
struct vq_target *vq_target_open(pid_t pid, GError **error);
void vq_target_free(struct vq_target *t);

/* Reads @len bytes at @addr of the process.  False if they are not there. */
bool vq_target_read(struct vq_target *t, uint64_t addr, void *buf, size_t len);

/* Is the process, or might it be, under a seccomp filter? */
bool vq_target_has_seccomp(const struct vq_target *t);

/* Has the process ended, or put another program in its place? */
bool vq_target_gone(const struct vq_target *t);

#endif
