/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perfstat.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACK_MS 10000
#define TRIES 20
#define COUNT_MAX 1e15

/* A pipe breaks a moment before the end of its process can be seen. */
#define GONE_MS 1000

static bool start_once(struct perfstat *p, pid_t pid, const char *path, GError **error)
{
	g_autofree char *who = g_strdup_printf("%d", pid);
	g_autofree char *log = g_strconcat(path, ".log", NULL);
	g_autofree char *control = NULL;
	const char *argv[] = {"perf",	   "stat", "-p", who,  "-e", "task-clock,context-switches",
			      "-x",	   ",",	   "-o", path, "-D", "-1",
			      "--control", NULL,   NULL};
	int to[2] = {-1, -1}, from[2] = {-1, -1}, keep[2];
	struct spawn s = {.argv = argv, .keep = keep, .n_keep = 2};
	bool ok;

	memset(p, 0, sizeof(*p));
	p->control = p->ack = -1;
	p->path = g_strdup(path);
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "perf: no pipe");
		return false;
	}
	keep[0] = to[0];
	keep[1] = from[1];
	control = g_strdup_printf("fd:%d,%d", to[0], from[1]);
	argv[13] = control;
	/* perf tells of each switch on its standard error: no news to anyone. */
	s.err = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ok = spawn(&p->child, &s, error);
	close(to[0]);
	close(from[1]);
	if (s.err > 0)
		close(s.err);
	p->control = to[1];
	p->ack = from[0];
	/* Its answer to a ping-like "disable" tells that it is attached. */
	ok = ok && perfstat_switch(p, false, error);
	if (!ok)
		perfstat_finish(p, NULL, NULL);
	return ok;
}

/*
 * perf lists the process's threads and then opens each; if one of QEMU's worker
 * threads ends in between, perf ends, too ("No such process").  So that is no
 * reason to give up; anything that stays wrong is, with perf's own words.  A perf
 * that cannot be executed will not be there at the next try either.
 */
bool perfstat_start(struct perfstat *p, pid_t pid, const char *path, GError **error)
{
	g_autoptr(GError) e = NULL;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		g_clear_error(&e);
		if (start_once(p, pid, path, &e))
			return true;
		if (kill(pid, 0) || e->code == VQB_FAILED)
			break;
	}
	g_propagate_error(error, g_steal_pointer(&e));
	return false;
}

/* Its end by a signal says enough; else its own words do. */
static bool report_end(struct perfstat *p, GError **error)
{
	g_autofree char *log = g_strconcat(p->path, ".log", NULL);
	bool ended = child_ended(&p->child, GONE_MS);
	bool killed = ended && WIFSIGNALED(p->child.status);
	g_autofree char *line = killed ? g_strdup("") : last_line(log);
	g_autofree char *how = ended ? child_status(&p->child) : g_strdup("does not answer");

	/* "Events enabled" and the like answer what it was told, not why it ended. */
	if (g_str_has_prefix(line, "Events "))
		*line = '\0';
	g_set_error(error, VQB_ERROR, VQB_INVALID, "perf stat: %s%s%s", how, *line ? ": " : "",
		    line);
	return false;
}

bool perfstat_alive(struct perfstat *p, GError **error)
{
	return !child_ended(&p->child, 0) || report_end(p, error);
}

bool perfstat_switch(struct perfstat *p, bool on, GError **error)
{
	const char *text = on ? "enable\n" : "disable\n";
	int64_t until = now_ms() + ACK_MS;
	char answer[16];
	size_t got = 0;

	/* SIGPIPE is ignored in the trial: a dead perf is an error here. */
	if (write(p->control, text, strlen(text)) < 0)
		return report_end(p, error);
	/* "ack\n" and, in some versions, a NUL behind it. */
	while (got < sizeof(answer) && !memchr(answer, '\n', got)) {
		struct pollfd f = {.fd = p->ack, .events = POLLIN};
		int64_t left = until - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&f, 1, left) <= 0)
			return report_end(p, error);
		n = read(p->ack, answer + got, sizeof(answer) - got);
		if (n <= 0)
			return report_end(p, error);
		if (!got && *answer == '\0') {
			memmove(answer, answer + 1, --n);
		}
		got += n;
	}
	return true;
}

bool perfstat_parse(const char *text, struct perfstat_result *r, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	bool clock = false, switches = false;
	int i;

	for (i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], ",", 5);
		char *end;
		double value;

		if (g_strv_length(f) < 4)
			continue;
		value = g_ascii_strtod(f[0], &end);
		/* No count of a run is larger; NaN is not smaller either. */
		if (end == f[0] || *end || !(value >= 0 && value < COUNT_MAX))
			continue;
		if (!strcmp(f[2], "task-clock")) {
			r->cpu_s = value / 1e3;
			clock = true;
		} else if (!strcmp(f[2], "context-switches")) {
			r->ctx_switches = value;
			switches = true;
		}
	}
	if (!clock || !switches)
		g_set_error(error, VQB_ERROR, VQB_INVALID, "perf stat counted nothing");
	return clock && switches;
}

bool perfstat_finish(struct perfstat *p, struct perfstat_result *r, GError **error)
{
	g_autofree char *text = NULL;
	g_autofree char *log = g_strconcat(p->path, ".log", NULL);
	bool ok = true;

	child_end(&p->child, SIGINT, ACK_MS);
	if (p->control >= 0)
		close(p->control);
	if (p->ack >= 0)
		close(p->ack);
	p->control = p->ack = -1;
	if (r) {
		text = read_file(p->path, 1u << 20, NULL, error);
		ok = text && perfstat_parse(text, r, error);
		if (ok)
			unlink(log);
	}
	g_clear_pointer(&p->path, g_free);
	return ok;
}
