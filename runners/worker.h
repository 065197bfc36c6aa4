/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of a trial, seen from its parent.  It is killed when this one dies; all
 * that it starts is killed when it dies, and orphans come to this process (a subreaper),
 * which kills the worker's group and reaps everything before it goes on.
 */
#ifndef VQLAB_WORKER_H
#define VQLAB_WORKER_H

#include "progress.h"
#include "signals.h"

#include <sys/types.h>

struct worker {
	pid_t pid;
	int pidfd, messages;	      /* messages: the read end of the pipe */
	GByteArray *text;	      /* of the message that is not whole yet */
	char *state, *reason, *error; /* as it told; NULL: it did not */
	int loads;		      /* phases in which the load did its work */
	int status;		      /* as of waitpid */
};

/* What the process does; its return value is its exit status.  It tells of itself by
 * messages (trial/message.h) to @report_fd. */
typedef int (*worker_body)(void *data, int report_fd);

/*
 * Runs @body in a process of its own until it ends, showing what it does in @p unless
 * that is NULL; all of it is gone afterwards.  False with an error when it could not be
 * started, without one when a signal came first (s->caught).  worker_clear follows.
 */
bool worker_run(struct worker *w, struct signals *s, worker_body body, void *data,
		struct progress *p, GError **error);

/* Did it exit with 0? */
bool worker_succeeded(const struct worker *w);

void worker_clear(struct worker *w);

#endif /* VQLAB_WORKER_H */
