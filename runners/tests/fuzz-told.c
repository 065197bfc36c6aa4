/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a trial's process, the guest's programs, QEMU, vqprobe and perf say: it is read without
 * harm, and what is kept of it is one line that is safe to print.  The first byte of
 * an input says who speaks.
 */
#include "mutate-json.h"
#include "runners/machine/qmp.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"
#include "runners/trial/load.h"
#include "runners/trial/message.h"
#include "runners/trial/perfstat.h"
#include "runners/trial/probe.h"

#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_safe(const char *text)
{
	const char *p;

	if (!text || !g_utf8_validate(text, -1, NULL))
		abort();
	for (p = text; *p; p = g_utf8_next_char(p))
		if (!g_unichar_isprint(g_utf8_get_char(p)))
			abort();
}

/* In two pieces, as a pipe may deliver them. */
static void take_messages(const uint8_t *data, size_t size)
{
	g_autoptr(GByteArray) in = g_byte_array_new();
	size_t first = size / 2, i;
	struct message m = {0};

	for (i = 0; i < 2; i++) {
		g_byte_array_append(in, data + i * first, i ? size - first : first);
		while (message_take(in, &m) == MESSAGE_ONE) {
			if (m.kind >= N_MESSAGE_KINDS || strlen(m.text) > MESSAGE_MAX)
				abort();
			must_be_safe(m.text);
			message_clear(&m);
		}
	}
}

static void read_load(bool (*read)(struct load *, const struct plan_workload *, const char *,
				   size_t, GError **),
		      const char *protocol, const char *direction, const char *text, size_t size)
{
	struct plan_workload w = {
		.command = {.figure = (char *)direction, .unit = (char *)"u"},

		.iperf3 = {.direction = (char *)direction, .protocol = (char *)protocol}};
	g_autoptr(GError) e = NULL;
	struct load l;

	if (!read(&l, &w, text, size, &e)) {
		must_be_safe(e->message);
		return;
	}
	if (!isfinite(l.throughput) || l.throughput <= 0 || !isfinite(l.seconds) || l.ios < 0)
		abort();
	if (l.to_host.received < 0 || l.to_guest.received < 0 || l.bytes < 0)
		abort();
}

static void read_perf(const char *text)
{
	struct perfstat_result r = {0};
	g_autoptr(GError) e = NULL;

	if (!perfstat_parse(text, &r, &e))
		must_be_safe(e->message);
}

static void walk(JsonNode *n);

static void walk_member(JsonObject *o, const char *name, JsonNode *n, void *data)
{
	must_be_safe(name);
	walk(n);
}

static void walk_element(JsonArray *a, guint i, JsonNode *n, void *data)
{
	walk(n);
}

static void walk(JsonNode *n)
{
	if (JSON_NODE_HOLDS_OBJECT(n))
		json_object_foreach_member(json_node_get_object(n), walk_member, NULL);
	else if (JSON_NODE_HOLDS_ARRAY(n))
		json_array_foreach_element(json_node_get_array(n), walk_element, NULL);
	else if (json_node_get_value_type(n) == G_TYPE_STRING)
		must_be_safe(json_node_get_string(n));
}

static void read_json(const char *text, size_t size)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) n = parse_json(text, size, "it", &e);

	if (n)
		walk(n);
	else
		must_be_safe(e->message);
}

/* What of a phase's result is kept is a JSON that holds what it held. */
static void read_probe(const char *text, size_t size)
{
	g_autoptr(JsonNode) n = parse_json(text, size, "vqprobe", NULL);
	g_autoptr(JsonNode) mine = NULL;

	if (!n || !json_list(json_node_get_object(n), "queues"))
		return;
	mine = probe_of_device(n, "disk-a");
	walk(mine);
}

/* All that QEMU will ever say lies there already; then it is gone. */
static void answer_qmp(const char *text, size_t size)
{
	struct block_counts counts;
	g_autoptr(GError) e = NULL;
	g_autofree char *status = NULL, *string = NULL;
	g_autoptr(JsonNode) stopped = NULL;
	struct qmp *q;
	int pair[2], room = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (!write_all(pair[1], text, size))
		abort();
	shutdown(pair[1], SHUT_WR);
	q = qmp_open(pair[0], 1000, &e);
	if (q) {
		status = qmp_status(q);
		must_be_safe(status);
		qmp_block_counts(q, "disk-a", &counts);
		qmp_in_flight(q, "disk-a", 0);
		string = qmp_get_string(q, "/machine", "type");
		if (string)
			must_be_safe(string);
		stopped = qmp_call(q, "stop", NULL, 1000, &e);
		qmp_close(q);
	}
	if (e)
		must_be_safe(e->message);
	close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = NULL;

	if (!size)
		return 0;
	/* With a NUL behind it, as read_file and the link leave it. */
	text = g_malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (*data) {
	case 'm':
		take_messages(data + 1, size - 1);
		break;
	case 'f':
		read_load(load_fio, NULL, NULL, text, size - 1);
		break;
	case 'i':
		read_load(load_iperf3, "tcp", "out", text, size - 1);
		break;
	case 'u':
		read_load(load_iperf3, "udp", "both", text, size - 1);
		break;
	case 'c':
		read_load(load_command, NULL, "/a/1", text, size - 1);
		read_load(load_command, NULL, "regex:(?:a|b) *= *([^ ]*)", text, size - 1);
		break;
	case 'p':
		read_perf(text);
		break;
	case 'j':
		read_json(text, size - 1);
		break;
	case 'v':
		read_probe(text, size - 1);
		break;
	case 'q':
		answer_qmp(text, size - 1);
		break;
	}
	return 0;
}
