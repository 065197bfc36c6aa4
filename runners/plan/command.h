/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads of kind=command: a program of the user's own, which runs in the guest and prints
 * its figure.
 */
#ifndef VQLAB_PLAN_COMMAND_H
#define VQLAB_PLAN_COMMAND_H

#include "plan.h"

#include <string.h>

/* Where the program of the workload NAME lies in the guest: COMMAND_DIR/NAME/its own name. */
#define COMMAND_DIR "/program"

/*
 * Finds the program of @w (p->path is where to look from) and sets its path, guest_path and
 * sha256.  False with a VQB_BAD_INPUT of @group where there is none that a guest could run.
 */
bool command_find(struct plan *p, struct plan_workload *w, const char *group, GError **error);

/* What is wrong with args=, figure=, unit=; NULL: nothing.  The caller frees it. */
char *command_args_fault(const struct plan_workload *w);
char *command_figure_fault(const struct plan_command *c);
char *command_unit_fault(const struct plan_command *c);

/*
 * The words of args=, with what they name of device and time; the caller frees them with
 * g_strfreev.  @host: the address of the network's other end, or NULL for a disk.
 */
char **command_words(const struct plan_workload *w, const char *host);

/* The expression of figure=regex:..., or NULL where it is a JSON pointer. */
#define COMMAND_REGEX "regex:"
static inline const char *command_regex(const struct plan_command *c)
{
	return g_str_has_prefix(c->figure, COMMAND_REGEX) ? c->figure + strlen(COMMAND_REGEX)
							  : NULL;
}

#endif /* VQLAB_PLAN_COMMAND_H */
