/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_LAUNCH_H
#define VQLAB_PROBES_LAUNCH_H

#include <glib.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/*
 * A command that vqprobe starts, to watch it from its first instruction on: it is held by
 * ptrace where exec has just put a program in place, and let go when the probes are on.
 * It is in vqprobe's process group, so that a terminal's signals reach both.
 */
struct vq_launch {
	pid_t pid;
	unsigned signals; /* that were passed on */
};

/* To be called first: what the command will get, environment and limits, as they are now. */
void vq_launch_remember(void);

/*
 * Starts @argv, held at its beginning.  False with @error of G_SPAWN_ERROR, and @*status
 * as a shell has it (126, 127), if it cannot be started.  vqprobe's end is its end until it
 * is let go.
 */
bool vq_launch_start(struct vq_launch *l, char **argv, int *status, GError **error);

/*
 * Lets it go on to the next program that it puts in its place by exec, and holds it there:
 * for scripts that end in one.  False if it has ended instead.
 */
bool vq_launch_next(struct vq_launch *l);

/* Lets it go. */
void vq_launch_release(struct vq_launch *l);

/* A signal has come that ends vqprobe: the command gets it, too, unless the terminal has
 * sent it to both; if it is the second, SIGKILL. */
void vq_launch_pass_on(struct vq_launch *l, const struct signalfd_siginfo *info);

/* Ends it at once, held or not: it could not be watched. */
void vq_launch_abandon(struct vq_launch *l);

/* Ends it, if it still runs, by SIGTERM and, 10 s later, SIGKILL.  Its exit status, as a
 * shell has it; 0 if it had to be ended. */
int vq_launch_end(struct vq_launch *l);

#endif
