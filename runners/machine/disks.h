/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The back ends of a trial's disks.  None has a name in the file system: an
 * nbdkit serves one connection over a socket pair, and a raw file is unlinked
 * before QEMU opens it, so nothing is left however the trial ends.
 */
#ifndef VQLAB_DISKS_H
#define VQLAB_DISKS_H

#include "runners/plan/plan.h"
#include "runners/tool/kept.h"
#include "runners/tool/spawn.h"

struct disk {
	const struct plan_disk *plan;
	struct child server; /* nbdkit */
	struct kept *log;    /* what that says */
	int fd;		     /* QEMU's end of the connection, or the file */
};

/*
 * Starts the back end of @plan.  @plugin is the latency plugin, @seed its
 * seed, @dir where raw files and logs go.  False with error set.
 */
bool disk_open(struct disk *d, const struct plan_disk *plan, const char *plugin, uint64_t seed,
	       const char *dir, GError **error);

/* Closes our copy of the descriptor once QEMU has it. */
void disk_handed_over(struct disk *d);

void disk_close(struct disk *d);

#endif /* VQLAB_DISKS_H */
