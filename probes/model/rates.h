/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_RATES_H
#define VQLAB_PROBES_MODEL_RATES_H

#include "model.h"

/* What a queue did within some time. */
struct vq_rates {
	uint64_t elements; /* published */
	double per_s;	   /* elements a second; NAN if the time is not known */
	double ooo;	   /* share filled out of order, in per cent; NAN if there is none */
	uint64_t depth_p50, depth_p99, depth_max;
	uint64_t stash_now, stash_max;
	uint64_t hold_p50, hold_p99, hold_p999, flush_p50, flush_p99, flush_p999; /* ns */
	uint64_t fills, flushes; /* what the above were taken from: 0: they mean nothing */
	uint64_t holds;
	bool ordered; /* is anything known of the order, and so of the stash? */
};

/* A queue's counts as they once were; all zero: at the beginning. */
struct vq_snapshot {
	uint64_t published, stashed;
	struct counts depth, stash;
	struct hist hold, flush;
};

/*
 * Says into @out what @q did since @then, within @seconds (0: not known), and
 * brings @then up to now.  Percentiles are of that time alone.
 */
void vq_rates_since(struct vq_snapshot *then, const struct vq_queue *q, double seconds,
		    struct vq_rates *out);

/* The same since the beginning. */
void vq_rates_all(const struct vq_queue *q, double seconds, struct vq_rates *out);

void vq_snapshot_free(struct vq_snapshot *then);

#endif
