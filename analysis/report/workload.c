// SPDX-License-Identifier: GPL-2.0-or-later
#include "workload.h"

#include <string.h>

void workload_free(void *data)
{
	struct workload *w = data;

	g_free(w->name);
	g_free(w->kind);
	g_free(w->device);
	g_free(w->summary);
	g_free(w->unit);
	g_free(w->direction);
	g_free(w->settings);
	g_free(w->measure);
	g_free(w->load);
	g_ptr_array_free(w->rings, TRUE);
	g_free(w);
}

/* "udp, 2 streams, 20 Mbit/s, 64 bytes" */
static char *iperf3_settings(struct reader *r, JsonObject *o, const char *protocol)
{
	g_autofree char *streams = g_strdup_printf("%s, %" G_GUINT64_FORMAT " streams", protocol,
						   opt_count(r, o, "streams", 1));

	if (strcmp(protocol, "udp"))
		return g_steal_pointer(&streams);
	return g_strdup_printf("%s, %" G_GUINT64_FORMAT " Mbit/s, %" G_GUINT64_FORMAT " bytes",
			       streams, opt_count(r, o, "rate_mbit", 0),
			       opt_count(r, o, "packet", 0));
}

/* "mine -n 5, sha256 ..., /json/pointer" */
static char *command_settings(struct reader *r, JsonObject *o)
{
	g_autofree char *program = opt_string(r, o, "program", "");
	g_autofree char *args = opt_string(r, o, "args", "");
	g_autofree char *sha256 = opt_string(r, o, "sha256", "");
	g_autofree char *figure = opt_string(r, o, "figure", "");

	return g_strdup_printf("%s %s, sha256 %s, %s", program, args, sha256, figure);
}

/* What only some kinds have, and what a cost is told of. */
static void read_kind(struct reader *r, JsonObject *o, struct workload *w)
{
	g_autofree char *protocol = opt_string(r, o, "protocol", "");
	g_autofree char *better = opt_string(r, o, "better", "");
	bool command = !strcmp(w->kind, "command"), net = opt_bool(r, o, "net");

	w->lower = !strcmp(better, "lower");
	w->paced = !strcmp(protocol, "udp") && opt_count(r, o, "rate_mbit", 0) > 0;
	if (command)
		w->work = net ? WORK_PACKET : WORK_IO;
	else if (strcmp(w->kind, "fio"))
		w->work = strcmp(protocol, "udp") ? WORK_GBIT : WORK_PACKET;
	w->settings = command	  ? command_settings(r, o)
		      : *protocol ? iperf3_settings(r, o, protocol)
				  : g_strdup("");
	/* Which way a command sends, nobody knows. */
	w->direction = opt_string(r, o, "direction", command && net ? "both" : "");
}

struct workload *read_workload(struct reader *r, JsonObject *o)
{
	struct workload *w = g_new0(struct workload, 1);
	JsonObject *ring = opt_object(r, o, "ring");

	w->name = need_string(r, o, "name");
	w->kind = need_string(r, o, "kind");
	w->device = opt_string(r, o, "device", "");
	w->summary = opt_string(r, o, "summary", "");
	w->unit = opt_string(r, o, "unit", strcmp(w->kind, "fio") ? "Gbit/s" : "IOPS");
	read_kind(r, o, w);
	w->rings = string_list(r, opt_array(r, o, "rings"), "rings");
	w->measure = opt_string(r, ring, "measure", "");
	w->load = opt_string(r, ring, "load", "");
	return w;
}
