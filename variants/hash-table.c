/*
 * Strategies hash-table and hash-table-flag: a GHashTable keyed by sequence
 *
 * Elements are numbered in pop order by a 32-bit sequence number that wraps.
 * fill asks whether the element is the next to go out.  If so, it is ready at
 * once, and the table is asked for its successor, the successor's successor
 * and so on; if not, a copy on the heap is put into the table.  drain only
 * hands out what is ready.
 *
 * hash-table asks the table after every element that is next, even when
 * nothing is in it; hash-table-flag knows when it is empty and does not ask.
 *
 * pop: O(1).  fill, detach: O(1) amortised, but with a hash insertion and an
 * allocation for each element that is not next, and a look-up and a removal
 * later.  drain: a copy of what it moves.
 * Memory: 16 bytes a ring entry, and some 70 for each stashed element; GLib
 * grows and shrinks the table as they come and go.
 *
 * hash-table is the first version posted in the thread on VIRTIO_F_IN_ORDER,
 * except that the thread's table keeps a pointer to the device's element,
 * which virtio devices free as soon as they have pushed it; -flag is from a
 * reply to that posting.
 *
 * The number starts shortly before it wraps, like the kernel's jiffies: a
 * mistake in comparing numbers would then show within a few elements, not
 * after 2^32.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "strategy.h"

#define SEQ_START (UINT32_MAX - 20)

typedef struct Stashed {
    ReorderElem elem;
    bool detached; /* nothing to hand out: order only passes here */
} Stashed;

struct Reorder {
    OrderKeys keys;
    uint32_t frontier;     /* position of the oldest unsettled element, */
    uint32_t frontier_seq; /* and its sequence number */
    bool ask_when_empty;
    GHashTable *stash; /* sequence number to Stashed, which it owns */
    uint32_t stashed;  /* how many */
    ReorderElem *ready;
    uint32_t n_ready;
    uint32_t passed; /* settled since the last drain, detached included */
};

static void hash_table_reset(Reorder *r)
{
    order_keys_reset(&r->keys);
    g_hash_table_remove_all(r->stash);
    r->stashed = 0;
    r->n_ready = 0;
    r->passed = 0;
    r->frontier = 0;
    r->frontier_seq = SEQ_START;
}

static Reorder *hash_table_create(uint32_t ring_size)
{
    Reorder *r = g_new0(Reorder, 1);

    order_keys_init(&r->keys, ring_size);
    r->ready = g_new0(ReorderElem, ring_size);
    r->stash = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    r->frontier_seq = SEQ_START;
    r->ask_when_empty = true;
    return r;
}

static Reorder *hash_table_flag_create(uint32_t ring_size)
{
    Reorder *r = hash_table_create(ring_size);

    r->ask_when_empty = false;
    return r;
}

static void hash_table_destroy(Reorder *r)
{
    order_keys_destroy(&r->keys);
    g_hash_table_destroy(r->stash);
    g_free(r->ready);
    g_free(r);
}

static bool hash_table_pop(Reorder *r, uint32_t *key)
{
    return order_keys_pop(&r->keys, key);
}

/* The sequence number of the unsettled element at @pos. */
static uint32_t hash_table_seq(const Reorder *r, uint32_t pos)
{
    uint32_t distance = pos - r->frontier;

    if (pos < r->frontier) {
        distance += r->keys.size;
    }
    return r->frontier_seq + distance;
}

static void hash_table_stash(Reorder *r, uint32_t pos, const ReorderElem *elem,
                             bool detached)
{
    Stashed *s = g_new(Stashed, 1);

    s->elem = *elem;
    s->detached = detached;
    g_hash_table_insert(r->stash, GUINT_TO_POINTER(hash_table_seq(r, pos)), s);
    r->stashed++;
}

/* The element at the frontier is settled: on to the next that is not. */
static void hash_table_advance(Reorder *r)
{
    const Stashed *s;
    gpointer seq;

    for (;;) {
        r->passed++;
        r->frontier = order_keys_after(&r->keys, r->frontier);
        seq = GUINT_TO_POINTER(++r->frontier_seq);
        if (r->stashed == 0 && !r->ask_when_empty) {
            return;
        }
        s = g_hash_table_lookup(r->stash, seq);
        if (!s) {
            return;
        }
        if (!s->detached) {
            r->ready[r->n_ready++] = s->elem;
        }
        g_hash_table_remove(r->stash, seq);
        r->stashed--;
    }
}

static bool hash_table_fill(Reorder *r, uint32_t key, const ReorderElem *elem)
{
    uint32_t pos = order_keys_position(&r->keys, key);

    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    if (pos == r->frontier) {
        r->ready[r->n_ready++] = *elem;
        hash_table_advance(r);
    } else {
        hash_table_stash(r, pos, elem, false);
    }
    return true;
}

static uint32_t hash_table_drain(Reorder *r, ReorderElem *out)
{
    uint32_t n = r->n_ready;

    memcpy(out, r->ready, n * sizeof(*out));
    r->keys.used = r->frontier;
    r->keys.outstanding -= r->passed;
    r->n_ready = 0;
    r->passed = 0;
    return n;
}

static bool hash_table_rewind(Reorder *r, uint32_t n)
{
    return order_keys_rewind(&r->keys, n);
}

static bool hash_table_detach(Reorder *r, uint32_t key)
{
    uint32_t pos = order_keys_position(&r->keys, key);

    if (!order_keys_settle(&r->keys, key)) {
        return false;
    }
    if (pos == r->frontier) {
        hash_table_advance(r);
    } else {
        hash_table_stash(r, pos, &(ReorderElem){ 0 }, true);
    }
    return true;
}

const ReorderOps reorder_hash_table = {
    .name = "hash-table",
    .summary = "GHashTable keyed by sequence number",
    .create = hash_table_create,
    .destroy = hash_table_destroy,
    .reset = hash_table_reset,
    .pop = hash_table_pop,
    .fill = hash_table_fill,
    .drain = hash_table_drain,
    .rewind = hash_table_rewind,
    .detach = hash_table_detach,
};

const ReorderOps reorder_hash_table_flag = {
    .name = "hash-table-flag",
    .summary = "hash-table, not asked while it is empty",
    .create = hash_table_flag_create,
    .destroy = hash_table_destroy,
    .reset = hash_table_reset,
    .pop = hash_table_pop,
    .fill = hash_table_fill,
    .drain = hash_table_drain,
    .rewind = hash_table_rewind,
    .detach = hash_table_detach,
};
