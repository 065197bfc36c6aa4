/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest-add.h"
#include "script.h"
#include "runners/machine/boot.h"
#include "runners/plan/read.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define KERNEL_MIB 64

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
		g_strv_builder_add(list, "--program");
		g_strv_builder_add(list, c->path);
		g_strv_builder_add(list, c->guest_path);
	}
	for (i = 0; p->packages && p->packages[i]; i++) {
		g_strv_builder_add(list, "--package");
		g_strv_builder_add(list, p->packages[i]);
	}
	return g_strv_builder_end(list);
}

/* Linux unpacks the image before it gives back where it lay. */
static bool fits(const struct plan *p, const char *dir, GError **error)
{
	g_autofree char *image = g_build_filename(dir, GUEST_IMAGE, NULL);
	struct stat st;
	int64_t need;

	if (stat(image, &st))
		return true; /* whoever reads it says why not */
	need = 2 * (st.st_size >> 20) + KERNEL_MIB;
	return need <= p->memory_mib ||
	       plan_complain(p, error, "machine", "memory_mib",
			     "%" PRId64 ": the guest with all that the plan adds takes %" PRId64
			     " to boot",
			     p->memory_mib, need);
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
	if (folder && !fits(p, folder, error))
		g_clear_pointer(&folder, g_free);
	return folder;
}
