/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up completion orders, one flush after each fill; those with windows are made
 * by variants/order-shapes.c, as the disk x-order makes them:
 *
 *	in-order     a window of elements is popped, then completed in order
 *	shuffle:D    D are popped, then completed in an order drawn evenly from all
 *	straggler:K  K are popped; one of them, drawn evenly, is completed last
 *	reverse:D    D are popped, then completed last to first
 *	full         the ring is full at every completion: any of those in flight
 *	             completes, drawn evenly, and what becomes visible is popped anew
 *
 * Ids go round the ring, as an in-order driver hands them out.  On a packed
 * ring elements can be chains of several descriptors; of a window that does not
 * fit then, as many are popped as do.
 */
#ifndef VQLAB_ANALYSIS_SYNTH_H
#define VQLAB_ANALYSIS_SYNTH_H

#include "source.h"

/* What --help and messages call them. */
#define SYNTH_KINDS "in-order, shuffle:D, straggler:K, reverse:D, full"

struct synth_options {
	struct ring_shape shape;
	uint64_t elements; /* to complete */
	uint32_t seed;
	uint32_t chain; /* most descriptors of an element; their number is drawn evenly */
};

/* The same options give the same operations.  NULL and @error if @kind is none. */
struct source *synth_source(const char *kind, const struct synth_options *options, GError **error);

#endif
