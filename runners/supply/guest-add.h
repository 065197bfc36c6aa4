/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan wants in its guest beside what setup/guest.sh puts there. */
#ifndef VQLAB_SUPPLY_GUEST_ADD_H
#define VQLAB_SUPPLY_GUEST_ADD_H

#include "runners/plan/plan.h"
#include "runners/signals.h"

/*
 * The folder of the guest of @dir (setup/guest.sh's) with the programs and packages of @p in it,
 * which setup/guest-add.sh makes unless it is there; a copy of @dir where there are none.  NULL
 * with @error when it cannot be made, without one when a signal came.  The caller frees it.
 */
char *guest_add(const struct plan *p, const char *dir, struct signals *signals, GError **error);

#endif /* VQLAB_SUPPLY_GUEST_ADD_H */
