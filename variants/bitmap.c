/*
 * Strategy bitmap: the array window, with a bit for every filled position
 *
 * As in array-window.c, fill stores the element at its position; it also sets
 * that position's bit.  drain finds the end of the run by counting the ones
 * from the used position on, up to 64 positions with one instruction, and
 * copies the run without looking at each of its slots.
 *
 * pop, fill, detach: O(1).  drain: O(elements it moves), of which the search
 * is a 64th.  Memory: 16 bytes and a bit a ring entry.
 *
 * The idea was put on top of the array window in the thread on
 * VIRTIO_F_IN_ORDER.  The selective acknowledgements of SCTP and QUIC
 * receivers are kept in this way, too.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "strategy.h"

#define WORD_BITS 64u

struct Reorder {
    OrderKeys keys;
    ReorderElem *elems;
    uint64_t *done;    /* a bit for each filled or detached position */
    uint32_t detached; /* how many of those are detached */
};

static size_t bitmap_words(uint32_t ring_size)
{
    return (ring_size + WORD_BITS - 1) / WORD_BITS;
}

static Reorder *bitmap_create(uint32_t ring_size)
{
    Reorder *r = g_new0(Reorder, 1);

    order_keys_init(&r->keys, ring_size);
    r->elems = g_new0(ReorderElem, ring_size);
    r->done = g_new0(uint64_t, bitmap_words(ring_size));
    return r;
}

static void bitmap_destroy(Reorder *r)
{
    order_keys_destroy(&r->keys);
    g_free(r->elems);
    g_free(r->done);
    g_free(r);
}

static void bitmap_reset(Reorder *r)
{
    memset(r->done, 0, bitmap_words(r->keys.size) * sizeof(r->done[0]));
    order_keys_reset(&r->keys);
    r->detached = 0;
}

static bool bitmap_pop(Reorder *r, uint32_t *key)
{
    return order_keys_pop(&r->keys, key);
}

static void bitmap_set(Reorder *r, uint32_t pos)
{
    r->done[pos / WORD_BITS] |= UINT64_C(1) << (pos % WORD_BITS);
}

static bool bitmap_fill(Reorder *r, uint32_t key, const ReorderElem *elem)
{
    uint32_t pos = order_keys_position(&r->keys, key);

    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    r->elems[pos] = *elem;
    bitmap_set(r, pos);
    return true;
}

/*
 * Clears the ones from @pos on to the first zero or the end of their word;
 * returns how many.  The shift brings zeros in from above, and bits beyond
 * the ring's size are never set, so neither end needs a case of its own.
 */
static uint32_t bitmap_take_ones(Reorder *r, uint32_t pos)
{
    uint64_t *word = &r->done[pos / WORD_BITS];
    uint32_t shift = pos % WORD_BITS;
    uint64_t zeros = ~(*word >> shift);
    uint32_t n;

    if (zeros == 0) {
        *word = 0;
        return WORD_BITS;
    }
    n = __builtin_ctzll(zeros);
    *word &= ~(((UINT64_C(1) << n) - 1) << shift);
    return n;
}

/* Copies @n elements from @pos on, which do not wrap; returns how many. */
static uint32_t bitmap_copy(Reorder *r, uint32_t pos, uint32_t n,
                            ReorderElem *out)
{
    uint32_t copied = 0;
    uint32_t i;

    if (r->detached == 0) {
        for (i = 0; i < n; i++) {
            out[i] = r->elems[pos + i];
        }
        return n;
    }
    for (i = 0; i < n; i++) {
        if (order_keys_is_detached(&r->keys, pos + i)) {
            r->detached--;
        } else {
            out[copied++] = r->elems[pos + i];
        }
    }
    return copied;
}

static uint32_t bitmap_drain(Reorder *r, ReorderElem *out)
{
    OrderKeys *k = &r->keys;
    uint32_t copied = 0;
    uint32_t n;
    bool more;

    do {
        n = bitmap_take_ones(r, k->used);
        copied += bitmap_copy(r, k->used, n, out + copied);
        k->used += n;
        k->outstanding -= n;
        /* The run may go on in the next word, or at the ring's start. */
        more = n > 0 && k->used % WORD_BITS == 0;
        if (k->used == k->size) {
            k->used = 0;
            more = true;
        }
    } while (more);
    return copied;
}

static bool bitmap_rewind(Reorder *r, uint32_t n)
{
    return order_keys_rewind(&r->keys, n);
}

static bool bitmap_detach(Reorder *r, uint32_t key)
{
    uint32_t pos = order_keys_position(&r->keys, key);

    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    r->keys.key[pos] |= ORDER_KEY_DETACHED;
    bitmap_set(r, pos);
    r->detached++;
    return true;
}

const ReorderOps reorder_bitmap = {
    .name = "bitmap",
    .summary = "array-window, with a bit for each filled position",
    .create = bitmap_create,
    .destroy = bitmap_destroy,
    .reset = bitmap_reset,
    .pop = bitmap_pop,
    .fill = bitmap_fill,
    .drain = bitmap_drain,
    .rewind = bitmap_rewind,
    .detach = bitmap_detach,
};
