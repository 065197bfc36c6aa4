// SPDX-License-Identifier: GPL-2.0-or-later
#include "figures.h"

#define AT(member) offsetof(struct sample, member)

const struct figure load_figures[LOAD_FIGURES] = {
	{"throughput", NULL, NULL, NULL, AT(throughput)},
	{"cpu_ms_per_1000_io", "ms", "cpu_ms_per_gbit", "ms", AT(cpu)},
	{"switches_per_io", "1", "switches_per_gbit", "1", AT(ctx)},
	{"latency_p50_us", "us", NULL, NULL, AT(lat_p50)},
	{"latency_p99_us", "us", NULL, NULL, AT(lat_p99)},
};

const struct figure order_figures[ORDER_FIGURES] = {
	{"stashed_share", "1", NULL, NULL, AT(m.stashed)},
	{"depth_p50", "elements", NULL, NULL, AT(m.depth_p50)},
	{"depth_p99", "elements", NULL, NULL, AT(m.depth_p99)},
	{"stash_time_mean", "elements", NULL, NULL, AT(m.stash_mean)},
	{"hold_mean_ns", "ns", NULL, NULL, AT(m.hold_mean)},
	{"hold_p50_ns", "ns", NULL, NULL, AT(m.hold_p50)},
	{"hold_p99_ns", "ns", NULL, NULL, AT(m.hold_p99)},
	{"batch_mean", "elements", NULL, NULL, AT(m.batch_mean)},
	{"fill_p50_ns", "ns", NULL, NULL, AT(m.fill_p50)},
	{"flush_p50_ns", "ns", NULL, NULL, AT(m.flush_p50)},
	{"order_cost_raw_ns", "ns/element", NULL, NULL, AT(cost_raw)},
	{"order_cost_ns", "ns/element", NULL, NULL, AT(cost)},
	{"fill_cost_ns", "ns/element", NULL, NULL, AT(fill)},
	{"flush_cost_ns", "ns/element", NULL, NULL, AT(flush)},
	{"probe_tax", "ratio", NULL, NULL, AT(tax)},
};

const char *figure_name(const struct figure *f, const struct workload *w)
{
	return f->net_name && !counts_ios(w) ? f->net_name : f->name;
}

const char *figure_unit(const struct figure *f, const struct workload *w)
{
	if (!f->unit)
		return w->unit;
	return f->net_unit && !counts_ios(w) ? f->net_unit : f->unit;
}
