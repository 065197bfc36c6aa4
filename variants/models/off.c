/*
 * Model off: a virtqueue without ordering
 *
 * Elements are published in the order in which they complete.  What the
 * strategies cost is counted from here.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "models.h"

typedef struct Off {
    Reorder reorder;
    uint32_t filled; /* since the last drain */
} Off;

static inline Off *off(Reorder *r)
{
    return (Off *)r;
}

static Reorder *off_create(uint32_t ring_size)
{
    Off *o = g_new0(Off, 1);

    o->reorder.ops = &reorder_model_off;
    return &o->reorder;
}

static void off_destroy(Reorder *r)
{
    g_free(off(r));
}

static void off_reset(Reorder *r)
{
    off(r)->filled = 0;
}

static uint32_t off_outstanding(const Reorder *r)
{
    return 0; /* there is no order to take a place in */
}

static REORDER_HOT uint32_t off_pop(Reorder *r, uint32_t id, uint32_t ndescs)
{
    return 0;
}

static REORDER_HOT int32_t off_fill(Reorder *r, uint32_t key,
                                    const ReorderElem *elem)
{
    return off(r)->filled++;
}

static REORDER_HOT ReorderBatch off_drain(Reorder *r)
{
    ReorderBatch batch = { .total = off(r)->filled };

    off(r)->filled = 0;
    return batch;
}

static bool off_rewind(Reorder *r, uint32_t n)
{
    return true;
}

static bool off_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                       void *opaque)
{
    return true;
}

const ReorderOps reorder_model_off = {
    .name = "off",
    .summary = "not ordered: published as completed",
    .create = off_create,
    .destroy = off_destroy,
    .reset = off_reset,
    .outstanding = off_outstanding,
    .pop = off_pop,
    .fill = off_fill,
    .drain = off_drain,
    .rewind = off_rewind,
    .detach = off_detach,
};
