/*
 * The oracle: a plain model of what a strategy must do, and the steps that
 * hold a strategy against it
 *
 * The model is a deque of elements from the oldest that is not drained to
 * the newest.  Each step below does one operation on the strategy and on the
 * model and compares all that the strategy lets one see.  On a difference it
 * prints what differed and the operations before it, marks the test as
 * failed, and sets @failed; the caller then stops.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ORACLE_H
#define VQLAB_ORACLE_H

#include <glib.h>

#include "reorder.h"

#define ORACLE_STALE 4096u /* keys kept that are no longer valid */
#define ORACLE_HISTORY 16u /* operations printed before a difference */

typedef enum ItemState {
    ITEM_LIVE,
    ITEM_FILLED,
    ITEM_DETACHED,
} ItemState;

typedef struct Item {
    uint32_t key;
    ItemState state;
    uint32_t live_index; /* in Oracle.live, while it is live */
    ReorderElem elem;    /* what it was filled with */
} Item;

typedef struct Oracle {
    const ReorderOps *ops;
    Reorder *r;
    uint32_t size;
    Item *items;    /* of seq s at s % size */
    uint64_t base;  /* seq of the oldest element that is not drained */
    uint64_t tail;  /* seq of the next pop */
    uint64_t *live; /* seqs that are live, in no order */
    uint32_t n_live;
    ReorderElem *out; /* for drain: no larger than promised, ASan watches */
    GHashTable *keys; /* the keys of the elements from base to tail */
    uint32_t stale[ORACLE_STALE];
    uint64_t n_stale; /* ever stored; the oldest is replaced */
    uint64_t n_ops, n_drained, n_refused, max_outstanding;
    uint32_t serial; /* makes each completion different */
    char history[ORACLE_HISTORY][64];
    const char *where; /* for messages: how to run the same again */
    bool failed;
} Oracle;

/* @where is kept, not copied. */
Oracle *oracle_new(const ReorderOps *ops, uint32_t size, const char *where);
void oracle_free(Oracle *o);

static inline uint32_t oracle_outstanding(const Oracle *o)
{
    return o->tail - o->base;
}

static inline Item *oracle_item(const Oracle *o, uint64_t seq)
{
    return &o->items[seq % o->size];
}

void oracle_pop(Oracle *o);
void oracle_drain(Oracle *o);
void oracle_rewind(Oracle *o, uint32_t n);
void oracle_reset(Oracle *o);

/* The element @seq, which must be live, is filled or detached. */
void oracle_fill(Oracle *o, uint64_t seq);
void oracle_detach(Oracle *o, uint64_t seq);

/* fill or detach with a key that must be refused, whatever the state. */
void oracle_refused(Oracle *o, uint32_t key, bool detach);

#endif /* VQLAB_ORACLE_H */
