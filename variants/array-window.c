/*
 * Strategy array-window: an array as large as the ring, indexed by number
 *
 * Elements in flight lie in a window of at most ring_size consecutive numbers,
 * so an array of that size has room for all of them.  fill stores the element
 * at its own position and marks it; drain walks from the oldest position to
 * the first one that is not marked.  Nothing is searched, nothing is
 * allocated.
 *
 * pop, fill, detach: O(1).  drain: O(elements it moves).
 * Memory: 13 bytes a ring entry, whatever the load.
 *
 * The idea is the review's answer to the hash table in the thread on
 * VIRTIO_F_IN_ORDER: sequence numbers of a bounded window need no hash.  TCP
 * receivers and reorder buffers in processors do the same.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "array-window.h"

ArrayWindow *array_window_new(uint32_t ring_size)
{
    OrderWindow w;
    ArrayWindow *a;

    order_window_init(&w, ring_size);
    a = g_malloc0(sizeof(*a) + order_window_positions(&w));
    a->w = w;
    return a;
}

Reorder *array_window_create(uint32_t ring_size)
{
    ArrayWindow *a = array_window_new(ring_size);

    a->reorder.ops = &reorder_array_window;
    a->elems = g_new0(ReorderElem, order_window_positions(&a->w));
    return &a->reorder;
}

void array_window_destroy(Reorder *r)
{
    ArrayWindow *a = array_window(r);

    g_free(a->elems);
    g_free(a);
}

void array_window_reset(Reorder *r)
{
    ArrayWindow *a = array_window(r);

    a->w.used = a->w.next;
    a->detached = 0;
    memset(a->state, 0, order_window_positions(&a->w));
}

uint32_t array_window_outstanding(const Reorder *r)
{
    const ArrayWindow *a = array_window(r);

    return a->w.next - a->w.used;
}

REORDER_HOT uint32_t array_window_pop(Reorder *r, uint32_t id, uint32_t ndescs)
{
    return array_window(r)->w.next++;
}

static inline bool array_window_is_live(const ArrayWindow *a, uint32_t key)
{
    return order_window_holds(&a->w, a->w.used, key) &&
           !a->state[key & a->w.mask];
}

REORDER_HOT int32_t array_window_fill(Reorder *r, uint32_t key,
                                      const ReorderElem *elem)
{
    ArrayWindow *a = array_window(r);

    if (G_UNLIKELY(!array_window_is_live(a, key))) {
        return order_refuse();
    }
    a->state[key & a->w.mask] = ORDER_FILLED;
    a->elems[key & a->w.mask] = *elem;
    return REORDER_KEPT;
}

/* drain, when some in the window were detached. */
static __attribute__((noinline)) ReorderBatch
array_window_drain_gaps(ArrayWindow *a)
{
    uint32_t from = a->w.used;
    uint32_t to = from;
    uint32_t filled, i;

    while (a->state[to & a->w.mask] && to != a->w.next) {
        to++;
    }
    filled = order_window_close(&a->w, a->elems, a->state, from, to - from);
    for (i = from; i != to; i++) {
        a->state[i & a->w.mask] = 0;
    }
    a->detached -= to - from - filled;
    a->w.used = to;
    return order_window_batch(&a->w, a->elems, from, filled, a->reorder.run);
}

REORDER_HOT ReorderBatch array_window_drain(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    uint32_t from = a->w.used;
    uint32_t pos = from & a->w.mask;
    uint32_t n = 0;

    if (!a->state[pos]) {
        return (ReorderBatch){ 0 };
    }
    if (G_UNLIKELY(a->detached)) {
        return array_window_drain_gaps(a);
    }
    do {
        a->state[pos] = 0;
        pos = (pos + 1) & a->w.mask;
        n++;
    } while (a->state[pos]);
    a->w.used = from + n;
    return order_window_batch(&a->w, a->elems, from, n, r->run);
}

bool array_window_rewind(Reorder *r, uint32_t n)
{
    ArrayWindow *a = array_window(r);

    return order_window_rewind(&a->w, a->w.used, a->state, n);
}

bool array_window_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                         void *opaque)
{
    ArrayWindow *a = array_window(r);

    if (!array_window_is_live(a, key)) {
        return false;
    }
    a->state[key & a->w.mask] = ORDER_DETACHED;
    a->detached++;
    return true;
}

const ReorderOps reorder_array_window = {
    .name = "array-window",
    .summary = "ring-sized array indexed by position",
    .create = array_window_create,
    .destroy = array_window_destroy,
    .reset = array_window_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = array_window_fill,
    .drain = array_window_drain,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};
