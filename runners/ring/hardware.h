/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor's own count of instructions, of one thread, in user space.  Virtual
 * machines often have none; this never ran on a host that has, but for its refusal.
 */
#ifndef VQLAB_RING_HARDWARE_H
#define VQLAB_RING_HARDWARE_H

#include "runners/tool/json.h"

#include <sys/types.h>

/* A descriptor to count by, or -1 with error set. */
int hardware_open(pid_t thread, GError **error);

/* Instructions since it was opened, scaled up when the counter was shared; -1: unknown. */
double hardware_read(int fd);

#endif /* VQLAB_RING_HARDWARE_H */
