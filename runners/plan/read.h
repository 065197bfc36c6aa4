/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read a plan. */
#ifndef VQLAB_PLAN_READ_H
#define VQLAB_PLAN_READ_H

#include "plan.h"

/*
 * GKeyFile keeps no line numbers: find the line of @group's @key, or of the
 * group's head when @key is NULL or missing.  @times counts how often it stands
 * there.
 */
int plan_line(const struct plan *p, const char *group, const char *key, int *times);

/* Sets a VQB_BAD_INPUT that names file, line, group and key (NULL: none);
 * always false. */
bool plan_complain(const struct plan *p, GError **error, const char *group, const char *key,
		   const char *format, ...) G_GNUC_PRINTF(5, 6);

/* All groups of @f into @p; values are checked one by one. */
bool plan_read_groups(struct plan *p, GKeyFile *f, GError **error);

#define PLAN_MAX (1u << 20) /* bytes of a plan, of a job */

#define PLAN_LABEL_MAX 24 /* characters of a variant's label */

/* Frees the plan's [variant NAME]s, and the variants, which point to them. */
void plan_free_arms(struct plan *p);

/* Asks the verify function of each key of each group; the last of all checks. */
bool plan_verify(const struct plan *p, GError **error);

/*
 * Reads the job of @w, and puts what @w says in the place of its own.  False with a
 * VQB_BAD_INPUT of @group.
 */
bool plan_job_read(struct plan *p, struct plan_workload *w, const char *group, GError **error);

/*
 * Why @w's job cannot work, with its file and line (job.c); NULL when it
 * can, and also, with @error set, when that could not be found out.
 */
char *plan_job_fault(const struct plan *p, const struct plan_workload *w, GError **error);

#endif /* VQLAB_PLAN_READ_H */
