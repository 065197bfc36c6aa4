/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_CALIB_H
#define VQLAB_PROBES_CALIB_H

#include <glib.h>
#include <stdbool.h>

#include "probes/target/calibration.h"

/*
 * Attaches the programs of @skel to functions of this process that begin with
 * the same kind of instruction as @sites do, and calls them.  Writes one entry
 * for each function with a return probe into @out, zeroed by the caller, and returns
 * how many; 0 with @error on failure.  Afterwards the ring is empty, the programs'
 * counters are 0, and `enabled` is off.
 */
unsigned vq_calibrate(struct vqprobe_bpf *skel, enum vq_way way, const struct vq_layout *layout,
		      const struct vq_site *sites, struct vq_calibration out[VQ_RETURNS],
		      GError **error);

#endif
