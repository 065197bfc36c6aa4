/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <string.h>

/* One direction's sums: what its sender sent and its receiver got. */
static bool read_flow(struct load *l, struct load_flow *f, JsonObject *end, const char *sent,
		      const char *received, bool udp, GError **error)
{
	JsonObject *sum = json_sub(end, received);
	double seconds = json_num(sum, "seconds", -1), bytes = json_num(sum, "bytes", -1);
	double packets = json_num(sum, "packets", -1), lost = json_num(sum, "lost_packets", -1);
	double all = udp ? json_num(json_sub(end, sent), "packets", -1) : 0;

	if (!sum || !load_sane(seconds) || !load_sane(bytes))
		return load_refuse(error, "iperf3: no end.%s in its report", received);
	if (bytes < 1 || seconds == 0)
		return load_refuse(error, "iperf3: no byte was received");
	f->bytes = bytes;
	l->bytes += bytes;
	l->seconds = MAX(l->seconds, seconds);
	/* Its own rate says no more, and what is held to the tap are bytes. */
	l->throughput += bytes * 8 / 1e9 / seconds;
	if (!load_sane(l->throughput))
		return load_refuse(error, "iperf3: its report holds impossible numbers");
	if (!udp)
		return true;
	if (!load_sane(all) || !load_sane(packets) || !load_sane(lost) || lost > packets)
		return load_refuse(error, "iperf3: no datagrams are counted in its report");
	f->sent = all;
	f->received = packets - lost;
	f->lost = lost;
	return true;
}

bool load_iperf3(struct load *l, const struct plan_workload *w, const char *text, size_t len,
		 GError **error)
{
	g_autoptr(JsonNode) root = load_parse(text, len, "iperf3", error);
	bool udp = !strcmp(w->iperf3.protocol, "udp"), both = !strcmp(w->iperf3.direction, "both");
	JsonObject *o, *end;
	struct load_flow *first;
	const char *why;

	memset(l, 0, sizeof(*l));
	l->unit = "Gbit/s";
	if (!root)
		return false;
	o = json_node_get_object(root);
	why = json_str(o, "error", NULL);
	if (why)
		return load_refuse(error, "iperf3: %.160s", why);
	end = json_sub(o, "end");
	l->udp = udp;
	first = !strcmp(w->iperf3.direction, "in") ? &l->to_guest : &l->to_host;
	return read_flow(l, first, end, "sum_sent", "sum_received", udp, error) &&
	       (!both || read_flow(l, &l->to_guest, end, "sum_sent_bidir_reverse",
				   "sum_received_bidir_reverse", udp, error));
}
