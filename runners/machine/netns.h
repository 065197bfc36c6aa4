/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trial's own network: a namespace without a name, so that it and the tap
 * devices in it vanish with its last process.  Addresses are of 192.0.2.0/24
 * (TEST-NET-1, RFC 5737): a /28 for each tap.
 */
#ifndef VQLAB_NETNS_H
#define VQLAB_NETNS_H

#include "runners/tool/error.h"

/* Moves this process to a new namespace and brings up its lo.  Needs root. */
bool netns_enter(GError **error);

/*
 * Makes the tap device number @i (0 to 15) of @queues queues (from 1 on), with an address and the
 * link up.  Appends a descriptor for each of them to @fds, ints, with a virtio-net header on
 * packets, for QEMU to inherit; the caller closes them, also those of one that failed.
 */
bool netns_tap(int i, int64_t queues, GArray *fds, GError **error);

/* Host's and guest's addresses on tap @i, and the guest's MAC; static text of
 * the last call. */
const char *netns_host_address(int i);
const char *netns_guest_address(int i);
const char *netns_guest_mac(int i);
#define NETNS_MASK "255.255.255.240"

/* What went through a tap so far.  Packets are as large as the guest's segmentation
 * offload makes them: up to 64 KiB. */
struct tap_counts {
	int64_t to_host, to_host_bytes;
	int64_t to_guest, to_guest_bytes;
};

/* That of tap @i; false when it is unknown. */
bool netns_counts(int i, struct tap_counts *c);

#endif /* VQLAB_NETNS_H */
