/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_FIND_H
#define VQLAB_PROBES_TARGET_FIND_H

#include <glib.h>
#include <sys/types.h>

/* A process that was asked for. */
struct vq_found {
	pid_t pid;
	char *name; /* of the guest, from QEMU's -name; else the process's; cleaned */
};
void vq_found_free(struct vq_found *f);

/*
 * The processes of this host that are meant by @pattern, by ascending pid: each
 * QEMU whose -name, and each process whose own name, matches it as a shell's
 * pattern; with NULL every QEMU.  Its elements are struct vq_found *, freed
 * with the array.  This process itself is never among them, nor is one that nobody
 * could watch, a zombie.
 */
GPtrArray *vq_find(const char *pattern);

/*
 * The processes with the ids in @lists, each once: decimal numbers with commas, blanks
 * or line ends between them, as people and pgrep write them.  NULL with @error of
 * VQ_ERROR if something else stands there, if nothing does, or if one of them is no
 * process that could be watched.
 */
GPtrArray *vq_find_pids(char **lists, GError **error);

#endif
