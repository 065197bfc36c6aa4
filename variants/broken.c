/*
 * Strategies that are wrong on purpose: broken-swap, broken-skip
 *
 * broken-swap: the array window, except that once in 10,000 elements two
 * neighbours are published in each other's place.  broken-skip: batch-used,
 * except that once in 100 short elements one is taken for completely used, and
 * its length is lost.  What checks strategies, from the oracle to the gates of
 * a run in a guest, has to notice.  They are not among reorder_strategies: only
 * who asks for one by name gets it.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "batch-used.h"

#define SWAP_EVERY 10000u
#define SKIP_EVERY 100u

static Reorder *broken_swap_create(uint32_t ring_size)
{
    Reorder *r = array_window_create(ring_size);

    r->ops = &reorder_broken_swap;
    return r;
}

/*
 * One alone has no neighbour: it waits for the next.  A device that takes one
 * element after the other, as virtio-net sends, is never out of order but so.
 */
static bool broken_swap_waits(const ArrayWindow *a)
{
    return a->frontier >= SWAP_EVERY && !a->state[(a->w.used + 1) & a->w.mask];
}

static ReorderBatch broken_swap_drain(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    ReorderBatch batch;
    ReorderElem *elem, first;

    if (broken_swap_waits(a)) {
        return (ReorderBatch){ 0 };
    }
    batch = array_window_drain(r);
    /* Nobody else needs the frontier here: it counts. */
    a->frontier += batch.total;
    if (a->frontier >= SWAP_EVERY && batch.total && r->run[0].n >= 2) {
        a->frontier = 0;
        elem = a->elems + (r->run[0].elem - a->elems);
        first = elem[0];
        elem[0] = elem[1];
        elem[1] = first;
    }
    return batch;
}

const ReorderOps reorder_broken_swap = {
    .name = "broken-swap",
    .summary = "array-window, with two entries in 10,000 swapped",
    .create = broken_swap_create,
    .destroy = array_window_destroy,
    .reset = array_window_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = array_window_fill,
    .drain = broken_swap_drain,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};

static Reorder *broken_skip_create(uint32_t ring_size)
{
    Reorder *r = array_window_create(ring_size);

    r->ops = &reorder_broken_skip;
    return r;
}

static int32_t broken_skip_fill_short(Reorder *r, uint32_t key,
                                      const ReorderElem *elem)
{
    int32_t place = batch_used_fill_short(r, key, elem);

    /* Nobody else needs the frontier here: it counts. */
    array_window(r)->frontier += place != REORDER_REFUSED;
    return place;
}

/*
 * The oldest short element that can be published is skipped, if one follows to
 * stand for it.  Else all wait for one: virtio-net flushes behind a short one.
 */
static ReorderBatch broken_skip_drain(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    uint32_t i = a->w.used;

    if (a->frontier < SKIP_EVERY) {
        return batch_used_drain(r);
    }
    while (i != a->w.next && a->state[i & a->w.mask] == ORDER_FILLED) {
        i++;
    }
    if (i == a->w.next || a->state[i & a->w.mask] != ORDER_SHORT) {
        return batch_used_drain(r);
    }
    if (i + 1 == a->w.next || !a->state[(i + 1) & a->w.mask]) {
        return (ReorderBatch){ 0 };
    }
    a->state[i & a->w.mask] = ORDER_FILLED;
    a->frontier = 0;
    return batch_used_drain(r);
}

const ReorderOps reorder_broken_skip = {
    .name = "broken-skip",
    .summary = "batch-used, with one in 100 short elements skipped",
    .create = broken_skip_create,
    .destroy = array_window_destroy,
    .reset = array_window_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = batch_used_fill,
    .fill_short = broken_skip_fill_short,
    .drain = broken_skip_drain,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};
