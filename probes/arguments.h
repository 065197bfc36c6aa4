/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_ARGUMENTS_H
#define VQLAB_PROBES_ARGUMENTS_H

#include <glib.h>

#include "probes/model/select.h"

/* No descriptor has this number: --ready-fd was not given. */
#define VQ_NO_FD G_MININT

/* What vqprobe was asked for: its options by their long names; what was not given is
 * NULL, FALSE or 0, or has its default. */
struct vq_arguments {
	int ready_fd;				  /* negative: none */
	int buffer;				  /* KiB */
	unsigned count;				  /* of intervals; 0: no end */
	double interval, duration, window, every; /* seconds */
	double since, until, above;		  /* seconds */
	gboolean all, follow, light, no_calibration, version, verbose;
	gboolean durations, events, hist, json_lines, check, plan, debuginfod, trust_guest;
	char *name, *output, *json, *from;
	char **pids, **command; /* what stands behind --, or NULL */
	struct vq_select select;
	int thread; /* 0: any */
};

/*
 * Reads the command line, and whether its options go together.  NULL if there is no more
 * to be done: it was asked for help or the version, *@status is 0; or something is wrong,
 * which is said on stderr, *@status is 2.  Valid until the end of the program.
 */
const struct vq_arguments *vq_arguments_parse(int argc, char **argv, int *status);

#endif
