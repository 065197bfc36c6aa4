/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_FIND_H
#define VQLAB_FIND_H

#include <glib.h>
#include <sys/types.h>

/* A process that was asked for. */
struct vq_found {
	pid_t pid;
	char *name; /* of the guest, from QEMU's -name; else the process's */
};
void vq_found_free(struct vq_found *f);

/*
 * The processes of this host that are meant by @pattern, by ascending pid: each
 * QEMU whose -name, and each process whose own name, matches it as a shell's
 * pattern; with NULL every QEMU.  Its elements are struct vq_found *, freed
 * with the array.  This process itself is never among them.
 */
GPtrArray *vq_find(const char *pattern);

/* What to call process @pid: as above.  NULL if there is no such process. */
struct vq_found *vq_find_pid(pid_t pid);

#endif
