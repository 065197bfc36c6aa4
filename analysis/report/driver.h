/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_DRIVER_H
#define VQLAB_ANALYSIS_DRIVER_H

#include "reader.h"
#include "run.h"

/* A phase's member driver (runners/TRIAL.md), which g_free() frees; NULL if @o is NULL. */
struct driver *read_driver(struct reader *r, JsonObject *o);

#endif
