/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be the same for all parts of a run, so that its trials can be compared:
 * the plan, and by their contents all programs of ours, QEMU, and the guest.
 */
#ifndef VQLAB_IDENTITY_H
#define VQLAB_IDENTITY_H

#include "rundir.h"
#include "runners/trial/bench.h"
#include "runners/tool/json.h"

/* An array of struct identity that owns its texts; NULL when a file of it cannot be
 * read. */
GArray *identity_collect(const struct bench *b, GError **error);

/* Key -> value, for run.json; the caller frees it. */
JsonObject *identity_json(const GArray *identity);

#endif /* VQLAB_IDENTITY_H */
