/*
 * The oracle: a plain model of what a strategy must do, and the steps that
 * hold a strategy against it
 *
 * The model is a deque of elements from the oldest that is not drained to
 * the newest.  Each step below does one operation on the strategy and on the
 * model and compares all that the strategy lets one see.  The strategy writes
 * to a ring in memory, and after each store to it a driver looks (driver.c),
 * who knows the rules for in-order used rings.  On a difference the oracle
 * prints what differed and the operations before it, marks the test as
 * failed, and sets @failed; the caller then stops.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ORACLE_H
#define VQLAB_ORACLE_H

#include <glib.h>

#include "driver.h"
#include "variants/reorder.h"

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
    uint32_t ndescs;
    uint32_t writable;   /* bytes */
    uint32_t live_index; /* in Oracle.live, while it is live */
} Item;

typedef struct Oracle {
    Reorder *r;
    const ReorderOps *ops; /* as created; r->ops may change */
    uint32_t size;
    Driver driver;
    Item *items;    /* of seq s at s % size */
    uint64_t base;  /* seq of the oldest element that is not drained */
    uint64_t tail;  /* seq of the next pop */
    uint64_t *live; /* seqs that are live, in no order */
    uint32_t n_live;
    GHashTable *keys; /* the keys of the elements from base to tail */
    uint32_t stale[ORACLE_STALE];
    uint64_t n_stale; /* ever stored; the oldest is replaced */
    uint64_t n_ops, n_drained, n_refused, max_outstanding;
    uint32_t serial;     /* makes each completion different */
    bool expect_failure; /* a broken strategy: do not fail the test */
    char history[ORACLE_HISTORY][80];
    const char *where; /* for messages: how to run the same again */
    bool failed;
} Oracle;

/* @where is kept, not copied.  Freed by oracle_free. */
Oracle *oracle_new(const ReorderOps *ops, uint32_t size, bool packed,
                   const char *where);
void oracle_free(Oracle *o);

static inline uint32_t oracle_outstanding(const Oracle *o)
{
    return o->tail - o->base;
}

static inline Item *oracle_item(const Oracle *o, uint64_t seq)
{
    return &o->items[seq % o->size];
}

/* Can the device pop @ndescs descriptors?  Not when the ring is full. */
bool oracle_has_room(const Oracle *o, uint32_t ndescs);

/* An element of @ndescs descriptors (split: 1), for which there is room. */
void oracle_pop(Oracle *o, uint32_t ndescs);
void oracle_flush(Oracle *o);
void oracle_rewind(Oracle *o, uint32_t n);
void oracle_reset(Oracle *o);

/* The element @seq, which must be live, is filled or detached. */
void oracle_fill(Oracle *o, uint64_t seq);
void oracle_detach(Oracle *o, uint64_t seq);

/* fill or detach with a key that must be refused, whatever the state. */
void oracle_refused(Oracle *o, uint32_t key, bool detach);

#endif /* VQLAB_ORACLE_H */
