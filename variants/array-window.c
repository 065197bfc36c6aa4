/*
 * Strategy array-window: an array as large as the ring, indexed by position
 *
 * Elements in flight lie in a window of at most ring_size consecutive
 * positions, so an array of that size has room for all of them.  fill stores
 * the element at its own position and marks it; drain walks from the used
 * position to the first one that is not filled.  Nothing is searched, nothing
 * is allocated.
 *
 * pop, fill, detach: O(1).  drain: O(elements it moves).
 * Memory: 16 bytes a ring entry, whatever the load.
 *
 * The idea is the review's answer to the hash table in the thread on
 * VIRTIO_F_IN_ORDER: sequence numbers of a bounded window need no hash.  TCP
 * receivers and reorder buffers in processors do the same.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "strategy.h"

struct Reorder {
    OrderKeys keys; /* a position that is not live is the mark */
    ReorderElem *elems;
};

static Reorder *array_window_create(uint32_t ring_size)
{
    Reorder *r = g_new0(Reorder, 1);

    order_keys_init(&r->keys, ring_size);
    r->elems = g_new0(ReorderElem, ring_size);
    return r;
}

static void array_window_destroy(Reorder *r)
{
    order_keys_destroy(&r->keys);
    g_free(r->elems);
    g_free(r);
}

static void array_window_reset(Reorder *r)
{
    order_keys_reset(&r->keys);
}

static bool array_window_pop(Reorder *r, uint32_t *key)
{
    return order_keys_pop(&r->keys, key);
}

static bool array_window_fill(Reorder *r, uint32_t key, const ReorderElem *elem)
{
    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    r->elems[order_keys_position(&r->keys, key)] = *elem;
    return true;
}

static uint32_t array_window_drain(Reorder *r, ReorderElem *out)
{
    OrderKeys *k = &r->keys;
    uint32_t n = 0;

    while (k->outstanding > 0 && !order_keys_is_live(k, k->used)) {
        if (!order_keys_is_detached(k, k->used)) {
            out[n++] = r->elems[k->used];
        }
        k->used = order_keys_after(k, k->used);
        k->outstanding--;
    }
    return n;
}

static bool array_window_rewind(Reorder *r, uint32_t n)
{
    return order_keys_rewind(&r->keys, n);
}

static bool array_window_detach(Reorder *r, uint32_t key)
{
    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    r->keys.key[order_keys_position(&r->keys, key)] |= ORDER_KEY_DETACHED;
    return true;
}

const ReorderOps reorder_array_window = {
    .name = "array-window",
    .summary = "ring-sized array indexed by position",
    .create = array_window_create,
    .destroy = array_window_destroy,
    .reset = array_window_reset,
    .pop = array_window_pop,
    .fill = array_window_fill,
    .drain = array_window_drain,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};
