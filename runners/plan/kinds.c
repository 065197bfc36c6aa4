/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kinds.h"

#include <string.h>

static const struct workload_kind kinds[] = {
	{"fio", .guest = true, .disk = true, .has_job = true, .unit = "IOPS"},
	{"iperf3", .guest = true, .net = true, .unit = "Gbit/s"},
	{"command", .guest = true, .disk = true, .net = true, .own_time = true},
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

const char *plan_unit(const struct plan_workload *w)
{
	const struct workload_kind *kind = plan_kind(w);

	return kind->unit ? kind->unit : w->command.unit;
}
