/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that a trial asks of its guest, over the link.  Errors are what becomes of
 * the trial: VQB_STALLED when no answer came, VQB_INVALID when it was no good one, or how
 * QEMU ended.
 */
#ifndef VQLAB_IN_GUEST_H
#define VQLAB_IN_GUEST_H

#include "state.h"

bool guest_wait_up(struct trial *t, int limit_s, GError **error);
bool guest_read_features(struct trial *t, GError **error);
bool guest_configure_nets(struct trial *t, GError **error);
bool guest_put_jobs(struct trial *t, GError **error);
/* Runs fio or iperf3 for @w with @watch looking on; its standard output (not
 * yet parsed), the link's until the next command. */
const GByteArray *guest_run_load(struct trial *t, const struct plan_workload *w, link_watch watch,
				 void *data, GError **error);

/* Requests that the guest's kernel waits for on its virtio disks; -1: unknown. */
int64_t guest_outstanding(struct trial *t);

/*
 * Milliseconds in which the disk of @w had a request under way, by the guest kernel's own
 * count; -1: unknown, or no disk.
 */
int64_t guest_disk_busy_ms(struct trial *t, const struct plan_workload *w);

/* Bytes of frames that the driver of the network card of @w has taken; -1: unknown. */
int64_t guest_received_bytes(struct trial *t, const struct plan_workload *w);

/* Where the driver's functions are, as guest_counter_learn takes it; the caller frees it. */
char *guest_read_functions(struct trial *t, GError **error);

/*
 * Interrupts that the guest's kernel has taken from the queues of its virtio disks and
 * network cards; -1: it names none.
 */
int64_t guest_interrupts(struct trial *t);

/* Ends the load that runs there, all its processes; false when that cannot be done. */
bool guest_kill_load(struct trial *t);

#endif /* VQLAB_IN_GUEST_H */
