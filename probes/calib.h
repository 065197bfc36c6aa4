/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_CALIB_H
#define VQLAB_PROBES_CALIB_H

#include <glib.h>
#include <stdbool.h>

#include "probes/target/sites.h"

/* Percentiles over batches of calls (cost) or over calls (bias), in ns. */
struct vq_spread {
	double p05, median, p95;
};

/* What probing one function costs at sites of one mode. */
struct vq_calibration {
	struct vq_site site; /* our own function */
	enum vq_function fn;
	enum vq_mode mode; /* as found, not as expected */
	unsigned n;	   /* calls */
	/* Wall time that a probed call of an empty function (entry and return,
	 * with its event) takes more than an unprobed one. */
	struct vq_spread cost;
	/* Duration recorded for that empty function: to be taken off latencies. */
	struct vq_spread bias;
};

/*
 * Attaches the programs of @skel to functions of this process that begin with
 * the same kind of instruction as @sites do, and calls them.  Writes one entry
 * for each of pop, fill and flush into @out, zeroed by the caller, and returns
 * how many; 0 with @error on failure.  Afterwards the ring is empty, and the programs' counters are
 * 0 and `enabled` is off.
 */
unsigned vq_calibrate(struct vqprobe_bpf *skel, enum vq_way way, const struct vq_layout *layout,
		      const struct vq_site *sites, struct vq_calibration out[3], GError **error);

#endif
