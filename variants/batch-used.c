/*
 * Strategy batch-used: one used entry for a run of completely used elements
 *
 * In order, a device may write a single used entry for a batch: with the id and
 * length of its last element, in the place of its first.  The driver takes the
 * others for completely used (virtio 1.3, section 2.7.9 for split rings, 2.8.9
 * for packed ones).  So an element whose length is that of all its
 * device-writable bytes needs no entry if another follows it at once; one that
 * is short needs its length told, and ends a batch.
 *
 * The array window, with a mark that says which of the two an element is.  What
 * drain publishes is cut into batches, and only their entries are handed out.
 * An element that is the next in order and alone so far is written at place 0
 * when it completes, as a device that flushes after each will publish it; if
 * others join it before the flush, their entry takes its place.
 *
 * A detached element ends a batch, too: the driver counts what an entry skips
 * as used, and that one never was.
 *
 * pop, fill, detach: O(1).  drain: O(elements it moves), entries O(batches).
 * Memory: 13 bytes a ring entry, whatever the load.
 *
 * TCP acknowledges likewise: the last byte received stands for all before it
 * (RFC 9293).
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "batch-used.h"

static Reorder *batch_used_create(uint32_t ring_size)
{
    Reorder *r = array_window_create(ring_size);

    r->ops = &reorder_batch_used;
    return r;
}

/* @mark: ORDER_FILLED, or ORDER_SHORT if the element ends a batch. */
static inline int32_t batch_used_mark(Reorder *r, uint32_t key,
                                      const ReorderElem *elem, uint8_t mark)
{
    ArrayWindow *a = array_window(r);
    uint32_t pos = key & a->w.mask;

    if (G_UNLIKELY(!order_window_holds(&a->w, a->w.used, key) ||
                   a->state[pos])) {
        return order_refuse();
    }
    a->state[pos] = mark;
    a->elems[pos] = *elem;
    return key == a->w.used && !a->state[(pos + 1) & a->w.mask] ? 0
                                                                : REORDER_KEPT;
}

REORDER_HOT int32_t batch_used_fill(Reorder *r, uint32_t key,
                                    const ReorderElem *elem)
{
    return batch_used_mark(r, key, elem, ORDER_FILLED);
}

REORDER_HOT int32_t batch_used_fill_short(Reorder *r, uint32_t key,
                                          const ReorderElem *elem)
{
    return batch_used_mark(r, key, elem, ORDER_SHORT);
}

/*
 * The batch that begins at @pos, which is filled: its entry to @entry, which
 * may be that of an element in it.  Returns how many elements it has.
 */
static inline uint32_t batch_used_cut(ArrayWindow *a, uint32_t pos,
                                      ReorderElem *entry)
{
    uint32_t slots = 0, n = 0;
    const ReorderElem *last;
    uint8_t mark;

    do {
        mark = a->state[pos];
        a->state[pos] = 0;
        last = &a->elems[pos];
        slots += last->ndescs;
        pos = (pos + 1) & a->w.mask;
        n++;
    } while (mark == ORDER_FILLED && a->state[pos] &&
             a->state[pos] != ORDER_DETACHED);
    *entry = (ReorderElem){ last->id, last->len, slots };
    return n;
}

/* drain, but for one element alone. */
static __attribute__((noinline)) REORDER_HOT ReorderBatch
batch_used_drain_batches(ArrayWindow *a)
{
    uint32_t from = a->w.used;
    uint32_t to = from;
    uint32_t entries = 0, total = 0, n;
    ReorderBatch batch;

    while (a->state[to & a->w.mask]) {
        if (G_UNLIKELY(a->state[to & a->w.mask] == ORDER_DETACHED)) {
            a->state[to++ & a->w.mask] = 0;
            continue;
        }
        n = batch_used_cut(a, to & a->w.mask,
                           &a->elems[(from + entries) & a->w.mask]);
        entries++;
        total += n;
        to += n;
    }
    a->w.used = to;
    batch = order_window_batch(&a->w, a->elems, from, entries, a->reorder.run);
    batch.total = batch.unwritten = total;
    return batch;
}

REORDER_HOT ReorderBatch batch_used_drain(Reorder *r)
{
    ArrayWindow *a = array_window(r);
    uint32_t pos = a->w.used & a->w.mask;
    uint8_t mark = a->state[pos];

    if (!mark) {
        return (ReorderBatch){ 0 };
    }
    if (a->state[(pos + 1) & a->w.mask] || mark == ORDER_DETACHED) {
        return batch_used_drain_batches(a);
    }
    a->state[pos] = 0;
    a->w.used++;
    return (ReorderBatch){ .total = 1 }; /* written by fill */
}

const ReorderOps reorder_batch_used = {
    .name = "batch-used",
    .summary = "one used entry for a batch of completely used elements",
    .create = batch_used_create,
    .destroy = array_window_destroy,
    .reset = array_window_reset,
    .outstanding = array_window_outstanding,
    .pop = array_window_pop,
    .fill = batch_used_fill,
    .fill_short = batch_used_fill_short,
    .drain = batch_used_drain,
    .rewind = array_window_rewind,
    .detach = array_window_detach,
};
