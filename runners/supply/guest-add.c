/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest-add.h"
#include "script.h"

#include <stdio.h>
#include <string.h>

/* Of the first workload that has it: cells of an axis share one. */
static bool is_first(const struct plan *p, unsigned int i)
{
	const struct plan_workload *w = p->workloads->pdata[i];
	unsigned int k;

	for (k = 0; k < i; k++)
		if (!g_strcmp0(((struct plan_workload *)p->workloads->pdata[k])->command.guest_path,
			       w->command.guest_path))
			return false;
	return true;
}

/* What guest-add.sh is given, the guest's folder first. */
static char **make_args(const struct plan *p, const char *dir)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	unsigned int i;

	g_strv_builder_add(list, dir);
	for (i = 0; i < p->workloads->len; i++) {
		const struct plan_command *c =
			&((struct plan_workload *)p->workloads->pdata[i])->command;

		if (!c->program || !is_first(p, i))
			continue;
		g_strv_builder_add(list, c->path);
		g_strv_builder_add(list, c->guest_path);
	}
	return g_strv_builder_end(list);
}

char *guest_add(const struct plan *p, const char *dir, struct signals *signals, GError **error)
{
	g_auto(GStrv) args = make_args(p, dir);
	struct script s = {.name = "guest-add", .args = (const char *const *)args};
	char *folder = NULL;

	if (!args[1])
		return g_strdup(dir);
	if (script_run(&s, signals, error)) {
		if (s.status == 0 && s.folder)
			folder = g_steal_pointer(&s.folder);
		else
			g_set_error(error, VQB_ERROR, s.status == 2 ? VQB_BAD_INPUT : VQB_FAILED,
				    "%s", *s.why ? s.why : "runners/setup/guest-add.sh failed");
	}
	script_clear(&s);
	return folder;
}
