// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runners/guest/frame.h"
#include "link-state.h"
#include "probes/tool/text.h"

/* The agent sends this much of a stream at most, whatever was asked for. */
#define KEEP_MAX (64u << 20)

/* Of what the hello and a refusal say. */
#define GUEST_MAX 95
#define WORDS_MAX 256

G_DEFINE_QUARK(vqlab_link_error, link_error)

struct link *link_new(int fd)
{
	struct link *l = g_new0(struct link, 1);

	l->fd = fd;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	l->send = g_byte_array_new();
	l->file = g_byte_array_new();
	l->result.out = g_byte_array_new();
	l->result.err = g_byte_array_new();
	return l;
}

void link_free(struct link *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	g_byte_array_unref(l->send);
	g_byte_array_unref(l->file);
	g_byte_array_unref(l->result.out);
	g_byte_array_unref(l->result.err);
	g_free(l->guest);
	g_free(l);
}

void link_set_watch(struct link *l, link_watch watch, void *data)
{
	l->watch = watch;
	l->watch_data = data;
}

int link_fd(const struct link *l)
{
	return l->fd;
}

short link_events(const struct link *l)
{
	return l->send->len > l->sent ? POLLIN | POLLOUT : POLLIN;
}

gboolean link_ready(const struct link *l)
{
	return l->ready;
}

gboolean link_busy(const struct link *l)
{
	return l->op != LINK_IDLE;
}

guint64 link_noise(const struct link *l)
{
	return l->noise;
}

const char *link_guest(const struct link *l)
{
	return l->guest ? l->guest : "";
}

const struct link_result *link_result(const struct link *l)
{
	return l->have_result ? &l->result : NULL;
}

/* -- sending ------------------------------------------------------------- */

static void queue_frame(struct link *l, guint32 type, guint32 seq, const void *payload, gsize len)
{
	guint8 head[FRAME_HEADER];

	g_assert(len <= FRAME_MAX);
	if (l->sent) {
		g_byte_array_remove_range(l->send, 0, l->sent);
		l->sent = 0;
	}
	frame_head(head, type, seq, payload, len);
	g_byte_array_append(l->send, head, sizeof(head));
	if (len)
		g_byte_array_append(l->send, payload, len);
}

static gboolean close_line(struct link *l, int err, GError **error)
{
	g_set_error(error, LINK_ERROR, LINK_ERROR_CLOSED, "the guest's serial line is closed%s%s",
		    err ? ": " : "", err ? g_strerror(err) : "");
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->op = LINK_IDLE;
	return FALSE;
}

static gboolean send_queued(struct link *l, GError **error)
{
	while (l->sent < l->send->len) {
		/* MSG_NOSIGNAL: a QEMU that just died must not kill the runner. */
		ssize_t n =
			send(l->fd, l->send->data + l->sent, l->send->len - l->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == ENOTSOCK)
			n = write(l->fd, l->send->data + l->sent, l->send->len - l->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return TRUE;
		if (n <= 0)
			return close_line(l, n < 0 ? errno : 0, error);
		l->sent += n;
	}
	return TRUE;
}

static gboolean may_start(struct link *l, GError **error)
{
	if (l->fd < 0)
		return close_line(l, 0, error);
	if (l->op != LINK_IDLE) {
		g_set_error(error, LINK_ERROR, LINK_ERROR_USAGE,
			    "an operation is under way on the guest's link");
		return FALSE;
	}
	return TRUE;
}

static void start_operation(struct link *l, enum link_operation op, guint32 type,
			    const void *payload, gsize len)
{
	l->op = op;
	l->have_result = FALSE;
	queue_frame(l, type, ++l->seq, payload, len);
}

static guint count_strings(const char *const *v)
{
	return v ? g_strv_length((char **)v) : 0;
}

gboolean link_start_run(struct link *l, const struct link_command *c, GError **error)
{
	const char *const *lists[] = {c->argv, c->env};
	g_autoptr(GByteArray) p = g_byte_array_new();
	guint8 head[16];

	if (!may_start(l, error))
		return FALSE;
	l->keep = MIN(c->keep_bytes ? c->keep_bytes : LINK_KEEP_DEFAULT, KEEP_MAX);
	frame_put32(head, c->limit_s);
	frame_put32(head + 4, l->keep);
	frame_put32(head + 8, count_strings(c->argv));
	frame_put32(head + 12, count_strings(c->env));
	g_byte_array_append(p, head, sizeof(head));
	for (int i = 0; i < 2; i++) {
		for (const char *const *s = lists[i]; s && *s; s++)
			g_byte_array_append(p, (const guint8 *)*s, strlen(*s) + 1);
	}
	if (!count_strings(c->argv) || p->len > FRAME_MAX) {
		g_set_error(
			error, LINK_ERROR, LINK_ERROR_USAGE,
			"a guest command needs 1 to %d bytes of arguments: put a script instead",
			FRAME_MAX - (int)sizeof(head));
		return FALSE;
	}
	g_byte_array_set_size(l->result.out, 0);
	g_byte_array_set_size(l->result.err, 0);
	start_operation(l, LINK_RUN, FRAME_RUN, p->data, p->len);
	return TRUE;
}

gboolean link_start_put(struct link *l, const char *path, guint mode, const void *data, gsize size,
			GError **error)
{
	g_autoptr(GByteArray) p = g_byte_array_new();
	guint8 head[12];

	if (!may_start(l, error))
		return FALSE;
	frame_put32(head, mode);
	frame_put64(head + 4, size);
	g_byte_array_append(p, head, sizeof(head));
	g_byte_array_append(p, (const guint8 *)path, strlen(path));
	if (!*path || p->len > FRAME_MAX) {
		g_set_error(error, LINK_ERROR, LINK_ERROR_USAGE, "not a file name for the guest");
		return FALSE;
	}
	g_byte_array_set_size(l->file, 0);
	if (size)
		g_byte_array_append(l->file, data, size);
	l->filed = 0;
	start_operation(l, LINK_PUT, FRAME_PUT, p->data, p->len);
	return TRUE;
}

gboolean link_start_poweroff(struct link *l, GError **error)
{
	if (!may_start(l, error))
		return FALSE;
	start_operation(l, LINK_POWEROFF, FRAME_POWEROFF, NULL, 0);
	return TRUE;
}

void link_cancel(struct link *l)
{
	if (l->op == LINK_RUN && l->fd >= 0)
		queue_frame(l, FRAME_KILL, l->seq, NULL, 0);
}

/* -- receiving ----------------------------------------------------------- */

static gboolean end_in_error(struct link *l, enum link_error code, const char *what, GError **error)
{
	l->op = LINK_IDLE;
	g_set_error_literal(error, LINK_ERROR, code, what);
	return FALSE;
}

static void take_hello(struct link *l, const struct frame *f)
{
	l->version = frame_get32(f->payload);
	g_free(l->guest);
	l->guest = vq_text_clean((const char *)f->payload + 4, f->len - 4, GUEST_MAX, VQ_ASCII);
	l->ready = TRUE;
	/* A guest that says hello without end, and does not read, gets no more answers. */
	if (l->send->len - l->sent < FRAME_MAX)
		queue_frame(l, FRAME_HELLO, 0, NULL, 0);
}

static gboolean take_output(struct link *l, const struct frame *f, GError **error)
{
	GByteArray *a = f->type == FRAME_OUT ? l->result.out : l->result.err;

	if (f->len > l->keep - a->len)
		return end_in_error(l, LINK_ERROR_DAMAGED,
				    "the guest sent more output than was asked for", error);
	g_byte_array_append(a, f->payload, f->len);
	return TRUE;
}

static gboolean take_done(struct link *l, const struct frame *f, GError **error)
{
	static const enum link_end ends[] = {LINK_EXITED, LINK_SIGNALLED, LINK_LIMIT, LINK_NOT_RUN};
	struct link_result *r = &l->result;
	guint32 status = frame_get32(f->payload);
	enum link_operation op = l->op;

	if (status == FRAME_REFUSED) {
		g_autofree char *words =
			vq_text_clean((const char *)f->payload + FRAME_DONE_SIZE,
				      f->len - FRAME_DONE_SIZE, WORDS_MAX, VQ_ASCII);

		l->op = LINK_IDLE;
		g_set_error(error, LINK_ERROR, LINK_ERROR_REFUSED, "in the guest: %s", words);
		return FALSE;
	}
	if (status > FRAME_NOT_RUN || (op != LINK_RUN && status != FRAME_OK))
		return end_in_error(l, LINK_ERROR_DAMAGED, "the guest sent an answer without sense",
				    error);
	if (op == LINK_PUT && l->filed < l->file->len) {
		gsize n = MIN(l->file->len - l->filed, FRAME_MAX);

		queue_frame(l, FRAME_DATA, ++l->seq, l->file->data + l->filed, n);
		l->filed += n;
		return TRUE;
	}
	l->op = LINK_IDLE;
	if (op != LINK_RUN)
		return TRUE;
	r->end = ends[status];
	r->code = (int)frame_get32(f->payload + 4);
	r->out_total = frame_get64(f->payload + 8);
	r->err_total = frame_get64(f->payload + 16);
	r->elapsed_ms = frame_get64(f->payload + 24);
	if (r->out->len != MIN(r->out_total, l->keep) || r->err->len != MIN(r->err_total, l->keep))
		return end_in_error(l, LINK_ERROR_DAMAGED,
				    "a part of the command's output was lost", error);
	l->have_result = TRUE;
	return TRUE;
}

/* handle_frame: a good one.  One that does not belong here is noise. */
static gboolean handle_frame(struct link *l, const struct frame *f, GError **error)
{
	gboolean ours = l->op != LINK_IDLE && f->seq == l->seq;

	if (f->type == FRAME_HELLO && f->len >= 4) {
		take_hello(l, f);
		if (l->version != FRAME_VERSION)
			return end_in_error(l, LINK_ERROR_VERSION,
					    "the guest's agent speaks another protocol version: "
					    "make the guest image again",
					    error);
		return TRUE;
	}
	if (ours && l->op == LINK_RUN && (f->type == FRAME_OUT || f->type == FRAME_ERR))
		return take_output(l, f, error);
	if (ours && f->type == FRAME_DONE && f->len >= FRAME_DONE_SIZE)
		return take_done(l, f, error);
	l->noise++;
	return TRUE;
}

/* take_frames: those in the buffer, until one ends an operation in an error. */
static gboolean take_frames(struct link *l, GError **error)
{
	gboolean good = TRUE;

	while (good) {
		gsize used, noise;
		struct frame f;
		int got = frame_find(l->in, l->have, &f, &used, &noise);

		l->noise += noise;
		if (got)
			good = handle_frame(l, &f, error);
		l->have -= used;
		memmove(l->in, l->in + used, l->have);
		if (!got)
			break;
	}
	return good;
}

gboolean link_process(struct link *l, GError **error)
{
	if (l->fd < 0)
		return close_line(l, 0, error);
	/* What an error left in the buffer comes first. */
	if (!take_frames(l, error))
		return FALSE;
	/* A bounded number of reads: a guest that never stops must not hold us. */
	for (int i = 0; i < 64; i++) {
		ssize_t n = read(l->fd, l->in + l->have, sizeof(l->in) - l->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			return close_line(l, n < 0 ? errno : 0, error);
		l->have += n;
		if (!take_frames(l, error))
			return FALSE;
	}
	return send_queued(l, error);
}
