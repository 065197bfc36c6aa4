/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker.h"
#include "runners/tool/clock.h"
#include "runners/trial/message.h"
#include "runners/trial/state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_MS 10000

static void worker_start(struct worker *w, const struct signals *s, worker_body body, void *data,
			 GError **error)
{
	pid_t parent = getpid();
	int pair[2];

	memset(w, 0, sizeof(*w));
	if (pipe2(pair, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pipe: %s", g_strerror(errno));
		return;
	}
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127);
		setsid();
		close(pair[0]);
		close(s->fd);
		_exit(body(data, pair[1]));
	}
	close(pair[1]);
	w->messages = pair[0];
	w->text = g_byte_array_new();
	if (w->pid < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "fork: %s", g_strerror(errno));
	else
		w->pidfd = pidfd_open(w->pid, 0);
	if (w->pid > 0 && w->pidfd < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pidfd_open: %s", g_strerror(errno));
}

/* Kills what is left of the trial, and reaps until no child remains. */
static void worker_kill(struct worker *w)
{
	int64_t until = now_ms() + REAP_MS;
	pid_t pid;
	int status;

	if (w->pid <= 0)
		return;
	/* Its group bears its own number from setsid on. */
	kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
	while ((pid = waitpid(-1, &status, WNOHANG)) >= 0 && now_ms() < until) {
		if (pid == w->pid)
			w->status = status;
		else if (!pid) {
			kill(-w->pid, SIGKILL);
			poll(NULL, 0, 5);
		}
	}
}

void worker_clear(struct worker *w)
{
	if (w->messages > 0)
		close(w->messages);
	if (w->pidfd > 0)
		close(w->pidfd);
	if (w->text)
		g_byte_array_unref(w->text);
	g_free(w->state);
	g_free(w->reason);
	g_free(w->error);
	memset(w, 0, sizeof(*w));
}

static void worker_message(struct worker *w, const struct message *m, struct progress *p)
{
	if (m->kind == MESSAGE_DOING && p) {
		progress_doing(p, m->text);
	} else if (m->kind == MESSAGE_LOADS) {
		w->loads = m->code;
	} else if (m->kind == MESSAGE_STATE) {
		g_free(w->state);
		g_free(w->reason);
		w->state = g_strdup(trial_state(m->code));
		w->reason = g_strdup(m->text);
	} else if (m->kind == MESSAGE_ERROR) {
		g_free(w->error);
		w->error = g_strdup(m->text);
	}
}

static void worker_read(struct worker *w, struct progress *p)
{
	enum message_taken taken = MESSAGE_NONE;
	struct message m;
	guint8 chunk[4096];
	ssize_t n = read(w->messages, chunk, sizeof(chunk));

	if (n > 0)
		g_byte_array_append(w->text, chunk, n);
	while (n > 0 && (taken = message_take(w->text, &m)) == MESSAGE_ONE) {
		worker_message(w, &m, p);
		message_clear(&m);
	}
	if (n <= 0 || taken == MESSAGE_BAD) {
		close(w->messages);
		w->messages = -1;
	}
}

/* Until the process has ended; false when a signal came first. */
static bool worker_wait(struct worker *w, struct signals *s, struct progress *p)
{
	for (;;) {
		struct pollfd f[] = {
			{.fd = s->fd, .events = POLLIN},
			{.fd = w->messages, .events = POLLIN},
			{.fd = w->pidfd, .events = POLLIN},
		};

		poll(f, 3, 1000);
		if (f[0].revents && signals_read(s))
			return false;
		if (f[1].revents)
			worker_read(w, p);
		else if (f[2].revents)
			return true;
		if (p)
			progress_doing(p, NULL);
	}
}

bool worker_run(struct worker *w, struct signals *s, worker_body body, void *data,
		struct progress *p, GError **error)
{
	g_autoptr(GError) e = NULL;
	bool ended;

	worker_start(w, s, body, data, &e);
	if (e) {
		worker_kill(w);
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	ended = worker_wait(w, s, p);
	worker_kill(w);
	return ended;
}

bool worker_succeeded(const struct worker *w)
{
	return WIFEXITED(w->status) && WEXITSTATUS(w->status) == 0;
}
