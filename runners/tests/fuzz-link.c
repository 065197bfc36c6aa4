/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's end of the serial line, at its worst: frames that are good and do not
 * belong here, damaged ones, noise, hellos without end, at every step of an operation;
 * and a guest that does not read.  What is kept of it must stay bounded, and what is
 * said of it safe to print.
 *
 * An input is commands, of two bytes and what belongs to them: see play().
 */
#include "frames.h"
#include "runners/machine/link-state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct game {
	struct link *l;
	int fd; /* the guest's end */
	bool reads;
};

static void must_be_plain(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			abort();
}

/* What may be queued for the guest beside a file: a frame of each kind and an answer to
 * a hello. */
#define QUEUE_MAX (FRAME_MAX + 8192)

static void check(const struct link *l)
{
	const struct link_result *r = link_result(l);

	if (l->send->len > QUEUE_MAX + l->file->len)
		abort();
	if (l->op == LINK_RUN && (l->result.out->len > l->keep || l->result.err->len > l->keep))
		abort();
	must_be_plain(link_guest(l));
	if (!r)
		return;
	if (r->out->len > r->out_total || r->err->len > r->err_total)
		abort();
}

static void process(struct game *g)
{
	uint8_t sink[65536];
	int i;

	/* It reads a bounded amount at a time. */
	for (i = 0; i < 4; i++) {
		g_autoptr(GError) e = NULL;

		if (!link_process(g->l, &e)) {
			must_be_plain(e->message);
			if (link_busy(g->l))
				abort();
		}
		check(g->l);
	}
	while (g->reads && read(g->fd, sink, sizeof(sink)) > 0)
		;
}

static void say(struct game *g, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t w = send(g->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (w > 0) {
			p += w;
			n -= w;
		} else if (errno == EAGAIN && link_fd(g->l) >= 0) {
			process(g);
		} else {
			return;
		}
	}
}

static void start(struct game *g, unsigned int what, unsigned int n)
{
	static const char file[70000];
	const char *argv[] = {"true", NULL};
	struct link_command c = {.argv = argv, .keep_bytes = 1 + n * 100};
	g_autoptr(GError) e = NULL;

	if (what == 0)
		link_start_run(g->l, &c, &e);
	else if (what == 1)
		link_start_put(g->l, "/tmp/x", 0644, file, n * 270, &e);
	else
		link_start_poweroff(g->l, &e);
	if (e)
		must_be_plain(e->message);
}

/* A good frame with @payload, @times over; its seq is the operation's, or beside it. */
static void say_frame(struct game *g, unsigned int type, int off, const uint8_t *payload, size_t n,
		      unsigned int times)
{
	g_autoptr(GByteArray) frame =
		frame_bytes(type, g->l->seq + off, payload, MIN(n, FRAME_MAX));

	while (times--)
		say(g, frame->data, frame->len);
}

/* Of the commands; returns what it took of the input. */
static size_t play(struct game *g, const uint8_t *p, size_t size)
{
	unsigned int n = p[1];
	size_t have = MIN(size - 2, n);

	switch (p[0] % 8) {
	case 0:
		start(g, n % 3, n);
		return 2;
	case 1:
		link_cancel(g->l);
		g->reads = n & 1;
		return 2;
	case 2:
		say(g, p + 2, have);
		break;
	case 3: /* an answer: status, then whatever; short ones are no answers */
		say_frame(g, FRAME_DONE, 0, p + 2, have, 1);
		break;
	case 4: /* many of one kind, as fast as the line takes them */
		say_frame(g, 1 + n % 10, p[0] & 64 ? 1 : 0, p + 2, MIN(size - 2, 8), 1 + n * 8);
		process(g);
		return MIN(size, 10);
	case 5: { /* much of one kind */
		g_autofree uint8_t *big = g_malloc0(FRAME_MAX);

		say_frame(g, n & 1 ? FRAME_OUT : FRAME_ERR, 0, big, n * 65, 1 + n % 5);
		process(g);
		return 2;
	}
	case 6: /* damaged: its last byte is another one */
	case 7: {
		g_autoptr(GByteArray) f = frame_bytes(1 + n % 10, g->l->seq, p + 2, have);

		if (p[0] & 8)
			f->data[f->len - 1] ^= 1;
		say(g, f->data, p[0] & 16 ? f->len / 2 : f->len);
		break;
	}
	}
	process(g);
	return 2 + have;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2], small = 1;
	struct game g = {.reads = true};
	unsigned int commands;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	/* As much as the kernel lets it be: the guest's line is slow. */
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	g.l = link_new(pair[0]);
	g.fd = pair[1];
	for (commands = 0; size >= 2 && commands < 100; commands++) {
		size_t used = play(&g, data, size);

		data += used;
		size -= used;
	}
	process(&g);
	close(pair[1]);
	process(&g);
	link_free(g.l);
	return 0;
}
