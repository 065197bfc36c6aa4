/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define BEGINNING (KEPT_MAX / 2) /* of the file, which stays as it is */
#define NEWEST (KEPT_MAX / 4)	 /* what stays of the rest when the file is full */

/* What is still taken, after kept_end(), of a child that writes without end. */
#define LAST_WORDS (1u << 20)

struct kept {
	GThread *thread;
	int file, from, ending; /* the file; our end of the socket; an eventfd */
	size_t size;		/* of the file */
	size_t line;		/* of the line between its two parts */
	uint64_t left_out;	/* bytes, as that line says */
	bool failed;		/* to write, and that the disk is full will be seen elsewhere */
	char chunk[65536], newest[NEWEST];
};

/* Of a full file, leaves its beginning and the newest. */
static bool make_room(struct kept *k)
{
	char line[64];

	k->left_out += k->size - BEGINNING - k->line - NEWEST;
	k->line = snprintf(line, sizeof(line), "\n[%" PRIu64 " bytes are left out here]\n",
			   k->left_out);
	if (pread(k->file, k->newest, NEWEST, k->size - NEWEST) != NEWEST ||
	    ftruncate(k->file, BEGINNING) < 0 || lseek(k->file, BEGINNING, SEEK_SET) < 0 ||
	    !write_all(k->file, line, k->line) || !write_all(k->file, k->newest, NEWEST))
		return false;
	k->size = BEGINNING + k->line + NEWEST;
	return true;
}

static void keep(struct kept *k, const char *data, size_t len)
{
	while (len && !k->failed) {
		size_t n = MIN(len, KEPT_MAX - k->size);

		k->failed = n ? !write_all(k->file, data, n) : !make_room(k);
		k->size += n;
		data += n;
		len -= n;
	}
}

/* Until nobody can write any more, or kept_end(). */
static gpointer copy(gpointer data)
{
	struct kept *k = data;
	struct pollfd p[] = {{k->from, POLLIN, 0}, {k->ending, POLLIN, 0}};
	size_t last = 0;

	while (last < LAST_WORDS) {
		ssize_t n;

		if (poll(p, 2, p[1].revents ? 0 : -1) < 0 && errno != EINTR)
			break;
		n = recv(k->from, k->chunk, sizeof(k->chunk), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EINTR && (errno != EAGAIN || p[1].revents)))
			break;
		if (n > 0)
			keep(k, k->chunk, n);
		if (n > 0 && p[1].revents)
			last += n;
	}
	return NULL;
}

/* Signals are for the thread that waits for them. */
static GThread *start(struct kept *k)
{
	sigset_t all, old;
	GThread *thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	thread = g_thread_try_new("kept", copy, k, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return thread;
}

struct kept *kept_open(const char *path, int *fd, GError **error)
{
	struct kept *k = g_new0(struct kept, 1);
	int pair[2] = {-1, -1};
	bool ok;

	k->ending = eventfd(0, EFD_CLOEXEC);
	k->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ok = k->file >= 0 && k->ending >= 0 &&
	     socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
	k->from = pair[0];
	*fd = pair[1];
	if (ok)
		k->thread = start(k);
	if (k->thread)
		return k;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	kept_free(k);
	return NULL;
}

void kept_end(struct kept *k)
{
	uint64_t one = 1;

	if (!k || !k->thread)
		return;
	/* An eventfd takes it at once. */
	if (write(k->ending, &one, sizeof(one)) == sizeof(one))
		g_thread_join(g_steal_pointer(&k->thread));
}

void kept_free(struct kept *k)
{
	if (!k)
		return;
	kept_end(k);
	if (k->from >= 0)
		close(k->from);
	if (k->file >= 0)
		close(k->file);
	if (k->ending >= 0)
		close(k->ending);
	g_free(k);
}
