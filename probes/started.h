/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_STARTED_H
#define VQLAB_PROBES_STARTED_H

#include <glib.h>
#include <stdbool.h>

/* Tells when a process of this host has put a program in its place, or has been renamed,
 * by the kernel's tracepoints: for --follow, which need not look all the time. */
struct vq_started;

/* NULL with @error where this kernel, or this user, has no such tracepoints. */
struct vq_started *vq_started_open(GError **error);
void vq_started_close(struct vq_started *s); /* may be NULL */

/* Readable when there is something to be taken. */
int vq_started_fd(const struct vq_started *s);

/* Has there been one since the last call?  Which one it is, is not said. */
bool vq_started_take(struct vq_started *s);

#endif
