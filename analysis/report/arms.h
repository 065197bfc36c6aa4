/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What run.json says of its variants' QEMUs, and of whom they are measured against. */
#ifndef VQLAB_ANALYSIS_ARMS_H
#define VQLAB_ANALYSIS_ARMS_H

#include "reader.h"
#include "run.h"

/* struct arm of each of @variants, in their order, which the array frees; none where @o,
 * the top of run.json, has no arms. */
GPtrArray *read_arms(struct reader *r, JsonObject *o, const GPtrArray *variants);

/* Makes qemu_version that of all arms, each once: "10.0.13, 10.2.2". */
void join_versions(struct run *run);

/* Fills in @run's baseline: off and qemu, unless @o says others. */
void read_baseline(struct reader *r, JsonObject *o, struct run *run);

#endif
