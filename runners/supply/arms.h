/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMUs of a run: the one that --qemu names, and those that a plan's [variant NAME]
 * asks for, which runners/setup/qemu.sh provides.
 */
#ifndef VQLAB_ARMS_H
#define VQLAB_ARMS_H

#include "runners/signals.h"
#include "runners/trial/bench.h"

/* Is there a variant of @p without a QEMU of its own? */
bool arms_need_qemu(const struct plan *p);

/*
 * Fills b->arms and b->qemu.  @dir: --qemu's folder, or NULL.  @signals: what is not built
 * yet is built, until one comes (signals->caught, no error then); NULL: nothing is built, and
 * those are not there, which is no error.
 * One that does not build is a result: it has no_qemu then.  False with @error when a plan
 * asks for what cannot be: no such program, tree, revision, property.
 */
bool arms_find(struct bench *b, const char *dir, struct signals *signals, GError **error);

/*
 * Confines each of these QEMUs with b->guest beneath its reach (qemu_confine), once, and says
 * on standard error which is confined less than it could be.  False with @error when one does
 * not start at all.
 */
bool arms_confine(struct bench *b, GError **error);

/* What tells the QEMUs and properties of the plan's variants from others, for resuming; NULL
 * when none has any of its own.  The caller frees it. */
char *arms_identity(const struct bench *b);

#endif /* VQLAB_ARMS_H */
