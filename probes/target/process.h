/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_PROCESS_H
#define VQLAB_PROBES_TARGET_PROCESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* What /proc says of a process; all names are cleaned (tool/text.h). */
struct vq_process {
	char *program; /* base name of the program that runs, or NULL */
	char *comm;    /* as ps shows it */
	char *guest;   /* the value of QEMU's -name, or NULL */
};

/* False if there is no process @pid; to be followed by vq_process_clear anyway. */
bool vq_process_read(struct vq_process *p, pid_t pid);
void vq_process_clear(struct vq_process *p);

/* By the names that distributions give it; the tools beside it are none. */
bool vq_process_is_qemu(const struct vq_process *p);

/*
 * Why nothing can be watched of @pid, whichever program it be: it is a thread's id, a
 * zombie, or the kernel's own.  NULL if it is an ordinary process, or none.  To be
 * freed.
 */
char *vq_process_unfit(pid_t pid);

/*
 * The devices of process @pid that are served outside of QEMU's functions, by vhost in
 * the kernel or by another process (vhost-user): "vhost-net, vhost-user-blk-pci".
 * NULL if there is none to be seen: of vhost-user only the command line tells.  To be
 * freed.
 */
char *vq_process_vhost(pid_t pid);

#endif
