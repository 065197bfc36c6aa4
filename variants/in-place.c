/*
 * Strategy in-place: a completion is written where it belongs, at once
 *
 * In-order delivery fixes an element's place in the used ring when it is
 * popped: as many entries behind the used index as there are older elements.
 * Entries from the used index on belong to the device, and the driver does not
 * look at them.  So fill hands out that place, whatever is still missing before
 * it, and nothing is stashed.  The completion of the frontier, the oldest
 * element that is not complete, moves the frontier; any other leaves a mark, a
 * byte, and the frontier runs over the marks it reaches.  What drain publishes
 * is the distance that the frontier has moved.
 *
 * The detaching of an element moves the places behind it.  From then on, until
 * nothing waits any more, this strategy is array-window.
 *
 * pop: O(1).  fill: O(1) amortised.  drain: O(1).  detach: O(ring size).
 * Memory: a byte a ring entry, and 12 more once an element was detached.
 *
 * Receivers that place data which arrives early straight into the user's
 * buffer do the same with payload (direct data placement, RFC 5041).
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "array-window.h"

/* While elements are kept. */
static const ReorderOps in_place_keeping;

static Reorder *in_place_create(uint32_t ring_size)
{
    ArrayWindow *a = array_window_new(ring_size);

    a->reorder.ops = &reorder_in_place;
    a->frontier = a->w.used;
    return &a->reorder;
}

static void in_place_reset(Reorder *r)
{
    ArrayWindow *a = array_window(r);

    array_window_reset(r);
    a->frontier = a->w.used;
    r->ops = &reorder_in_place;
}

static REORDER_HOT int32_t in_place_fill(Reorder *r, uint32_t key,
                                         const ReorderElem *elem)
{
    ArrayWindow *a = array_window(r);
    uint32_t frontier;

    if (key != a->frontier) {
        if (G_UNLIKELY(!order_window_holds(&a->w, a->frontier, key) ||
                       a->state[key & a->w.mask])) {
            return order_refuse();
        }
        a->state[key & a->w.mask] = ORDER_FILLED;
        return key - a->w.used;
    }
    if (G_UNLIKELY(key == a->w.next)) {
        return order_refuse();
    }
    frontier = key + 1;
    while (a->state[frontier & a->w.mask]) {
        a->state[frontier & a->w.mask] = 0;
        frontier++;
    }
    a->frontier = frontier;
    return key - a->w.used;
}

static REORDER_HOT ReorderBatch in_place_drain(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    ReorderBatch batch = { .total = a->frontier - a->w.used };

    a->w.used = a->frontier;
    return batch;
}

static bool in_place_rewind(Reorder *r, uint32_t n)
{
    ArrayWindow *a = array_window(r);

    return order_window_rewind(&a->w, a->frontier, a->state, n);
}

/* From here on elements are kept: those that are written, too. */
static void in_place_keep(ArrayWindow *a, ReorderReadFn *read, void *opaque)
{
    uint32_t i;

    if (!a->elems) {
        a->elems = g_new0(ReorderElem, order_window_positions(&a->w));
    }
    for (i = a->w.used; i != a->frontier; i++) {
        a->state[i & a->w.mask] = ORDER_FILLED;
    }
    for (i = a->w.used; i != a->w.next; i++) {
        if (a->state[i & a->w.mask]) {
            read(opaque, i - a->w.used, &a->elems[i & a->w.mask]);
        }
    }
    a->reorder.ops = &in_place_keeping;
}

static bool in_place_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                            void *opaque)
{
    ArrayWindow *a = array_window(r);

    if (!order_window_holds(&a->w, a->frontier, key) ||
        a->state[key & a->w.mask]) {
        return false;
    }
    in_place_keep(a, read, opaque);
    return array_window_detach(r, key, read, opaque);
}

/* drain while elements are kept; ends that if nothing is left waiting. */
static ReorderBatch in_place_drain_kept(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    ReorderBatch batch = array_window_drain(r);
    uint32_t i;

    for (i = a->w.used; i != a->w.next; i++) {
        if (a->state[i & a->w.mask]) {
            return batch;
        }
    }
    a->frontier = a->w.used;
    r->ops = &reorder_in_place;
    return batch;
}

const ReorderOps reorder_in_place = {
    .name = "in-place",
    .summary = "written at its final place in the used ring, and marked",
    .create = in_place_create,
    .destroy = array_window_destroy,
    .reset = in_place_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = in_place_fill,
    .drain = in_place_drain,
    .rewind = in_place_rewind,
    .detach = in_place_detach,
};

static const ReorderOps in_place_keeping = {
    .name = "in-place",
    .summary = "in-place, while elements are kept",
    .create = in_place_create,
    .destroy = array_window_destroy,
    .reset = in_place_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = array_window_fill,
    .drain = in_place_drain_kept,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};
