// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define DRAIN_MAX (1 << 20) /* after the end, at most this much more from a pipe */

struct stream {
	int fd; /* the command's pipe, or -1 */
	uint32_t type;
	uint64_t total;
};

static struct {
	pid_t pid; /* 0: none runs */
	int pidfd;
	uint32_t seq, keep;
	uint64_t started, limit; /* ms; limit 0: none */
	int limited;
	struct stream out, err;
} cmd;

/* child: becomes the command; its errno goes to report when that fails. */
static void run_child(char **argv, char **env, int out, int err, int report)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY), e;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	for (; *env; env++)
		putenv(*env);
	execvp(argv[0], argv);
	e = errno;
	if (write(report, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

/* strings: cut n NUL-terminated strings off; NULL if they are not there. */
static const uint8_t *split_strings(char **v, uint32_t n, const uint8_t *p, const uint8_t *end)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *nul = p < end ? memchr(p, 0, end - p) : NULL;

		if (!nul)
			return NULL;
		v[i] = (char *)p;
		p = nul + 1;
	}
	v[n] = NULL;
	return p;
}

/* start: returns 0, or an errno, with *ran saying if it came as far as exec. */
static int start_child(char **argv, char **env, int *ran)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1}, e = 0;
	pid_t pid;

	*ran = 0;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
		e = errno;
		goto done;
	}
	pid = fork();
	if (pid < 0) {
		e = errno;
		goto done;
	}
	if (!pid)
		run_child(argv, env, out[1], err[1], report[1]);
	close(report[1]);
	report[1] = -1;
	*ran = 1;
	if (read(report[0], &e, sizeof(e)) != sizeof(e))
		e = 0; /* closed by exec */
	if (!e) {
		cmd.pidfd = syscall(SYS_pidfd_open, pid, 0);
		if (cmd.pidfd < 0) {
			e = errno;
			kill(-pid, SIGKILL);
			*ran = 0;
		}
	}
	if (e) {
		waitpid(pid, NULL, 0);
		goto done;
	}
	cmd.pid = pid;
	cmd.out = (struct stream){out[0], FRAME_OUT, 0};
	cmd.err = (struct stream){err[0], FRAME_ERR, 0};
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	out[0] = err[0] = -1;
done:
	for (int i = 0; i < 2; i++) {
		close(out[i]);
		close(err[i]);
		close(report[i]);
	}
	return e;
}

void command_run(const struct frame *f)
{
	const uint8_t *p = f->payload, *end = p + f->len;
	static char *argv[FRAME_MAX + 1], *env[FRAME_MAX + 1];
	struct frame_done d = {.status = FRAME_NOT_RUN};
	uint32_t limit, argc, envc;
	int ran, err;

	if (cmd.pid) {
		agent_answer(f->seq, EBUSY, "run");
		return;
	}
	if (f->len < 16)
		goto bad;
	limit = frame_get32(p);
	cmd.keep = frame_get32(p + 4);
	argc = frame_get32(p + 8);
	envc = frame_get32(p + 12);
	if (!argc || argc > FRAME_MAX || envc > FRAME_MAX)
		goto bad;
	p = split_strings(argv, argc, p + 16, end);
	if (p)
		p = split_strings(env, envc, p, end);
	if (p != end)
		goto bad;
	cmd.seq = f->seq;
	cmd.limited = 0;
	cmd.started = agent_now_ms();
	cmd.limit = limit * 1000ull;
	err = start_child(argv, env, &ran);
	if (err && ran) {
		d.code = err;
		agent_done(f->seq, &d, NULL);
	} else if (err) {
		agent_answer(f->seq, err, "run");
	}
	return;
bad:
	agent_answer(f->seq, EINVAL, "run");
}

/* pass: send what the pipe holds now, up to max bytes; closes it at its end. */
static void pass_output(struct stream *s, size_t max)
{
	uint8_t buf[FRAME_MAX];

	while (s->fd >= 0 && max) {
		ssize_t n = read(s->fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(s->fd);
			s->fd = -1;
			return;
		}
		if (s->total < cmd.keep) {
			uint64_t room = cmd.keep - s->total;

			agent_send(s->type, cmd.seq, buf, (uint64_t)n < room ? (uint64_t)n : room);
		}
		s->total += n;
		max -= (size_t)n < max ? (size_t)n : max;
	}
}

static void finish_command(void)
{
	struct frame_done d = {.status = FRAME_OK};
	int status = 0;

	waitpid(cmd.pid, &status, 0);
	pass_output(&cmd.out, DRAIN_MAX);
	pass_output(&cmd.err, DRAIN_MAX);
	if (cmd.limited)
		d.status = FRAME_LIMIT;
	else if (WIFSIGNALED(status))
		d.status = FRAME_SIGNALLED;
	d.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	d.out_total = cmd.out.total;
	d.err_total = cmd.err.total;
	d.elapsed_ms = agent_now_ms() - cmd.started;
	close(cmd.pidfd);
	if (cmd.out.fd >= 0)
		close(cmd.out.fd);
	if (cmd.err.fd >= 0)
		close(cmd.err.fd);
	cmd.pid = 0;
	agent_done(cmd.seq, &d, NULL);
}

void command_kill(void)
{
	if (cmd.pid)
		kill(-cmd.pid, SIGKILL);
}

int command_poll(struct pollfd p[COMMAND_FDS])
{
	const int fds[COMMAND_FDS] = {cmd.out.fd, cmd.err.fd, cmd.pidfd};
	uint64_t spent;

	for (int i = 0; i < COMMAND_FDS; i++)
		p[i] = (struct pollfd){cmd.pid ? fds[i] : -1, POLLIN, 0};
	if (!cmd.pid || !cmd.limit || cmd.limited)
		return -1;
	spent = agent_now_ms() - cmd.started;
	return spent >= cmd.limit ? 0 : cmd.limit - spent < 60000 ? cmd.limit - spent : 60000;
}

void command_step(const struct pollfd p[COMMAND_FDS])
{
	if (cmd.pid && cmd.limit && !cmd.limited && agent_now_ms() - cmd.started >= cmd.limit) {
		cmd.limited = 1;
		command_kill();
	}
	if (p[0].revents)
		pass_output(&cmd.out, FRAME_MAX);
	if (p[1].revents)
		pass_output(&cmd.err, FRAME_MAX);
	if (p[2].revents)
		finish_command();
}
