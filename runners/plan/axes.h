/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Axes: a key of a workload, or of its device, that lists several numbers, and
 * a property with several values.  Each combination is a workload of its own,
 * NAME@KEY=VALUE..., and where the device has axes, a device of its own,
 * NAME-N.
 */
#ifndef VQLAB_AXES_H
#define VQLAB_AXES_H

#include "plan.h"

/*
 * @f with its axes multiplied out, and without the workloads that [plan] only=
 * leaves out or skip= takes out.  Notes in p->origins from which group of the
 * file each new one is.  NULL with a VQB_BAD_INPUT at the place.  The caller
 * unrefs it.
 */
GKeyFile *plan_expand(struct plan *p, GKeyFile *f, GError **error);

#endif /* VQLAB_AXES_H */
