/*
 * Strategies hash-table and hash-table-flag: a GHashTable keyed by sequence
 *
 * fill asks whether the element is the next to go out.  If so, it is written
 * at once, and the table is asked for its successor, the successor's successor
 * and so on; if not, a copy on the heap is put into the table.  drain only
 * hands out what is ready.
 *
 * hash-table asks the table after every element that is next, even when
 * nothing is in it; hash-table-flag knows when it is empty and does not ask.
 *
 * pop: O(1).  fill, detach: O(1) amortised, but with a hash insertion and an
 * allocation for each element that is not next, and a look-up and a removal
 * later.  drain: a copy of what it moves.
 * Memory: 13 bytes a ring entry, and some 70 for each stashed element; GLib
 * grows and shrinks the table as they come and go.
 *
 * hash-table is the first version posted in the thread on VIRTIO_F_IN_ORDER,
 * except that the thread's table keeps a pointer to the device's element,
 * which virtio devices free as soon as they have pushed it; -flag is from a
 * reply to that posting.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "strategy.h"

typedef struct Stashed {
    ReorderElem elem;
    bool detached; /* nothing to hand out: order only passes here */
} Stashed;

typedef struct HashTable {
    Reorder reorder;
    OrderWindow w;
    uint32_t frontier; /* the oldest that is neither filled nor detached */
    bool ask_when_empty;
    GHashTable *stash; /* number to Stashed, which it owns */
    uint32_t stashed;  /* how many */
    uint32_t written;  /* places handed out since the last drain */
    uint32_t n_ready;
    ReorderElem *ready; /* to be written behind those */
    uint8_t state[];    /* of those in the stash: says what is refused */
} HashTable;

static inline HashTable *hash_table(const Reorder *r)
{
    return (HashTable *)r;
}

static void hash_table_reset(Reorder *r)
{
    HashTable *h = hash_table(r);

    h->w.used = h->w.next;
    h->frontier = h->w.used;
    g_hash_table_remove_all(h->stash);
    memset(h->state, 0, order_window_positions(&h->w));
    h->stashed = 0;
    h->written = 0;
    h->n_ready = 0;
}

static Reorder *hash_table_new(const ReorderOps *ops, uint32_t ring_size)
{
    OrderWindow w;
    HashTable *h;

    order_window_init(&w, ring_size);
    h = g_malloc0(sizeof(*h) + order_window_positions(&w));
    h->reorder.ops = ops;
    h->w = w;
    h->frontier = w.used;
    h->ready = g_new0(ReorderElem, ring_size);
    h->stash = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return &h->reorder;
}

static Reorder *hash_table_create(uint32_t ring_size)
{
    Reorder *r = hash_table_new(&reorder_hash_table, ring_size);

    hash_table(r)->ask_when_empty = true;
    return r;
}

static Reorder *hash_table_flag_create(uint32_t ring_size)
{
    return hash_table_new(&reorder_hash_table_flag, ring_size);
}

static void hash_table_destroy(Reorder *r)
{
    HashTable *h = hash_table(r);

    g_hash_table_destroy(h->stash);
    g_free(h->ready);
    g_free(h);
}

static uint32_t hash_table_outstanding(const Reorder *r)
{
    return hash_table(r)->w.next - hash_table(r)->w.used;
}

static REORDER_HOT uint32_t hash_table_pop(Reorder *r, uint32_t id,
                                           uint32_t ndescs)
{
    return hash_table(r)->w.next++;
}

static inline bool hash_table_is_live(const HashTable *h, uint32_t key)
{
    return order_window_holds(&h->w, h->frontier, key) &&
           !h->state[key & h->w.mask];
}

static void hash_table_stash(HashTable *h, uint32_t key,
                             const ReorderElem *elem, bool detached)
{
    Stashed *s = g_new(Stashed, 1);

    s->elem = *elem;
    s->detached = detached;
    g_hash_table_insert(h->stash, GUINT_TO_POINTER(key), s);
    h->state[key & h->w.mask] = ORDER_FILLED;
    h->stashed++;
}

/* The frontier is filled or detached: on to the next that is not. */
static REORDER_HOT void hash_table_advance(HashTable *h)
{
    const Stashed *s;
    gpointer key;

    for (;;) {
        key = GUINT_TO_POINTER(++h->frontier);
        if (h->stashed == 0 && !h->ask_when_empty) {
            return;
        }
        s = g_hash_table_lookup(h->stash, key);
        if (!s) {
            return;
        }
        if (!s->detached) {
            h->ready[h->n_ready++] = s->elem;
        }
        g_hash_table_remove(h->stash, key);
        h->state[h->frontier & h->w.mask] = 0;
        h->stashed--;
    }
}

static REORDER_HOT int32_t hash_table_fill(Reorder *r, uint32_t key,
                                           const ReorderElem *elem)
{
    HashTable *h = hash_table(r);
    int32_t place = REORDER_KEPT;

    if (G_UNLIKELY(!hash_table_is_live(h, key))) {
        return order_refuse();
    }
    if (key != h->frontier) {
        hash_table_stash(h, key, elem, false);
        return REORDER_KEPT;
    }
    if (h->n_ready == 0) {
        place = h->written++;
    } else {
        h->ready[h->n_ready++] = *elem;
    }
    hash_table_advance(h);
    return place;
}

static REORDER_HOT ReorderBatch hash_table_drain(Reorder *r)
{
    HashTable *h = hash_table(r);
    ReorderBatch batch = { h->written + h->n_ready, h->n_ready };

    r->run[0] = (ReorderRun){ h->ready, h->n_ready };
    r->run[1].n = 0;
    h->w.used = h->frontier;
    h->written = 0;
    h->n_ready = 0;
    return batch;
}

static bool hash_table_rewind(Reorder *r, uint32_t n)
{
    HashTable *h = hash_table(r);

    return order_window_rewind(&h->w, h->frontier, h->state, n);
}

static bool hash_table_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                              void *opaque)
{
    HashTable *h = hash_table(r);

    if (!hash_table_is_live(h, key)) {
        return false;
    }
    if (key == h->frontier) {
        hash_table_advance(h);
    } else {
        hash_table_stash(h, key, &(ReorderElem){ 0 }, true);
    }
    return true;
}

const ReorderOps reorder_hash_table = {
    .name = "hash-table",
    .summary = "GHashTable keyed by sequence number",
    .allocates = true,
    .create = hash_table_create,
    .destroy = hash_table_destroy,
    .reset = hash_table_reset,
    .outstanding = hash_table_outstanding,
    .pop = hash_table_pop,
    .fill = hash_table_fill,
    .drain = hash_table_drain,
    .rewind = hash_table_rewind,
    .detach = hash_table_detach,
};

const ReorderOps reorder_hash_table_flag = {
    .name = "hash-table-flag",
    .summary = "hash-table, not asked while it is empty",
    .allocates = true,
    .create = hash_table_flag_create,
    .destroy = hash_table_destroy,
    .reset = hash_table_reset,
    .outstanding = hash_table_outstanding,
    .pop = hash_table_pop,
    .fill = hash_table_fill,
    .drain = hash_table_drain,
    .rewind = hash_table_rewind,
    .detach = hash_table_detach,
};
