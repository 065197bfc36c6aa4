/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of workloads, as a trial runs them; plan/kinds.h has what a plan says of them. */
#ifndef VQLAB_LOAD_KINDS_H
#define VQLAB_LOAD_KINDS_H

#include "load.h"
#include "runners/plan/plan.h"

/* Where a workload's job file lies in the guest. */
#define JOB_PATH "/tmp/%s.fio"

struct load_kind {
	const char *name;

	/* The command in the guest; its strings are to be freed with g_free. */
	void (*add_command)(GPtrArray *argv, const struct plan *p, const struct plan_workload *w);

	/* Reads what it printed; load.h says how. */
	bool (*read)(struct load *l, const struct plan_workload *w, const char *text, size_t len,
		     GError **error);
};

/* That of @w, which is of a plan that was read. */
const struct load_kind *load_kind(const struct plan_workload *w);

#endif /* VQLAB_LOAD_KINDS_H */
