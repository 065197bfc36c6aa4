/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe.h"
#include "runners/tool/host.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 30000
#define FINISH_MS 30000

/* A pipe breaks a moment before the end of its process can be seen. */
#define GONE_MS 1000
#define RESULT_MAX (64u << 20)

/* Its byte on the pipe, or the end of the pipe, or neither in time. */
static bool wait_ready(int fd)
{
	struct pollfd f = {.fd = fd, .events = POLLIN};
	char byte;

	return poll(&f, 1, READY_MS) > 0 && read(fd, &byte, 1) == 1;
}

static void report_not_ready(struct probe *p, GError **error)
{
	g_autofree char *line = last_line(p->log);
	bool ended = child_ended(&p->child, GONE_MS);
	g_autofree char *how = ended ? child_status(&p->child) : g_strdup("it still tries");

	g_set_error(error, VQB_ERROR,
		    ended && WIFSIGNALED(p->child.status) ? VQB_INVALID : VQB_FAILED,
		    "vqprobe did not get ready: %s%s%s", how, *line ? ": " : "", line);
}

/* probe_start(), with its messages in @log. */
static bool start(struct probe *p, const char *program, pid_t pid, const char *json,
		  const char *log, const char *trace, GError **error)
{
	g_autofree char *who = g_strdup_printf("%d", pid), *ready_text = NULL;
	/* The lab's guests have no buffers in devices' memory. */
	const char *argv[] = {program,	     "-p",
			      who,	     "--json",
			      json,	     "--ready-fd",
			      NULL,	     "--trust-guest",
			      "--durations", trace ? "-o" : NULL,
			      trace,	     NULL};
	struct spawn s = {.argv = argv, .n_keep = 1};
	int ready[2];
	bool ok;

	memset(p, 0, sizeof(*p));
	p->json = g_strdup(json);
	p->log = g_strdup(log);
	if (pipe2(ready, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "vqprobe: no pipe");
		return false;
	}
	ready_text = g_strdup_printf("%d", ready[1]);
	argv[6] = ready_text;
	s.keep = &ready[1];
	s.out = s.err = open(p->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	ok = spawn(&p->child, &s, error);
	close(ready[1]);
	if (s.err > 0)
		close(s.err);
	if (ok && !wait_ready(ready[0])) {
		report_not_ready(p, error);
		ok = false;
	}
	close(ready[0]);
	if (!ok)
		probe_abandon(p);
	return ok;
}

bool probe_start(struct probe *p, const char *program, pid_t pid, const char *json,
		 const char *trace, GError **error)
{
	g_autofree char *log = g_strconcat(json, ".log", NULL);

	return start(p, program, pid, json, log, trace, error);
}

bool probe_alive(struct probe *p, GError **error)
{
	g_autofree char *how = NULL, *line = NULL;

	if (!child_ended(&p->child, 0))
		return true;
	how = child_status(&p->child);
	line = last_line(p->log);
	g_set_error(error, VQB_ERROR, host_code(line, VQB_INVALID),
		    "vqprobe ended before it was told to: %s%s%s", how, *line ? ": " : "", line);
	return false;
}

JsonNode *probe_finish(struct probe *p, GError **error)
{
	g_autofree char *line = NULL, *how = NULL, *text = NULL;
	g_autoptr(GError) e = NULL;
	bool late, good;
	size_t len = 0;
	JsonNode *n = NULL;

	if (!child_ended(&p->child, 0))
		kill(p->child.pid, SIGINT);
	late = !child_ended(&p->child, FINISH_MS);
	good = !late && p->child.status == 0;
	how = late ? g_strdup("does not end") : child_status(&p->child);
	line = last_line(p->log);
	if (good)
		text = read_file(p->json, RESULT_MAX, &len, &e);
	if (text)
		n = parse_json(text, len, "vqprobe", &e);
	if (n && !json_list(json_node_get_object(n), "queues")) {
		g_clear_pointer(&n, json_node_unref);
		g_set_error(&e, VQB_ERROR, VQB_INVALID, "vqprobe: no queues in its result");
	}
	if (!n)
		g_set_error(error, VQB_ERROR, host_code(line, VQB_INVALID), "vqprobe: %s%s%s",
			    good ? e->message : how, *line ? ": " : "", line);
	else
		unlink(p->log);
	probe_abandon(p);
	return n;
}

char *probe_refusal(const char *program, const struct qemuinfo *q)
{
	const char *argv[] = {q->program, "-no-user-config", "-nodefaults", "-display",
			      "none",	  "-machine",	     "none",	    "-S",
			      NULL};
	struct spawn s = {.argv = argv, .exec_fd = q->program_fd, .unprivileged = true};
	g_autoptr(GError) e = NULL;
	struct scratch log = {0};
	struct child qemu = {0};
	struct probe p;

	if (scratch_open(&log, &e) && spawn(&qemu, &s, &e) &&
	    start(&p, program, qemu.pid, "/dev/null", log.path, NULL, &e))
		probe_abandon(&p);
	child_end(&qemu, SIGKILL, 0);
	scratch_close(&log);
	return e ? g_strdup(e->message) : NULL;
}

void probe_abandon(struct probe *p)
{
	child_end(&p->child, SIGKILL, 0);
	g_clear_pointer(&p->json, g_free);
	g_clear_pointer(&p->log, g_free);
}

static JsonArray *queues_of(JsonArray *all, const char *device)
{
	JsonArray *some = json_array_new();
	unsigned int i;

	for (i = 0; i < json_array_get_length(all); i++) {
		JsonNode *n = json_array_get_element(all, i);

		if (JSON_NODE_HOLDS_OBJECT(n) &&
		    !strcmp(json_str(json_node_get_object(n), "device", ""), device))
			json_array_add_element(some, json_node_copy(n));
	}
	return some;
}

JsonNode *probe_of_device(JsonNode *result, const char *device)
{
	JsonObject *from = json_node_get_object(result), *to = json_object_new();
	g_autoptr(GList) names = json_object_get_members(from);
	JsonNode *n = json_node_new(JSON_NODE_OBJECT);
	GList *m;

	for (m = names; m; m = m->next)
		if (strcmp(m->data, "queues"))
			json_object_set_member(
				to, m->data, json_node_copy(json_object_get_member(from, m->data)));
		else
			json_object_set_array_member(to, "queues",
						     queues_of(json_list(from, "queues"), device));
	json_node_take_object(n, to);
	return n;
}
