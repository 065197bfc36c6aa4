/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kinds.h"

#include <string.h>

static const struct workload_kind kinds[] = {
	{"fio", .guest = true, .has_job = true, .unit = "IOPS"},
	{"iperf3", .guest = true, .net = true, .unit = "Gbit/s"},
	{"ring", .unit = "elements/s"},
};

const struct workload_kind *plan_kind(const struct plan_workload *w)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kinds[i].name, w->kind))
			return &kinds[i];
	return NULL;
}
