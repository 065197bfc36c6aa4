/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_FROM_H
#define VQLAB_PROBES_FROM_H

#include "probes/show/events.h"
#include "probes/show/show.h"

struct vq_from_options {
	const char *path;    /* of the trace; "-": standard input */
	double since, until; /* seconds from its beginning; 0: all */
	double interval;     /* seconds between tables; 0: none */
	unsigned count;	     /* of them; 0: to the end */
	enum vq_live_output output;
	struct vq_events *events; /* as text; or NULL */
};

/*
 * Reads a trace as if it were watched now, by its own clock.  What it holds goes into @s,
 * as a watch's summary does; what a trace does not hold is left out there.  @s->model is
 * the caller's, before and after.  False with @error if it cannot be read.
 */
bool vq_from_read(const struct vq_from_options *o, struct vq_summary *s, GError **error);

#endif
