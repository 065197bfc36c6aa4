/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "against.h"
#include "read.h"

static void add_arm(struct plan *p, const char *name, const char *strategy, const char *dir,
		    const char *revision)
{
	struct plan_arm *a = g_new0(struct plan_arm, 1);

	a->name = g_strdup(name);
	a->strategy = g_strdup(strategy);
	a->source = g_strdup(dir);
	a->path = g_canonicalize_filename(dir, NULL);
	a->revision = g_strdup(revision);
	g_ptr_array_add(p->arms, a);
}

bool plan_against(struct plan *p, const char *dir, const char *revision, GError **error)
{
	if (!*dir || !*revision || *revision == '-') {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "--against: %s: this is no revision",
			    revision);
		return false;
	}
	plan_free_arms(p);
	add_arm(p, "base", "off", dir, revision);
	add_arm(p, "tree", "off", dir, NULL);
	add_arm(p, "base-qemu", "qemu", dir, revision);
	add_arm(p, "tree-qemu", "qemu", dir, NULL);
	g_strfreev(p->baseline);
	p->baseline = g_strsplit("base;base-qemu", ";", -1);
	/* The plan's are of other labels. */
	g_clear_pointer(&p->driver, g_strfreev);
	return plan_override(p, "base;tree;base-qemu;tree-qemu", NULL, 0, -1, error);
}
