// SPDX-License-Identifier: GPL-2.0-or-later
#include "figures.h"

#define AT(member) offsetof(struct sample, member)

const struct figure load_figures[LOAD_FIGURES] = {
	{"throughput", NULL, AT(throughput), {NULL}},
	{"cpu_ms_per_1000_io",
	 "ms",
	 AT(cpu),
	 {[WORK_GBIT] = "cpu_ms_per_gbit", [WORK_PACKET] = "cpu_ms_per_1000_packets"}},
	{"switches_per_io",
	 "1",
	 AT(ctx),
	 {[WORK_GBIT] = "switches_per_gbit", [WORK_PACKET] = "switches_per_packet"}},
	{"busy_processors", "1", AT(busy), {NULL}},
	{"latency_p50_us", "us", AT(lat_p50), {NULL}},
	{"latency_p99_us", "us", AT(lat_p99), {NULL}},
};

const struct figure packet_figures[PACKET_FIGURES] = {
	{"packets_per_s", "1/s", AT(packets), {NULL}},
	{"lost_share", "1", AT(lost), {NULL}},
};

const struct figure order_figures[ORDER_FIGURES] = {
	{"stashed_share", "1", AT(m.stashed), {NULL}},
	{"depth_p50", "elements", AT(m.depth_p50), {NULL}},
	{"depth_p99", "elements", AT(m.depth_p99), {NULL}},
	{"stash_time_mean", "elements", AT(m.stash_mean), {NULL}},
	{"hold_mean_ns", "ns", AT(m.hold_mean), {NULL}},
	{"hold_p50_ns", "ns", AT(m.hold_p50), {NULL}},
	{"hold_p99_ns", "ns", AT(m.hold_p99), {NULL}},
	{"batch_mean", "elements", AT(m.batch_mean), {NULL}},
	{"fill_p50_ns", "ns", AT(m.fill_p50), {NULL}},
	{"flush_p50_ns", "ns", AT(m.flush_p50), {NULL}},
	{"order_cost_raw_ns", "ns/element", AT(cost_raw), {NULL}},
	{"order_cost_ns", "ns/element", AT(cost), {NULL}},
	{"fill_cost_ns", "ns/element", AT(fill), {NULL}},
	{"flush_cost_ns", "ns/element", AT(flush), {NULL}},
	{"probe_tax", "ratio", AT(tax), {NULL}},
};

const char *figure_name(const struct figure *f, const struct workload *w)
{
	return f->work_name[w->work] ? f->work_name[w->work] : f->name;
}

const char *figure_unit(const struct figure *f, const struct workload *w)
{
	return f->unit ? f->unit : w->unit;
}
