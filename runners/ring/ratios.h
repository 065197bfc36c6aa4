/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Throughput of the devices of one vqring run beside each other, over its boots. */
#ifndef VQLAB_RING_RATIOS_H
#define VQLAB_RING_RATIOS_H

#include "rounds.h"
#include "probes/tool/interval.h"

/* Of device @i to device @k, by their places in each boot's list. */
struct block_ratio ratios_of(const GPtrArray *boots, unsigned int i, unsigned int k);

/* Elements/s of device @i in a boot: the median of its turns; NAN if it was caught. */
double ratios_rate_in(const struct boot *boot, unsigned int i);

/* The median of that over all boots; NAN without any. */
double ratios_rate(const GPtrArray *boots, unsigned int i);

/* The first device whose variant is off, or -1. */
int ratios_off(const GPtrArray *boots);

/* The first boot whose QEMU started: what the devices are called; NULL without any. */
const struct boot *ratios_named(const GPtrArray *boots);

/* The least and the most ns of a cache line's way there and back; NAN: unknown. */
void ratios_handover(const GPtrArray *boots, double *least, double *most);

/*
 * By how far apart the two processors were (handover.h): the boots in which they were near
 * before and after, and those in which they were far.  Far is half as much again as the
 * least of all boots; one processor's caches are a factor of several.  The lists own nothing;
 * the caller unrefs them.
 */
void ratios_split(const GPtrArray *boots, GPtrArray **near, GPtrArray **far);

/* Half of the widest interval of any two devices, of their ratio; NAN if one has none. */
double ratios_widest(const GPtrArray *boots);

/* The share of turns in which the device's thread, or the host, was kept from running for
 * more than 1 % of the turn; 0 where that is unknown. */
double ratios_disturbed(const GPtrArray *boots);

#endif /* VQLAB_RING_RATIOS_H */
