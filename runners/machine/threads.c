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

/*
 * @tid of @one, a part of the answer to @command; 0: it is not of the iothread @id.  False with
 * error set if it is none of @pid's.
 */
static bool thread_of(JsonNode *one, const char *id, const char *command, pid_t pid, pid_t *tid,
		      GError **error)
{
	JsonObject *o = JSON_NODE_HOLDS_OBJECT(one) ? json_node_get_object(one) : NULL;
	int64_t number = o ? json_int(o, "thread-id", 0) : 0;

	*tid = 0;
	if (id && strcmp(json_str(o, "id", ""), id))
		return true;
	if (!is_thread_of(pid, number)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: names a thread that is not QEMU's: %" PRId64, command, number);
		return false;
	}
	*tid = number;
	return true;
}

/* Those of @all, the answer to @command, that are @id's, once; NULL: all. */
static bool add_threads(GArray *list, JsonArray *all, const char *id, const char *command,
			pid_t pid, GError **error)
{
	unsigned int i, before = list->len;
	pid_t tid;

	for (i = 0; all && i < MIN(json_array_get_length(all), THREADS_MAX); i++) {
		if (!thread_of(json_array_get_element(all, i), id, command, pid, &tid, error))
			return false;
		if (tid && !holds(list, tid))
			g_array_append_val(list, tid);
	}
	if (list->len == before + 1 || (!id && list->len > before))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: names no thread%s%s", command,
		    id ? " of its own for " : "", id ? id : "");
	return false;
}

/* QEMU tells iothreads in the order of a hash table: the id alone says which is which. */
GArray *qemu_threads(struct qmp *q, pid_t pid, const char *const *iothreads, GError **error)
{
	const char *command = iothreads ? "query-iothreads" : "query-cpus-fast";
	g_autoptr(JsonNode) n = qmp_call(q, command, NULL, ASK_MS, error);
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(pid_t));
	JsonArray *all = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;

	if (!n || (!iothreads && !add_threads(list, all, NULL, command, pid, error)))
		return NULL;
	for (; iothreads && *iothreads; iothreads++)
		if (!add_threads(list, all, *iothreads, command, pid, error))
			return NULL;
	return g_steal_pointer(&list);
}
