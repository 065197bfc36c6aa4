/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_CALIBRATION_H
#define VQLAB_PROBES_TARGET_CALIBRATION_H

#include "sites.h"

/* Percentiles over batches of calls (cost) or over calls (bias), in ns. */
struct vq_spread {
	double p05, median, p95;
};

/* What probing one function costs at sites of one mode: measured by calib.c. */
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

#endif
