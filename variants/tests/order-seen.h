/*
 * A made-up order of completion: as it should be, as it was, and how deep
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ORDER_SEEN_H
#define VQLAB_ORDER_SEEN_H

#include "vm.h"

/* What a load was in sum: elements, how many had a depth, and the depths. */
typedef struct Depths {
    int64_t elements, reordered, max, sum;
} Depths;

/* How it was published: elements, the used entries for them, and their holds.
 */
typedef struct Published {
    int64_t elements, entries, hold_ns;
} Published;

/*
 * In which order the next @n requests of a disk with @order and @seed complete,
 * after @windows windows of one request: uint32_t, numbered as they arrive.
 */
GArray *expected_order(const char *order, uint32_t seed, int64_t windows,
                       uint32_t n);

/* The same of a trace: the elements of queue 0 of @device, numbered by pops. */
GArray *traced_order(const char *device, const char *trace, GError **error);

/* What vqreplay computes for that order; its files are left in @dir. */
bool replayed_depths(GArray *order, const char *dir, Depths *depths,
                     GError **error);

/* What vqprobe's summary says of @device; false: nothing. */
bool probed_depths(const char *device, JsonNode *summary, Depths *depths);

/*
 * The same of a trace, by the times of its calls alone: requests complete in
 * @order, and a flush follows each.  @ordered: it publishes all that are in
 * order by then, else its own; @batches: with one entry, else one for each.
 */
bool traced_published(const char *device, const char *trace,
                      const GArray *order, bool ordered, bool batches,
                      Published *published, GError **error);

/* What vqprobe's summary says of that; false: nothing. */
bool probed_published(const char *device, JsonNode *summary,
                      Published *published);

/*
 * Watches the QEMU of @vm from when this returns: a trace and a summary, both
 * complete once the @probe has ended.
 */
bool watch(const Vm *vm, struct child *probe, const char *trace,
           const char *json, GError **error);

#endif /* VQLAB_ORDER_SEEN_H */
