// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe -- COMMAND. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

#define PATIENCE_MS 10000

static char **environment;
static struct rlimit files;

void vq_launch_remember(void)
{
	environment = g_get_environ();
	getrlimit(RLIMIT_NOFILE, &files);
}

/* In the child, which is a copy of a program with one thread. */
static void become(char **argv, int report)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setrlimit(RLIMIT_NOFILE, &files);
	if (!ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		execvpe(argv[0], argv, environment);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(125);
	_exit(127);
}

static bool wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

bool vq_launch_start(struct vq_launch *l, char **argv, int *status, GError **error)
{
	int report[2], at = 0, err = 0;

	*l = (struct vq_launch){0};
	*status = 126;
	if (pipe2(report, O_CLOEXEC) || (l->pid = fork()) < 0) {
		g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FORK, "%s: %s", argv[0],
			    g_strerror(errno));
		return false;
	}
	if (!l->pid)
		become(argv, report[1]);
	close(report[1]);
	if (read(report[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(report[0]);
	if (!wait_for(l->pid, &at) || !WIFSTOPPED(at) || err) {
		*status = err == ENOENT ? 127 : 126;
		g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s: cannot be started: %s",
			    argv[0], g_strerror(err ?: ECHILD));
		return false;
	}
	ptrace(PTRACE_SETOPTIONS, l->pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC);
	return true;
}

bool vq_launch_next(struct vq_launch *l)
{
	int at, pass = 0;

	while (!ptrace(PTRACE_CONT, l->pid, NULL, pass) && wait_for(l->pid, &at)) {
		if (!WIFSTOPPED(at))
			break;
		if (at >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
			return true;
		pass = WSTOPSIG(at);
	}
	l->pid = 0;
	return false;
}

void vq_launch_release(struct vq_launch *l)
{
	ptrace(PTRACE_DETACH, l->pid, NULL, 0);
}

void vq_launch_pass_on(struct vq_launch *l, const struct signalfd_siginfo *info)
{
	if (l->signals++)
		kill(l->pid, SIGKILL);
	else if (info->ssi_code != SI_KERNEL)
		kill(l->pid, info->ssi_signo);
}

void vq_launch_abandon(struct vq_launch *l)
{
	int at;

	if (l->pid && !kill(l->pid, SIGKILL))
		wait_for(l->pid, &at);
	l->pid = 0;
}

int vq_launch_end(struct vq_launch *l)
{
	bool ended = false;
	int at = 0;

	for (int ms = 0; l->pid && ms <= PATIENCE_MS; ms += 10) {
		pid_t pid = waitpid(l->pid, &at, WNOHANG);

		if (pid == l->pid && !WIFSTOPPED(at))
			break;
		if (!ended)
			kill(l->pid, SIGTERM);
		ended = true;
		g_usleep(10000);
		if (ms == PATIENCE_MS && !kill(l->pid, SIGKILL))
			wait_for(l->pid, &at);
	}
	l->pid = 0;
	if (ended)
		return 0;
	return WIFSIGNALED(at) ? 128 + WTERMSIG(at) : WEXITSTATUS(at);
}
