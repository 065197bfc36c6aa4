/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a trial's QEMU is confined: the guest is hostile, and may be QEMU's master some
 * day.  As nobody, with runners/tool/confine.h around it and QEMU's own -sandbox inside.
 */
#ifndef VQLAB_CONFINED_H
#define VQLAB_CONFINED_H

#include "folders.h"

/* What -sandbox denies: all that it can, and that a QEMU with its descriptors given
 * does not need. */
#define QEMU_SANDBOX "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"

/*
 * Finds out, by starting it, how far @q can be confined with the files of @g beneath
 * its reach, and notes it in @q: a QEMU may be built without seccomp, and one of the
 * user's may need files that nobody foresees.  What it cannot bear is left out and said
 * in q->confined, for run.json; false with error set when it does not start at all.
 */
bool qemu_confine(struct qemuinfo *q, const struct guestinfo *g, GError **error);

/* Bytes of address space for a QEMU with a guest of @memory_mib; 0: no limit. */
uint64_t qemu_memory_limit(const struct qemuinfo *q, int64_t memory_mib);

#endif /* VQLAB_CONFINED_H */
