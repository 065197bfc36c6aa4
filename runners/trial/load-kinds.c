/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load-kinds.h"
#include "runners/machine/netns.h"
#include "runners/plan/find.h"

#include <string.h>

static void add_fio(GPtrArray *argv, const struct plan *p, const struct plan_workload *w)
{
	g_ptr_array_add(argv, g_strdup("fio"));
	g_ptr_array_add(argv, g_strdup("--output-format=json"));
	g_ptr_array_add(argv, g_strdup_printf(JOB_PATH, w->name));
}

static void add_iperf3(GPtrArray *argv, const struct plan *p, const struct plan_workload *w)
{
	int net = plan_net_number(p, w->device);

	g_ptr_array_add(argv, g_strdup("iperf3"));
	g_ptr_array_add(argv, g_strdup("-J"));
	g_ptr_array_add(argv, g_strdup("-c"));
	g_ptr_array_add(argv, g_strdup(netns_host_address(net)));
	g_ptr_array_add(argv, g_strdup("-t"));
	g_ptr_array_add(argv, g_strdup_printf("%" PRId64, w->seconds));
	if (w->direction && !strcmp(w->direction, "in"))
		g_ptr_array_add(argv, g_strdup("-R"));
}

static const struct load_kind kinds[] = {
	{"fio", add_fio, load_fio},
	{"iperf3", add_iperf3, load_iperf3},
};

const struct load_kind *load_kind(const struct plan_workload *w)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kinds[i].name, w->kind))
			return &kinds[i];
	g_assert_not_reached();
}
