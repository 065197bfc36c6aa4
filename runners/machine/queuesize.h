/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a QEMU make the rings, and take the properties, that a plan asks for? */
#ifndef VQLAB_QUEUESIZE_H
#define VQLAB_QUEUESIZE_H

#include "folders.h"

/*
 * Starts the QEMU with the plan's devices, without running a guest, and asks it for
 * the sizes of their rings: some versions take queue-size= and make the largest
 * there is.  @arm: the properties are checked, too, that its variants have; or NULL.
 * False with VQB_BAD_INPUT, and the plan's line, when one has another size than the plan
 * says, or a property that QEMU does not know or whose value it does not take; with
 * VQB_FAILED when it does not start.  A QEMU that cannot be asked is not refused.
 */
bool queuesize_check(const struct plan *p, const struct qemuinfo *q, const struct plan_arm *arm,
		     GError **error);

#endif /* VQLAB_QUEUESIZE_H */
