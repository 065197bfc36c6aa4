/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who serves a virtio-net instead of QEMU: another program by vhost-user, or what is behind
 * a vhost-vdpa device, on shadow virtqueues of QEMU's.
 */
#ifndef VQLAB_RING_BACKEND_H
#define VQLAB_RING_BACKEND_H

#include <glib.h>

/* NULL, or why @backend, "vhost-user=PATH" or "vhost-vdpa=PATH", cannot be one. */
const char *backend_refuse(const char *backend);

/*
 * Adds QEMU's options for the card of @label to @argv, which owns its strings.  A % in the
 * path becomes @number, as each card needs a backend of its own.
 */
void backend_push(GPtrArray *argv, const char *backend, const char *label, unsigned int number);

#endif /* VQLAB_RING_BACKEND_H */
