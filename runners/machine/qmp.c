/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qmp.h"
#include "runners/tool/clock.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QMP_MAX (16u << 20)
#define SHORT_MS 5000

/* No count of a run is larger, be it bytes. */
#define COUNT_MAX ((int64_t)1e15)

struct qmp {
	int fd;
	bool broken; /* an answer may still be under way */
	GString *in;
};

/* The next line, without its end; NULL with error set. */
static char *next_line(struct qmp *q, int64_t until, GError **error)
{
	char chunk[16384];

	for (;;) {
		char *end = memchr(q->in->str, '\n', q->in->len);
		struct pollfd p = {.fd = q->fd, .events = POLLIN};
		int64_t left = until - now_ms();
		ssize_t n;
		char *line;

		if (end) {
			line = g_strndup(q->in->str, end - q->in->str);
			g_string_erase(q->in, 0, end + 1 - q->in->str);
			return line;
		}
		n = left > 0 ? poll(&p, 1, left) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			n = TEMP_FAILURE_RETRY(recv(q->fd, chunk, sizeof(chunk), 0));
		else if (n == 0)
			n = -2;
		if (n <= 0 || q->in->len + n > QMP_MAX) {
			q->broken = true;
			g_set_error(error, VQB_ERROR, VQB_FAILED, "QMP: %s",
				    n == -2  ? "QEMU does not answer"
				    : n <= 0 ? "QEMU is gone"
					     : "answer too long");
			return NULL;
		}
		g_string_append_len(q->in, chunk, n);
	}
}

static JsonNode *next_answer(struct qmp *q, int64_t until, GError **error)
{
	for (;;) {
		g_autofree char *line = next_line(q, until, error);
		JsonNode *n;

		if (!line)
			return NULL;
		n = parse_json(line, strlen(line), "QMP", error);
		if (!n) {
			q->broken = true;
			return NULL;
		}
		if (!json_object_has_member(json_node_get_object(n), "event"))
			return n;
		json_node_unref(n);
	}
}

JsonNode *qmp_call(struct qmp *q, const char *command, const char *arguments, int limit_ms,
		   GError **error)
{
	g_autofree char *text =
		g_strdup_printf("{\"execute\":\"%s\"%s%s}\n", command,
				arguments ? ",\"arguments\":" : "", arguments ? arguments : "");
	g_autoptr(JsonNode) n = NULL;
	JsonObject *o, *why;
	JsonNode *result;

	if (q->broken) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "QMP: QEMU did not answer before");
		return NULL;
	}
	if (send(q->fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text)) {
		q->broken = true;
		g_set_error(error, VQB_ERROR, VQB_FAILED, "QMP: QEMU is gone");
		return NULL;
	}
	n = next_answer(q, now_ms() + limit_ms, error);
	if (!n)
		return NULL;
	o = json_node_get_object(n);
	result = json_object_get_member(o, "return");
	if (result)
		return json_node_copy(result);
	why = json_sub(o, "error");
	g_set_error(error, VQB_ERROR, VQB_FAILED, "QMP: %s: %s", command,
		    json_str(why, "desc", "refused"));
	return NULL;
}

struct qmp *qmp_open(int fd, int limit_ms, GError **error)
{
	struct qmp *q = g_new0(struct qmp, 1);
	g_autoptr(JsonNode) greeting = NULL, result = NULL;
	int64_t until = now_ms() + limit_ms;

	q->fd = fd;
	q->in = g_string_new(NULL);
	greeting = next_answer(q, until, error);
	/* What was slow to greet, under valgrind or on a busy host, is slow to answer. */
	if (greeting)
		result = qmp_call(q, "qmp_capabilities", NULL, MAX(until - now_ms(), 1), error);
	if (result)
		return q;
	qmp_close(q);
	return NULL;
}

void qmp_close(struct qmp *q)
{
	if (!q)
		return;
	close(q->fd);
	g_string_free(q->in, TRUE);
	g_free(q);
}

char *qmp_status(struct qmp *q)
{
	g_autoptr(JsonNode) n = qmp_call(q, "query-status", NULL, SHORT_MS, NULL);

	if (!n || !JSON_NODE_HOLDS_OBJECT(n))
		return g_strdup("");
	return g_strdup(json_str(json_node_get_object(n), "status", ""));
}

/* Adds to @good whether all of them are counts. */
static int64_t sum_of(JsonObject *stats, const char *const *names, size_t n, bool *good)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		int64_t one = json_int(stats, names[i], 0);

		*good = *good && one >= 0 && one <= COUNT_MAX;
		sum += *good ? one : 0;
	}
	return sum;
}

/* False when something in it cannot be a count. */
static bool read_counts(JsonObject *stats, struct block_counts *c)
{
	static const char *const failed[] = {
		"failed_rd_operations",	    "failed_wr_operations",    "failed_flush_operations",
		"failed_unmap_operations",  "invalid_rd_operations",   "invalid_wr_operations",
		"invalid_flush_operations", "invalid_unmap_operations"};
	static const char *const merged[] = {"rd_merged", "wr_merged", "unmap_merged"};
	static const char *const bytes[] = {"rd_bytes", "wr_bytes", "unmap_bytes"};

	static const char *const reads = "rd_operations", *const writes = "wr_operations";
	static const char *const flushes = "flush_operations", *const unmaps = "unmap_operations";
	bool good = true;

	c->reads = sum_of(stats, &reads, 1, &good);
	c->writes = sum_of(stats, &writes, 1, &good);
	c->flushes = sum_of(stats, &flushes, 1, &good);
	c->unmaps = sum_of(stats, &unmaps, 1, &good);
	c->failed = sum_of(stats, failed, G_N_ELEMENTS(failed), &good);
	c->merged = sum_of(stats, merged, G_N_ELEMENTS(merged), &good);
	c->bytes = sum_of(stats, bytes, G_N_ELEMENTS(bytes), &good);
	return good;
}

char *qmp_guest_died(struct qmp *q)
{
	static const char *const alive[] = {"", "running", "prelaunch", "suspended", NULL};
	char *status = qmp_status(q);

	if (g_strv_contains(alive, status))
		g_clear_pointer(&status, g_free);
	return status;
}

bool qmp_block_counts(struct qmp *q, const char *id, struct block_counts *c)
{
	g_autoptr(JsonNode) n = qmp_call(q, "query-blockstats", NULL, SHORT_MS, NULL);
	g_autofree char *path = g_strdup_printf("/machine/peripheral/%s/", id);
	JsonArray *list = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	unsigned int i;

	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonNode *one = json_array_get_element(list, i);
		JsonObject *o = JSON_NODE_HOLDS_OBJECT(one) ? json_node_get_object(one) : NULL;
		JsonObject *stats = json_sub(o, "stats");

		if (stats && g_str_has_prefix(json_str(o, "qdev", ""), path))
			return read_counts(stats, c);
	}
	return false;
}

char *qmp_get_string(struct qmp *q, const char *path, const char *property)
{
	g_autofree char *args =
		g_strdup_printf("{\"path\":\"%s\",\"property\":\"%s\"}", path, property);
	g_autoptr(JsonNode) n = qmp_call(q, "qom-get", args, SHORT_MS, NULL);

	return n && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_dup_string(n) : NULL;
}

int64_t qmp_queue_status(struct qmp *q, const char *id, int queue, const char *what)
{
	g_autofree char *args = g_strdup_printf(
		"{\"path\":\"/machine/peripheral/%s/virtio-backend\",\"queue\":%d}", id, queue);
	g_autoptr(JsonNode) n = qmp_call(q, "x-query-virtio-queue-status", args, SHORT_MS, NULL);

	return n && JSON_NODE_HOLDS_OBJECT(n) ? json_int(json_node_get_object(n), what, -1) : -1;
}

int64_t qmp_in_flight(struct qmp *q, const char *id, int queue)
{
	return qmp_queue_status(q, id, queue, "inuse");
}

int64_t qmp_ring_size(struct qmp *q, const char *id, int queue)
{
	return qmp_queue_status(q, id, queue, "vring-num");
}
