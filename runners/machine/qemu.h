/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts QEMU for a trial. */
#ifndef VQLAB_QEMU_H
#define VQLAB_QEMU_H

#include "disks.h"
#include "folders.h"
#include "runners/guest-count/counter.h"

struct qemu {
	struct child child;
	int qmp_fd, agent_fd; /* our ends; the one who takes them over sets -1 */
};

struct qemu_setup {
	const struct qemuinfo *info;
	const struct guestinfo *guest;
	const struct plan *plan;
	const char *variant, *ring;
	const char *accel;   /* tcg or kvm */
	const char *console; /* log files, created here */
	const char *log;
	struct disk *disks;	       /* n of plan->disks, opened; NULL: none of them */
	const int *taps;	       /* one for each of plan->nets; NULL: no nets */
	struct guest_counter *counter; /* opened here, to be closed; NULL: nobody counts */
};

/* Disks and taps may be closed by the caller afterwards. */
bool qemu_start(struct qemu *q, const struct qemu_setup *s, GError **error);

/* The properties for a size of the plan's, with a comma before each; "" for QEMU's
 * own.  The caller frees it. */
char *qemu_disk_queue(const struct plan_disk *p);
char *qemu_net_queue(const struct plan_net *p);

/* The command line as one line of text, of the last qemu_start. */
const char *qemu_command_line(void);

#endif /* VQLAB_QEMU_H */
