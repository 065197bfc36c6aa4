/*
 * What the strategies share: their registration, and the window of numbers
 *
 * Elements are numbered in the order of their pops by 32 bits that wrap; the
 * number is the order key.  A ring of N entries has at most N elements
 * outstanding, so their numbers lie in a window of N, and a number modulo any
 * M >= N tells them apart.  M is N rounded up to a power of two, because
 * packed rings have any size and a division is dear.
 *
 * A device or queue reset goes on counting: keys from before are outside the
 * window, so they are refused.  Counting starts shortly before it wraps, as
 * the kernel's jiffies do, so that every run passes that point early.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_STRATEGY_H
#define VQLAB_STRATEGY_H

#include <glib.h>

#include "hot.h"
#include "reorder.h"

/* All of them, in the order of reports: STRATEGY(x) stands for reorder_x. */
#define REORDER_STRATEGIES(STRATEGY)                                           \
    STRATEGY(hash_table)                                                       \
    STRATEGY(hash_table_flag)                                                  \
    STRATEGY(array_window)                                                     \
    STRATEGY(bitmap)                                                           \
    STRATEGY(in_place)                                                         \
    STRATEGY(batch_used)

#define REORDER_DECLARE(name) extern const ReorderOps reorder_##name;
REORDER_STRATEGIES(REORDER_DECLARE)
#undef REORDER_DECLARE

/* For tests of what checks and counts the others; found by their names only. */
extern const ReorderOps reorder_broken_swap, reorder_broken_skip;
const ReorderOps *reorder_planted(const char *name); /* NULL: none of them */

#define ORDER_FIRST (UINT32_MAX - 20)

/* What has become of a popped element; 0: nothing yet. */
enum {
    ORDER_FILLED = 1,
    ORDER_DETACHED = 2,
    ORDER_SHORT = 3, /* filled, and ends a batch; see fill_short */
};

typedef struct OrderWindow {
    uint32_t used; /* the oldest that is not drained */
    uint32_t next; /* what the next pop hands out */
    uint32_t mask; /* number & mask: its position in arrays of mask + 1 */
} OrderWindow;

static inline void order_window_init(OrderWindow *w, uint32_t ring_size)
{
    uint32_t positions = 1;

    g_assert(ring_size >= 1 && ring_size <= REORDER_RING_MAX);
    while (positions < ring_size) {
        positions *= 2;
    }
    w->used = w->next = ORDER_FIRST;
    w->mask = positions - 1;
}

/* Out of the way of the fast paths: costs them neither register nor move. */
static __attribute__((cold, noinline, unused)) int32_t order_refuse(void)
{
    return REORDER_REFUSED;
}

/* How many positions an array needs. */
static inline uint32_t order_window_positions(const OrderWindow *w)
{
    return w->mask + 1;
}

/* Is @key from @oldest, which lies in the window, to the newest? */
static inline bool order_window_holds(const OrderWindow *w, uint32_t oldest,
                                      uint32_t key)
{
    return (int32_t)(key - oldest) >= 0 && (int32_t)(key - w->next) < 0;
}

/* Makes the @n elements of @elems from number @from on a batch. */
static inline ReorderBatch order_window_batch(const OrderWindow *w,
                                              const ReorderElem *elems,
                                              uint32_t from, uint32_t n,
                                              ReorderRun run[2])
{
    uint32_t pos = from & w->mask;
    uint32_t end = pos + n;
    uint32_t wrapped = end > w->mask ? end - w->mask - 1 : 0;

    run[0].elem = elems + pos;
    run[0].n = n - wrapped;
    run[1].elem = elems;
    run[1].n = wrapped;
    return (ReorderBatch){ .total = n, .unwritten = n };
}

/*
 * Moves up what is filled among the @n elements from number @from on, over the
 * detached ones; returns how many are filled.
 */
static inline uint32_t order_window_close(const OrderWindow *w,
                                          ReorderElem *elems,
                                          const uint8_t *state, uint32_t from,
                                          uint32_t n)
{
    uint32_t filled = 0;
    uint32_t i;

    for (i = from; i != from + n; i++) {
        if (state[i & w->mask] == ORDER_FILLED) {
            elems[(from + filled++) & w->mask] = elems[i & w->mask];
        }
    }
    return filled;
}

/*
 * ReorderOps.rewind, given what has become of each position from @oldest on;
 * nothing before is to be taken back.
 */
static inline bool order_window_rewind(OrderWindow *w, uint32_t oldest,
                                       const uint8_t *state, uint32_t n)
{
    uint32_t i;

    if (n > w->next - oldest) {
        return false;
    }
    for (i = 1; i <= n; i++) {
        if (state[(w->next - i) & w->mask]) {
            return false;
        }
    }
    w->next -= n;
    return true;
}

#endif /* VQLAB_STRATEGY_H */
