/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_EVENTS_H
#define VQLAB_PROBES_SHOW_EVENTS_H

#include <stdint.h>
#include <sys/types.h>

#include "probes/model/model.h"

/*
 * Events as text on standard output, one a line:
 *
 *	TIME PID DEVICE.INDEX EVENT name=value...
 *
 * TIME is of the day, local, when the call returned; the names end in _ns if their
 * values are nanoseconds.  What is not known is left out.
 */
struct vq_events {
	uint64_t above_ns; /* only events of which one of these times is longer */
	int64_t real_ns;   /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	pid_t pid;
	uint32_t tid; /* only fills by this thread; 0: all events */
};

/* Prints @h, which the model @m has just taken, unless it is to be left out. */
void vq_events_print(const struct vq_events *e, const struct vq_model *m, const struct vq_head *h);

#endif
