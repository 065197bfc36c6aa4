/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.json: what the whole run ran on; TRIAL.md documents it. */
#ifndef VQLAB_RUNINFO_H
#define VQLAB_RUNINFO_H

#include "left-out.h"

/* Writes DIR/run.json and DIR/plan.ini.  @name is the run's; @left_out holds
 * struct left_out. */
bool runinfo_write(const struct bench *b, const char *name, int trials_planned, GPtrArray *left_out,
		   GError **error);

/* Is there a DIR/run.json?  It is written once, but for runinfo_extend(). */
bool runinfo_exists(const char *dir);

/* The run may have got more blocks than DIR/run.json says: it says so then. */
bool runinfo_extend(const struct bench *b, int trials_planned, GError **error);

/* The accelerator that DIR/run.json names, and why; false when there is none. */
bool runinfo_accel(const char *dir, char **accel, char **why);

/* The host's settings in DIR/run.json; NULL: it has none.  The caller unrefs them. */
JsonObject *runinfo_settings(const char *dir);

#endif /* VQLAB_RUNINFO_H */
