/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's side of the rings: what its driver executed, from counting boots. */
#ifndef VQLAB_ANALYSIS_RING_DRIVER_COSTS_H
#define VQLAB_ANALYSIS_RING_DRIVER_COSTS_H

#include "analysis/report/run.h"

/* What to divide by: elements that came back, or else the device's requests. */
double driver_elements(const struct driver *d);

/* Of the counting boot of a variant on a ring, if that phase counts; else NULL. */
const struct driver *driver_of(const struct run *run, const struct workload *w, unsigned int ring,
			       unsigned int variant);

/* Segments of an element's request; NAN: not known. */
double driver_segments(const struct driver *d);

/*
 * Did both map as many segments an element?  Each costs some 70 instructions in add, and
 * how many a request has is up to where its guest's pages lay.  True if it is not known.
 */
#define DRIVER_ALIKE 0.001
bool driver_alike(const struct driver *d, const struct driver *off);

/* Beside the parts by themselves: sums of them. */
enum {
	DRIVER_ALL = DRIVER_PARTS,
	DRIVER_WORK,	/* add, get_buf, detach, other: on the ring, for each element */
	DRIVER_NOTICES, /* kick, interrupt: as often as the load's timing has it */
};

/* Instructions an element of a part or a sum; NAN if @d is NULL. */
double driver_cost(const struct driver *d, unsigned int part);

/* Has any phase of a counting boot counted? */
bool driver_any(const struct run *run);

#endif
