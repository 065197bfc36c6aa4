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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define HELLO_MS 250

static struct {
	int fd;
	int greeted;
	uint8_t buf[FRAME_HEADER + FRAME_MAX];
	size_t have;
} line;

uint64_t agent_now_ms(void)
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

void agent_send(uint32_t type, uint32_t seq, const void *payload, uint32_t len)
{
	uint8_t frame[FRAME_HEADER + FRAME_MAX];

	frame_head(frame, type, seq, payload, len);
	if (len)
		memcpy(frame + FRAME_HEADER, payload, len);
	write_all(frame, FRAME_HEADER + len);
}

void agent_done(uint32_t seq, const struct frame_done *d, const char *words)
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
	agent_send(FRAME_DONE, seq, p, FRAME_DONE_SIZE + n);
}

/* err: an errno, 0 for fine. */
void agent_answer(uint32_t seq, int err, const char *what)
{
	struct frame_done d = {.status = err ? FRAME_REFUSED : FRAME_OK, .code = err};
	char words[256];

	snprintf(words, sizeof(words), "%s: %s", what, strerror(err));
	agent_done(seq, &d, err ? words : NULL);
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
	agent_send(FRAME_HELLO, 0, p, 4 + n);
}

/* -- the loop ------------------------------------------------------------ */

static void handle_frame(const struct frame *f)
{
	switch (f->type) {
	case FRAME_HELLO:
		break;
	case FRAME_PUT:
		agent_answer(f->seq, files_begin(f), "put");
		break;
	case FRAME_DATA:
		agent_answer(f->seq, files_data(f), "put");
		break;
	case FRAME_RUN:
		command_run(f);
		break;
	case FRAME_KILL:
		command_kill();
		break;
	case FRAME_POWEROFF:
		agent_answer(f->seq, 0, "poweroff");
		tcdrain(line.fd);
		exit(0);
	default:
		agent_answer(f->seq, ENOSYS, "unknown frame type");
	}
}

static void receive_frames(void)
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
			handle_frame(&f);
		}
		line.have -= used;
		memmove(line.buf, line.buf + used, line.have);
		if (!got)
			return;
	}
}

static void step(void)
{
	struct pollfd p[1 + COMMAND_FDS] = {{line.fd, POLLIN, 0}};
	int wait_ms = command_poll(p + 1);

	if (poll(p, 1 + COMMAND_FDS, line.greeted ? wait_ms : HELLO_MS) < 0)
		return;
	command_step(p + 1);
	if (p[0].revents)
		receive_frames();
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
