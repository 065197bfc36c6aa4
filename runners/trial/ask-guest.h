/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trial asks of its guest by the way, over the link: where no answer comes it goes on
 * without.
 */
#ifndef VQLAB_ASK_GUEST_H
#define VQLAB_ASK_GUEST_H

#include "state.h"

/* Requests that the guest's kernel waits for on its virtio disks; -1: unknown. */
int64_t guest_outstanding(struct trial *t);

/*
 * Milliseconds in which the disk of @w had a request under way, by the guest kernel's own
 * count; -1: unknown, no disk, or several processors, whose count is of idle time, too.
 */
int64_t guest_disk_busy_ms(struct trial *t, const struct plan_workload *w);

/* Bytes of frames that the driver of the network card of @w has taken; -1: unknown. */
int64_t guest_received_bytes(struct trial *t, const struct plan_workload *w);

/*
 * Interrupts that the guest's kernel has taken from the queues of its virtio disks and
 * network cards; -1: it names none.
 */
int64_t guest_interrupts(struct trial *t);

/* Ends the load that runs there, all its processes; false when that cannot be done. */
bool guest_kill_load(struct trial *t);

#endif /* VQLAB_ASK_GUEST_H */
