// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent - runs commands for the host, inside the guest.
 *
 * usage: agent TTY      (guest/init starts it on /dev/ttyS1)
 *        agent -        on standard input, a socket: for the tests
 *
 * Speaks the frames of frame.h; link.c is the other end.  Ends with 0 after a
 * FRAME_POWEROFF (its parent then powers off: this program never does, so that
 * it can be tested on a host), 1 when the line fails.
 *
 * One command at a time, in a process group of its own.  A command is over
 * when its process has ended; what it left running in the background keeps
 * running, except at a time limit or FRAME_KILL, which kill the whole group.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

#define HELLO_MS 250
#define DRAIN_MAX (1 << 20) /* after the end, at most this much more from a pipe */

struct stream {
	int fd; /* the command's pipe, or -1 */
	uint32_t type;
	uint64_t total;
};

static struct {
	int fd;
	int greeted;
	uint8_t buf[FRAME_HEADER + FRAME_MAX];
	size_t have;
} line;

static struct {
	pid_t pid; /* 0: none runs */
	int pidfd;
	uint32_t seq, keep;
	uint64_t started, limit; /* ms; limit 0: none */
	int limited;
	struct stream out, err;
} cmd;

static struct {
	int fd; /* -1: none open */
	uint64_t left;
	uint32_t mode;
	char path[FRAME_MAX], temp[FRAME_MAX + 8];
} put = {.fd = -1};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void write_all(const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t w = write(line.fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			exit(1);
		p += w;
		n -= w;
	}
}

static void send_frame(uint32_t type, uint32_t seq, const void *payload, uint32_t len)
{
	uint8_t frame[FRAME_HEADER + FRAME_MAX];

	frame_head(frame, type, seq, payload, len);
	if (len)
		memcpy(frame + FRAME_HEADER, payload, len);
	write_all(frame, FRAME_HEADER + len);
}

static void send_done(uint32_t seq, const struct frame_done *d, const char *words)
{
	uint8_t p[FRAME_DONE_SIZE + 256];
	size_t n = words ? strnlen(words, 256) : 0;

	frame_put32(p, d->status);
	frame_put32(p + 4, d->code);
	frame_put64(p + 8, d->out_total);
	frame_put64(p + 16, d->err_total);
	frame_put64(p + 24, d->elapsed_ms);
	if (n)
		memcpy(p + FRAME_DONE_SIZE, words, n);
	send_frame(FRAME_DONE, seq, p, FRAME_DONE_SIZE + n);
}

/* err: an errno, 0 for fine. */
static void answer(uint32_t seq, int err, const char *what)
{
	struct frame_done d = {.status = err ? FRAME_REFUSED : FRAME_OK, .code = err};
	char words[256];

	snprintf(words, sizeof(words), "%s: %s", what, strerror(err));
	send_done(seq, &d, err ? words : NULL);
}

static void send_hello(void)
{
	uint8_t p[4 + sizeof(((struct utsname *)0)->release)];
	struct utsname u;
	size_t n;

	uname(&u);
	n = strlen(u.release);
	frame_put32(p, FRAME_VERSION);
	memcpy(p + 4, u.release, n);
	send_frame(FRAME_HELLO, 0, p, 4 + n);
}

/* -- files --------------------------------------------------------------- */

static void put_end(int keep)
{
	if (put.fd < 0)
		return;
	close(put.fd);
	put.fd = -1;
	if (!keep)
		unlink(put.temp);
}

static int put_finish(void)
{
	int err = 0;

	if (put.left)
		return 0;
	if (fchmod(put.fd, put.mode) || rename(put.temp, put.path))
		err = errno;
	put_end(!err);
	return err;
}

static int put_begin(const struct frame *f)
{
	size_t n = f->len - 12;

	put_end(0);
	if (f->len <= 12 || memchr(f->payload + 12, 0, n))
		return EINVAL;
	put.mode = frame_get32(f->payload) & 07777;
	put.left = frame_get64(f->payload + 4);
	memcpy(put.path, f->payload + 12, n);
	put.path[n] = 0;
	snprintf(put.temp, sizeof(put.temp), "%s.part", put.path);
	put.fd = open(put.temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return put.fd < 0 ? errno : put_finish();
}

static int put_data(const struct frame *f)
{
	const uint8_t *p = f->payload;
	size_t n = f->len;
	ssize_t w;
	int err;

	if (put.fd < 0 || n > put.left)
		return EPROTO;
	put.left -= n;
	for (; n; p += w, n -= w) {
		w = write(put.fd, p, n);
		if (w <= 0) {
			err = w ? errno : EIO;
			put_end(0);
			return err;
		}
	}
	return put_finish();
}

/* -- commands ------------------------------------------------------------ */

/* child: becomes the command; its errno goes to report when that fails. */
static void child(char **argv, char **env, int out, int err, int report)
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
static const uint8_t *strings(char **v, uint32_t n, const uint8_t *p, const uint8_t *end)
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
static int start(char **argv, char **env, int *ran)
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
		child(argv, env, out[1], err[1], report[1]);
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

static void run(const struct frame *f)
{
	const uint8_t *p = f->payload, *end = p + f->len;
	static char *argv[FRAME_MAX + 1], *env[FRAME_MAX + 1];
	struct frame_done d = {.status = FRAME_NOT_RUN};
	uint32_t limit, argc, envc;
	int ran, err;

	if (cmd.pid) {
		answer(f->seq, EBUSY, "run");
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
	p = strings(argv, argc, p + 16, end);
	if (p)
		p = strings(env, envc, p, end);
	if (p != end)
		goto bad;
	cmd.seq = f->seq;
	cmd.limited = 0;
	cmd.started = now_ms();
	cmd.limit = limit * 1000ull;
	err = start(argv, env, &ran);
	if (err && ran) {
		d.code = err;
		send_done(f->seq, &d, NULL);
	} else if (err) {
		answer(f->seq, err, "run");
	}
	return;
bad:
	answer(f->seq, EINVAL, "run");
}

/* pass: send what the pipe holds now, up to max bytes; closes it at its end. */
static void pass(struct stream *s, size_t max)
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

			send_frame(s->type, cmd.seq, buf, (uint64_t)n < room ? (uint64_t)n : room);
		}
		s->total += n;
		max -= (size_t)n < max ? (size_t)n : max;
	}
}

static void finish(void)
{
	struct frame_done d = {.status = FRAME_OK};
	int status = 0;

	waitpid(cmd.pid, &status, 0);
	pass(&cmd.out, DRAIN_MAX);
	pass(&cmd.err, DRAIN_MAX);
	if (cmd.limited)
		d.status = FRAME_LIMIT;
	else if (WIFSIGNALED(status))
		d.status = FRAME_SIGNALLED;
	d.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	d.out_total = cmd.out.total;
	d.err_total = cmd.err.total;
	d.elapsed_ms = now_ms() - cmd.started;
	close(cmd.pidfd);
	if (cmd.out.fd >= 0)
		close(cmd.out.fd);
	if (cmd.err.fd >= 0)
		close(cmd.err.fd);
	cmd.pid = 0;
	send_done(cmd.seq, &d, NULL);
}

/* -- the loop ------------------------------------------------------------ */

static void handle(const struct frame *f)
{
	switch (f->type) {
	case FRAME_HELLO:
		break;
	case FRAME_PUT:
		answer(f->seq, put_begin(f), "put");
		break;
	case FRAME_DATA:
		answer(f->seq, put_data(f), "put");
		break;
	case FRAME_RUN:
		run(f);
		break;
	case FRAME_KILL:
		if (cmd.pid)
			kill(-cmd.pid, SIGKILL);
		break;
	case FRAME_POWEROFF:
		answer(f->seq, 0, "poweroff");
		tcdrain(line.fd);
		exit(0);
	default:
		answer(f->seq, ENOSYS, "unknown frame type");
	}
}

static void receive(void)
{
	ssize_t n = read(line.fd, line.buf + line.have, sizeof(line.buf) - line.have);
	size_t used, noise;
	struct frame f;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		exit(1);
	line.have += n;
	for (;;) {
		int got = frame_find(line.buf, line.have, &f, &used, &noise);

		if (got) {
			line.greeted = 1;
			handle(&f);
		}
		line.have -= used;
		memmove(line.buf, line.buf + used, line.have);
		if (!got)
			return;
	}
}

/* wait_ms: how long the loop may sleep. */
static int wait_ms(void)
{
	uint64_t spent;

	if (!line.greeted)
		return HELLO_MS;
	if (!cmd.pid || !cmd.limit || cmd.limited)
		return -1;
	spent = now_ms() - cmd.started;
	return spent >= cmd.limit ? 0 : cmd.limit - spent < 60000 ? cmd.limit - spent : 60000;
}

static void step(void)
{
	struct pollfd p[4] = {
		{line.fd, POLLIN, 0},
		{cmd.pid ? cmd.out.fd : -1, POLLIN, 0},
		{cmd.pid ? cmd.err.fd : -1, POLLIN, 0},
		{cmd.pid ? cmd.pidfd : -1, POLLIN, 0},
	};

	if (poll(p, 4, wait_ms()) < 0)
		return;
	if (cmd.pid && cmd.limit && !cmd.limited && now_ms() - cmd.started >= cmd.limit) {
		cmd.limited = 1;
		kill(-cmd.pid, SIGKILL);
	}
	if (p[1].revents)
		pass(&cmd.out, FRAME_MAX);
	if (p[2].revents)
		pass(&cmd.err, FRAME_MAX);
	if (p[3].revents)
		finish();
	if (p[0].revents)
		receive();
	if (!line.greeted)
		send_hello();
}

static void open_line(const char *name)
{
	struct termios t;

	line.fd = strcmp(name, "-") ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : dup(0);
	if (line.fd < 0) {
		perror(name);
		exit(1);
	}
	fcntl(line.fd, F_SETFD, FD_CLOEXEC);
	if (tcgetattr(line.fd, &t))
		return; /* no terminal: a socket of the tests */
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(CRTSCTS | HUPCL);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	cfsetspeed(&t, B115200);
	if (tcsetattr(line.fd, TCSANOW, &t) || tcflush(line.fd, TCIOFLUSH)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: agent TTY | agent -\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setenv("PATH", "/bin:/usr/bin:/sbin:/usr/sbin", 0);
	setenv("HOME", "/", 0);
	open_line(argv[1]);
	send_hello();
	for (;;)
		step();
}
