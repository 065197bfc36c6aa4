/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link.h - commands into the guest and results out, over a serial port.
 *
 * The far end is guest/agent.c on ttyS1; this end is any stream descriptor,
 * usually one of a socket pair whose other end QEMU holds (boot.h).  Both
 * sides speak the frames of guest/frame.h.  One operation at a time.
 *
 * What comes from the guest is not trusted: a frame is at most
 * FRAME_MAX bytes, collected output is bounded by the limits given, noise
 * between frames is skipped (and counted), and a command whose output lost a
 * frame to a bad checksum ends in an error, never in shortened output.
 *
 * Two ways to use it.  Blocking: link_wait_hello(), link_put(), link_run(),
 * each with a limit in milliseconds and a watch function that is called at
 * least every LINK_WATCH_MS, so that a runner can look for stalls or Ctrl-C.
 * Or as events: link_start_*(), then poll link_fd() for link_events() and
 * call link_process() until link_busy() is FALSE; link_result() has the rest.
 */
#ifndef VQLAB_LINK_H
#define VQLAB_LINK_H

#include <glib.h>

#define LINK_WATCH_MS 100

#define LINK_ERROR (link_error_quark())
GQuark link_error_quark(void);

enum link_error {
	LINK_ERROR_CLOSED,  /* the far end is gone: QEMU ended */
	LINK_ERROR_TIMEOUT, /* nothing came of it within the limit */
	LINK_ERROR_DAMAGED, /* frames were lost or nonsense was received */
	LINK_ERROR_REFUSED, /* the agent said no; the message says why */
	LINK_ERROR_STOPPED, /* the watch function ended the wait */
	LINK_ERROR_USAGE,   /* busy already, or a request that is too long */
	LINK_ERROR_VERSION, /* the agent speaks another protocol version */
};

struct link;

/* How a command ended. */
enum link_end {
	LINK_EXITED,	/* code: exit status, 0 to 255 */
	LINK_SIGNALLED, /* code: the signal's number */
	LINK_LIMIT,	/* killed by the agent at its time limit; code: SIGKILL */
	LINK_NOT_RUN,	/* could not be started; code: errno in the guest */
};

struct link_result {
	enum link_end end;
	int code;
	GByteArray *out, *err; /* what was kept; each may hold any byte */
	guint64 out_total;     /* bytes the command wrote; more than out->len */
	guint64 err_total;     /* means that the rest was cut off */
	guint64 elapsed_ms;    /* by the guest's clock, start to end */
};

struct link_command {
	const char *const *argv; /* NULL-terminated; argv[0] looked up in PATH */
	const char *const *env;	 /* NULL-terminated NAME=VALUE, added to PATH and HOME; or NULL */
	guint limit_s;		 /* the agent kills the command's process group then; 0: never */
	guint keep_bytes;	 /* bytes kept of each of stdout and stderr; 0: LINK_KEEP_DEFAULT */
};

#define LINK_KEEP_DEFAULT (8u << 20)

/* Called while a blocking function waits; FALSE with error set ends the wait. */
typedef gboolean (*link_watch)(void *data, GError **error);

/* link_new: takes over fd (stream socket, pty or pipe pair is not enough: it
 * must be readable and writable) and makes it non-blocking. */
struct link *link_new(int fd);
void link_free(struct link *l); /* closes the descriptor; NULL is allowed */

/* link_set_watch: the watch function of the blocking calls; NULL for none. */
void link_set_watch(struct link *l, link_watch watch, void *data);

/* -- events -------------------------------------------------------------- */

int link_fd(const struct link *l);
short link_events(const struct link *l); /* POLLIN, and POLLOUT when there is something to send */

/*
 * link_process: read and write what is possible without waiting.  TRUE: all
 * is well.  FALSE with error set: the operation under way, if any, is over;
 * LINK_ERROR_CLOSED also ends the link.  Noise outside an operation is no
 * error.
 */
gboolean link_process(struct link *l, GError **error);

gboolean link_ready(const struct link *l); /* a hello was received */
gboolean link_busy(const struct link *l);  /* an operation is under way */

/* Begin an operation; FALSE with error set when one is under way or the
 * request is too long (argv and env: FRAME_MAX bytes together). */
gboolean link_start_run(struct link *l, const struct link_command *command, GError **error);
gboolean link_start_put(struct link *l, const char *path, guint mode, const void *data, gsize size,
			GError **error); /* data is copied */
gboolean link_start_poweroff(struct link *l, GError **error);

/* link_cancel: have the agent kill the command that runs; its result then
 * says SIGNALLED.  No effect when none runs. */
void link_cancel(struct link *l);

/* link_result: of the last finished run, the link's until the next start;
 * NULL if it failed or none finished. */
const struct link_result *link_result(const struct link *l);

/* link_noise: bytes and frames from the guest that made no sense so far. */
guint64 link_noise(const struct link *l);

/* link_guest: what the hello said of the guest's kernel ("7.3.4+deb13-..."),
 * printable ASCII, or "" before the hello. */
const char *link_guest(const struct link *l);

/* -- blocking ------------------------------------------------------------ */

/* All of these: limit_ms for the whole call, -1 for none. */
gboolean link_wait_hello(struct link *l, int limit_ms, GError **error);
gboolean link_put(struct link *l, const char *path, guint mode, const void *data, gsize size,
		  int limit_ms, GError **error);
/* link_run: the result (see link_result) or NULL with error set.  A command
 * that fails is a result, not an error. */
const struct link_result *link_run(struct link *l, const struct link_command *command, int limit_ms,
				   GError **error);
/* link_poweroff: returns when the agent agreed; QEMU then ends by itself. */
gboolean link_poweroff(struct link *l, int limit_ms, GError **error);

/* link_wait: until the operation under way is over. */
gboolean link_wait(struct link *l, int limit_ms, GError **error);

#endif
