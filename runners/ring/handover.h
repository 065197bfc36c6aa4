/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far apart are the two processors that are used?  A hypervisor moves its own about,
 * below one cache or below two: then a line that both write takes four times as long from
 * one to the other, and throughput and ratios are others.  It is no matter of the device's.
 */
#ifndef VQLAB_RING_HANDOVER_H
#define VQLAB_RING_HANDOVER_H

#include "place.h"

/*
 * ns for a cache line to go there and back, the least of a few tries; takes less than a
 * millisecond.  NAN without two processors.
 */
double handover_measure(const struct place *p);

#endif /* VQLAB_RING_HANDOVER_H */
