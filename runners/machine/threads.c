/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "threads.h"

#include <string.h>
#include <unistd.h>

#define ASK_MS 20000
#define THREADS_MAX 1024

/* QEMU may be its guest's: a thread that it names need not be one of its own. */
static bool is_thread_of(pid_t pid, int64_t tid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRId64, pid, tid);

	return tid > 0 && access(path, F_OK) == 0;
}

static bool holds(const GArray *list, pid_t tid)
{
	for (unsigned int i = 0; i < list->len; i++)
		if (g_array_index(list, pid_t, i) == tid)
			return true;
	return false;
}

GArray *qemu_threads(struct qmp *q, pid_t pid, bool iothreads, GError **error)
{
	const char *command = iothreads ? "query-iothreads" : "query-cpus-fast";
	g_autoptr(JsonNode) n = qmp_call(q, command, NULL, ASK_MS, error);
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(pid_t));
	JsonArray *all = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	unsigned int i;

	if (!n)
		return NULL;
	for (i = 0; all && i < MIN(json_array_get_length(all), THREADS_MAX); i++) {
		JsonNode *one = json_array_get_element(all, i);
		JsonObject *o = JSON_NODE_HOLDS_OBJECT(one) ? json_node_get_object(one) : NULL;
		int64_t id = o ? json_int(o, "thread-id", 0) : 0;
		pid_t tid = id;

		if (!is_thread_of(pid, id)) {
			g_set_error(error, VQB_ERROR, VQB_FAILED,
				    "%s: names a thread that is not QEMU's: %" PRId64, command, id);
			return NULL;
		}
		if (!holds(list, tid))
			g_array_append_val(list, tid);
	}
	if (list->len || iothreads)
		return g_steal_pointer(&list);
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: names no thread", command);
	return NULL;
}
