/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A workload as run.json has it. */
#ifndef VQLAB_ANALYSIS_WORKLOAD_H
#define VQLAB_ANALYSIS_WORKLOAD_H

#include "reader.h"
#include "run.h"

/* That of @o, which workload_free() frees; what is wrong is noted in @r. */
struct workload *read_workload(struct reader *r, JsonObject *o);
void workload_free(void *workload);

#endif
