/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin=auto, done: what runners/host/pin.h decides, in a trial. */
#ifndef VQLAB_TRIAL_PINNED_H
#define VQLAB_TRIAL_PINNED_H

#include "state.h"

/*
 * If the plan of @b asks for it, decides how its trials are pinned, or that they cannot be; says so
 * in a line on standard error, and leaves it in @b.
 */
void bench_pin(struct bench *b);

/* Where what is started from here on runs: the servers' processors, then those of the rest. */
bool pinned_servers(const struct bench *b, GError **error);
bool pinned_rest(const struct bench *b, GError **error);

/* QEMU's threads, once its QMP answers. */
bool pinned_qemu(struct trial *t, GError **error);

#endif /* VQLAB_TRIAL_PINNED_H */
