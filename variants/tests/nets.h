/*
 * The network cards of test-qemu, and what it has them do; as rig.h, of the
 * one machine of the process
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_NETS_H
#define VQLAB_NETS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_NETS 16 /* that netns.h has addresses for */

extern int n_nets;

bool net_is_packed(int i);

/* One more card whose completions @variant orders; before vm_boot. */
bool add_net(const char *variant, GError **error);

/* Card @i: TCP both ways, so that both queues work, and its counters. */
bool net_load(int i, GError **error);

/*
 * Takes the link down, lets the guest send, and puts it up again.  Without a
 * link QEMU drops what the guest sends: virtqueue_drop_all fills elements that
 * were never popped.  The driver cannot know (status=off).  Fails the test
 * unless @at_least elements were published meanwhile.
 */
bool drop_packets(int i, int64_t at_least, GError **error);

#endif /* VQLAB_NETS_H */
