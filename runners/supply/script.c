/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"
#include "runners/tool/files.h"
#include "runners/tool/own.h"
#include "runners/tool/spawn.h"
#include "runners/trial/message.h"
#include "runners/worker.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 4096
#define LOOK_MS 60000 /* a tree's state is read for it */

/* One call. */
struct call {
	const char *const *argv, *const *env;
	int out; /* takes what it prints */
	bool quiet;
};

static bool start(const struct call *call, struct child *c, GError **error)
{
	struct spawn s = {.argv = call->argv, .env = call->env, .out = call->out, .err = 2};

	/* Whoever only looks does not want to read of progress. */
	if (call->quiet)
		s.err = 0;
	return spawn(c, &s, error);
}

/* In a process of its own, whose children end with it. */
static int make(void *data, int report_fd)
{
	g_autoptr(GError) e = NULL;
	struct child c = {0};

	if (!start(data, &c, &e)) {
		message_send(report_fd, MESSAGE_ERROR, e->code, e->message);
		return 127;
	}
	while (!child_ended(&c, 60000))
		;
	return WIFEXITED(c.status) ? WEXITSTATUS(c.status) : 1;
}

static bool look(const struct call *call, int *status, GError **error)
{
	struct child c = {0};
	bool ok;

	if (!start(call, &c, error))
		return false;
	ok = child_ended(&c, LOOK_MS);
	child_end(&c, SIGKILL, 0);
	*status = ok && WIFEXITED(c.status) ? WEXITSTATUS(c.status) : 1;
	return true;
}

static bool run(struct call *call, struct signals *signals, int *status, GError **error)
{
	struct worker w = {0};
	bool ok;

	if (!signals)
		return look(call, status, error);
	ok = worker_run(&w, signals, make, call, NULL, error);
	*status = WIFEXITED(w.status) ? WEXITSTATUS(w.status) : 1;
	worker_clear(&w);
	return ok;
}

static char **with_first(const char *first, const char *const *rest)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();

	g_strv_builder_add(list, first);
	for (; rest && *rest; rest++)
		g_strv_builder_add(list, *rest);
	return g_strv_builder_end(list);
}

bool script_run(struct script *s, struct signals *signals, GError **error)
{
	g_autofree char *file = g_strdup_printf("runners/setup/%s.sh", s->name);
	g_autofree char *path = own_script(file), *say_why = NULL;
	g_auto(GStrv) argv = NULL, env = NULL;
	struct scratch printed = {0}, why = {0};
	struct call call = {.quiet = !signals};
	bool ok = scratch_open(&printed, error) && scratch_open(&why, error);

	if (ok) {
		say_why = g_strconcat("VQLAB_WHY=", why.path, NULL);
		call.out = printed.fd;
		call.argv = (const char *const *)(argv = with_first(path, s->args));
		call.env = (const char *const *)(env = with_first(say_why, s->env));
		ok = run(&call, signals, &s->status, error);
		s->why = last_line(why.path);
		s->folder = read_file(printed.path, SAID_MAX, NULL, NULL);
	}
	if (s->folder && !*g_strstrip(s->folder))
		g_clear_pointer(&s->folder, g_free);
	scratch_close(&printed);
	scratch_close(&why);
	return ok;
}

void script_clear(struct script *s)
{
	g_free(s->folder);
	g_free(s->why);
}
