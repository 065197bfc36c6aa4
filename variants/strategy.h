/*
 * What the strategies share: their registration, and order keys
 *
 * An order key names an outstanding element to its strategy.  It is made of
 * the element's position in the window (0 to ring_size - 1, handed out in
 * turn) and of a generation, which grows each time the position is handed
 * out:
 *
 *      31      30        29 ..................... p   p-1 ............ 0
 *     +------+----------+------------------------------+-----------------+
 *     | live | detached |          generation          |     position    |
 *     +------+----------+------------------------------+-----------------+
 *
 * where 2^p is the ring size rounded up.  One word for each position holds the
 * last key and what has become of it:
 *
 *     live       popped, neither filled nor detached: that key is valid
 *     detached   detached, not yet passed over by drain
 *     neither    filled and not yet drained, or free
 *
 * So a key is accepted once, between its pop and its fill, detach or rewind;
 * a key never handed out (0 among them), or from before a reset, or rewound
 * and replaced by a newer one, is rejected.  What is not caught: generations
 * repeat after 2^(30 - p) uses of one position, so a key kept for longer than
 * that may be taken for the element that has its position by then.  That is
 * 2^22 laps of a ring of 256, and 2^15 laps, or 2^30 elements, of a ring of
 * 32768.  Generations start a few laps before they wrap, so that every run
 * passes that point early.
 *
 * All strategies pay for this check alike: fewer than ten instructions for each
 * pop and each fill.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_STRATEGY_H
#define VQLAB_STRATEGY_H

#include <glib.h>

#include "reorder.h"

extern const ReorderOps reorder_hash_table;
extern const ReorderOps reorder_hash_table_flag;
extern const ReorderOps reorder_array_window;
extern const ReorderOps reorder_bitmap;

#define ORDER_KEY_LIVE 0x80000000u
#define ORDER_KEY_DETACHED 0x40000000u
#define ORDER_KEY_FLAGS (ORDER_KEY_LIVE | ORDER_KEY_DETACHED)

/* The window of outstanding elements, from position @used on. */
typedef struct OrderKeys {
    uint32_t *key;        /* by position: the last key and its state */
    uint32_t size;        /* positions: the ring size */
    uint32_t step;        /* one generation: the size rounded up to 2^p */
    uint32_t used;        /* position of the oldest element */
    uint32_t next;        /* position that the next pop takes */
    uint32_t outstanding; /* popped and not drained */
} OrderKeys;

static inline void order_keys_init(OrderKeys *k, uint32_t ring_size)
{
    uint32_t i;

    g_assert(ring_size >= 1 && ring_size <= REORDER_RING_MAX);
    *k = (OrderKeys){ .size = ring_size, .step = 1 };
    while (k->step < ring_size) {
        k->step *= 2;
    }
    k->key = g_new(uint32_t, ring_size);
    for (i = 0; i < ring_size; i++) {
        k->key[i] = ORDER_KEY_DETACHED - 4 * k->step + i;
    }
}

static inline void order_keys_destroy(OrderKeys *k)
{
    g_free(k->key);
}

/* Empties the window; generations go on, so that older keys stay invalid. */
static inline void order_keys_reset(OrderKeys *k)
{
    uint32_t i;

    for (i = 0; i < k->size; i++) {
        k->key[i] &= ~ORDER_KEY_FLAGS;
    }
    k->used = 0;
    k->next = 0;
    k->outstanding = 0;
}

/* The position after @pos.  A compare, because a division is dear. */
static inline uint32_t order_keys_after(const OrderKeys *k, uint32_t pos)
{
    return pos + 1 == k->size ? 0 : pos + 1;
}

static inline uint32_t order_keys_position(const OrderKeys *k, uint32_t key)
{
    return key & (k->step - 1);
}

static inline bool order_keys_pop(OrderKeys *k, uint32_t *key)
{
    uint32_t *slot = &k->key[k->next];

    if (k->outstanding == k->size) {
        return false;
    }
    *slot = ((*slot + k->step) & ~ORDER_KEY_FLAGS) | ORDER_KEY_LIVE;
    *key = *slot;
    k->next = order_keys_after(k, k->next);
    k->outstanding++;
    return true;
}

/* Ends the life of @key.  False if it is not live. */
static inline bool order_keys_settle(OrderKeys *k, uint32_t key)
{
    uint32_t pos = order_keys_position(k, key);

    if (!(key & ORDER_KEY_LIVE) || pos >= k->size || k->key[pos] != key) {
        return false;
    }
    k->key[pos] = key & ~ORDER_KEY_LIVE;
    return true;
}

static inline bool order_keys_is_live(const OrderKeys *k, uint32_t pos)
{
    return k->key[pos] & ORDER_KEY_LIVE;
}

static inline bool order_keys_is_detached(const OrderKeys *k, uint32_t pos)
{
    return k->key[pos] & ORDER_KEY_DETACHED;
}

/* ReorderOps.rewind: O(@n). */
static inline bool order_keys_rewind(OrderKeys *k, uint32_t n)
{
    uint32_t pos = k->next;
    uint32_t i;

    if (n > k->outstanding) {
        return false;
    }
    for (i = 0; i < n; i++) {
        pos = pos == 0 ? k->size - 1 : pos - 1;
        if (!order_keys_is_live(k, pos)) {
            return false;
        }
    }
    k->next = pos;
    k->outstanding -= n;
    for (i = 0; i < n; i++) {
        k->key[pos] &= ~ORDER_KEY_LIVE;
        pos = order_keys_after(k, pos);
    }
    return true;
}

#endif /* VQLAB_STRATEGY_H */
