/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_LIVE_H
#define VQLAB_PROBES_LIVE_H

#include "launch.h"
#include "probes/show/show.h"
#include "probes/watch/watch.h"

struct vq_live_options {
	enum vq_live_output output;
	double interval, duration; /* seconds; a duration of 0: no end */
	unsigned count;		   /* of intervals, or windows; 0: no end */
	double window, every;	   /* seconds; 0: watch all the time */
	const struct vq_watch_options *watch;
	/* Processes that come later: asked for at each interval, if not NULL. */
	const char *pattern; /* of vq_find */
	bool follow;
	unsigned *unwatched;	  /* counts those of them that could not be watched */
	struct vq_launch *launch; /* the command that is watched; or NULL */
	/* A watch is over and stopped: tells the user, frees it. */
	bool (*ended)(struct vq_watch *w, GError **error);
};

/*
 * Looks on until SIGINT, SIGTERM or SIGHUP, which must be blocked like SIGWINCH, or, if
 * it is a command that is watched, until that has ended by the signal; or until the time or the
 * last process is over.  @watches are struct vq_watch *, and are taken over: none is left in it.
 * False with @error if a report could not be made.
 */
bool vq_live_run(GPtrArray *watches, const struct vq_live_options *options, GError **error);

#endif
