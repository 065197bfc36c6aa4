/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An agent that is the host's enemy, in the guest's image in place of the real one: it
 * has that one do the work, passes on what it says, and at one place does as it likes.
 *
 * usage: agent TTY      (guest/init starts it; /bin/agent.real is the real one)
 *
 * What it does, and at which of the answers, is drawn from a seed: the sectors of the
 * first disk, which a plan chooses, and whether its device is in order, so that two
 * trials of a block differ.  The console tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "runners/guest/frame.h"

enum trick {
	TRICK_TWICE,	/* says it again */
	TRICK_LATE,	/* the next one first */
	TRICK_LOST,	/* not at all */
	TRICK_SILENCE,	/* that and nothing ever after */
	TRICK_HALF,	/* half of a frame, then silence */
	TRICK_STATUS,	/* an answer with a status that there is not */
	TRICK_TOTALS,	/* ... of sizes that cannot be */
	TRICK_REFUSE,	/* refuses, in words that a terminal obeys */
	TRICK_FLOOD,	/* output without end */
	TRICK_HELLOS,	/* hellos without end */
	TRICK_VERSION,	/* a hello of another version */
	TRICK_NOISE,	/* a mebibyte of anything */
	TRICK_JSON,	/* output is JSON that is nested too deep */
	TRICK_NUMBERS,	/* digits in the output become others */
	TRICK_ESCAPES,	/* letters in the output become controls */
	TRICK_CONSOLE,	/* the console, without end */
	TRICK_POWEROFF, /* ends, and before that 2 MiB on the console */
	TRICK_PANIC,	/* the kernel does */
	N_TRICKS
};

static const char *const names[N_TRICKS] = {"twice",   "late",	   "lost",   "silence", "half",
					    "status",  "totals",   "refuse", "flood",	"hellos",
					    "version", "noise",	   "json",   "numbers", "escapes",
					    "console", "poweroff", "panic"};

static int line, real;	    /* the host, the real agent */
static uint64_t state;	    /* of the generator */
static unsigned int answer; /* of the real agent's, so far */
static unsigned int place;  /* the one that is hit */
static enum trick trick;

/* splitmix64 */
static uint32_t draw(uint32_t n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z ^ z >> 31) % n;
}

static void write_all(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			exit(1);
		p += w;
		n -= w;
	}
}

static void say(uint32_t type, uint32_t seq, const void *payload, uint32_t len)
{
	uint8_t frame[FRAME_HEADER + FRAME_MAX];

	frame_head(frame, type, seq, payload, len);
	if (len)
		memcpy(frame + FRAME_HEADER, payload, len);
	write_all(line, frame, FRAME_HEADER + len);
}

static void say_frame(const struct frame *f)
{
	say(f->type, f->seq, f->payload, f->len);
}

static void end_in_silence(void)
{
	for (;;)
		pause();
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0) {
		write_all(fd, text, strlen(text));
		close(fd);
	}
}

/* All of it is brackets, or digits and letters are others. */
static void spoil_output(const struct frame *f)
{
	uint8_t p[FRAME_MAX];
	uint32_t i;

	for (i = 0; i < f->len; i++) {
		uint8_t c = f->payload[i];

		p[i] = c;
		if (trick == TRICK_JSON)
			p[i] = i ? '[' : '{';
		else if (trick == TRICK_NUMBERS && c >= '0' && c <= '9' && !draw(8))
			p[i] = "9-e.0\"n"[draw(7)];
		else if (trick == TRICK_ESCAPES && c >= 'a' && c <= 'z' && !draw(16))
			p[i] = "\033\n\0\177\233\r%\\"[draw(8)];
	}
	say(f->type, f->seq, p, f->len);
}

static void spoil_answer(const struct frame *f)
{
	static const char words[] = "\033[2J\033]0;owned\007\nstate ok\nend ok %s%n";
	uint8_t p[FRAME_DONE_SIZE + sizeof(words)] = {0};

	memcpy(p, f->payload, f->len < FRAME_DONE_SIZE ? f->len : FRAME_DONE_SIZE);
	memcpy(p + FRAME_DONE_SIZE, words, sizeof(words));
	if (trick == TRICK_STATUS)
		frame_put32(p, 5 + draw(1u << 31));
	else if (trick == TRICK_REFUSE)
		frame_put32(p, FRAME_REFUSED);
	else
		frame_put64(p + 8 + 8 * draw(3), draw(2) ? ~0ull : 1ull << draw(63));
	say(FRAME_DONE, f->seq, p, sizeof(p));
}

static void fill_console(void)
{
	static uint8_t much[FRAME_MAX];

	memset(much, 'c', sizeof(much));
	write_all(STDOUT_FILENO, much, sizeof(much));
}

static void flood(const struct frame *f)
{
	static uint8_t much[FRAME_MAX];
	uint8_t version[4];

	frame_put32(version, FRAME_VERSION);
	for (;;)
		switch (trick) {
		case TRICK_FLOOD:
			say(FRAME_OUT, f->seq, much, sizeof(much));
			break;
		case TRICK_CONSOLE:
			fill_console();
			break;
		default:
			say(FRAME_HELLO, 0, version, sizeof(version));
		}
}

static void make_noise(void)
{
	uint8_t some[4096];
	size_t i, k;

	for (k = 0; k < 256; k++) {
		for (i = 0; i < sizeof(some); i++)
			some[i] = draw(4) ? draw(256) : (uint8_t)FRAME_MAGIC[i % 4];
		write_all(line, some, sizeof(some));
	}
}

/* The frame that is hit. */
static void play(const struct frame *f)
{
	size_t n;

	static const uint8_t other[] = {99, 0, 0, 0, 'x'};
	bool output = f->type != FRAME_DONE;

	printf("hostile: %s at answer %u\n", names[trick], answer);
	fflush(stdout);
	switch (trick) {
	case TRICK_TWICE:
		say_frame(f);
		say_frame(f);
		return;
	case TRICK_LATE:
	case TRICK_LOST:
		return;
	case TRICK_SILENCE:
		end_in_silence();
		return;
	case TRICK_HALF:
		write_all(line, f->payload - FRAME_HEADER, (FRAME_HEADER + f->len) / 2);
		end_in_silence();
		return;
	case TRICK_STATUS:
	case TRICK_TOTALS:
	case TRICK_REFUSE:
		spoil_answer(f);
		return;
	case TRICK_FLOOD:
	case TRICK_HELLOS:
	case TRICK_CONSOLE:
		flood(f);
		return;
	case TRICK_VERSION:
		say(FRAME_HELLO, 0, other, sizeof(other));
		break;
	case TRICK_NOISE:
		make_noise();
		break;
	case TRICK_JSON:
	case TRICK_NUMBERS:
	case TRICK_ESCAPES:
		if (!output)
			break;
		spoil_output(f);
		return;
	case TRICK_POWEROFF:
		for (n = 0; n < 2 << 20; n += FRAME_MAX)
			fill_console();
		exit(0);
	case TRICK_PANIC:
		write_to("/proc/sysrq-trigger", "c");
		return;
	default:
		break;
	}
	say_frame(f);
}

/* What spoils output does so from that place on; the rest is done once. */
static bool is_hit(const struct frame *f)
{
	if (trick == TRICK_JSON || trick == TRICK_NUMBERS || trick == TRICK_ESCAPES)
		return answer >= place && f->type == FRAME_OUT;
	return answer == place;
}

static void pass_on(const struct frame *f)
{
	static uint8_t late[FRAME_HEADER + FRAME_MAX];
	static size_t n_late;

	if (f->type == FRAME_HELLO) {
		say_frame(f);
		return;
	}
	answer++;
	if (!is_hit(f)) {
		say_frame(f);
		if (n_late)
			write_all(line, late, n_late);
		n_late = 0;
		return;
	}
	if (trick == TRICK_LATE) {
		n_late = FRAME_HEADER + f->len;
		memcpy(late, f->payload - FRAME_HEADER, n_late);
	}
	play(f);
}

static void from_real(void)
{
	static uint8_t in[FRAME_HEADER + FRAME_MAX];
	static size_t have;
	ssize_t n = read(real, in + have, sizeof(in) - have);

	if (n <= 0)
		exit(0); /* it was told to power off */
	have += n;
	for (;;) {
		size_t used, noise;
		struct frame f;
		int got = frame_find(in, have, &f, &used, &noise);

		if (got)
			pass_on(&f);
		have -= used;
		memmove(in, in + used, have);
		if (!got)
			return;
	}
}

static void from_host(void)
{
	uint8_t some[4096];
	ssize_t n = read(line, some, sizeof(some));

	if (n <= 0)
		exit(1);
	write_all(real, some, n);
}

static int open_line(const char *name)
{
	struct termios t;
	int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &t))
		exit(1);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(CRTSCTS | HUPCL);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	cfsetspeed(&t, B115200);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static int start_real(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		exit(1);
	if (!fork()) {
		dup2(pair[1], 0);
		execl("/bin/agent.real", "agent", "-", NULL);
		_exit(127);
	}
	close(pair[1]);
	return pair[0];
}

static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : 0;

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static void draw_trick(void)
{
	char size[32], bits[128];
	uint64_t seed;

	read_text("/sys/class/block/vda/size", size, sizeof(size));
	read_text("/sys/class/block/vda/device/features", bits, sizeof(bits));
	/* The plan's size in MiB; bit 35 is VIRTIO_F_IN_ORDER. */
	seed = 2 * (strtoull(size, NULL, 10) / 2048) + (bits[0] && bits[35] == '1');
	state = seed;
	draw(2);
	trick = draw(N_TRICKS);
	place = 1 + draw(14);
	printf("hostile: seed %llu: %s at answer %u\n", (unsigned long long)seed, names[trick],
	       place);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	draw_trick();
	line = open_line(argv[1]);
	real = start_real();
	for (;;) {
		struct pollfd p[] = {{line, POLLIN, 0}, {real, POLLIN, 0}};

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			from_real();
		if (p[0].revents)
			from_host();
	}
}
