/*
 * The oracle: see oracle.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "oracle.h"

#define UNTOUCHED 0x5eed5eedu

Oracle *oracle_new(const ReorderOps *ops, uint32_t size, bool packed,
                   const char *where)
{
    Oracle *o = g_new0(Oracle, 1);

    o->ops = ops;
    o->r = ops->create(size);
    o->size = size;
    driver_init(&o->driver, size, packed);
    o->driver.batches = reorder_skips(ops);
    o->items = g_new0(Item, size);
    o->live = g_new0(uint64_t, size);
    o->keys = g_hash_table_new(NULL, NULL);
    o->where = where;
    return o;
}

void oracle_free(Oracle *o)
{
    o->r->ops->destroy(o->r);
    driver_destroy(&o->driver);
    g_hash_table_destroy(o->keys);
    g_free(o->live);
    g_free(o->items);
    g_free(o);
}

static void G_GNUC_PRINTF(2, 3) oracle_note(Oracle *o, const char *format, ...)
{
    va_list args;
    char *line = o->history[o->n_ops % ORACLE_HISTORY];

    va_start(args, format);
    vsnprintf(line, sizeof(o->history[0]), format, args);
    va_end(args);
    o->n_ops++;
}

static void G_GNUC_PRINTF(2, 3)
    oracle_differs(Oracle *o, const char *format, ...)
{
    uint64_t first = o->n_ops < ORACLE_HISTORY ? 0 : o->n_ops - ORACLE_HISTORY;
    char what[200];
    va_list args;
    uint64_t i;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    o->failed = true;
    if (o->expect_failure) {
        return;
    }
    g_test_fail();
    g_test_message("%s, %s ring of %u, operation %" G_GUINT64_FORMAT ": %s",
                   o->ops->name, o->driver.ring.packed ? "packed" : "split",
                   o->size, o->n_ops, what);
    g_test_message("to run it again: %s", o->where);
    g_test_message("%u outstanding, %u of them live; the last operations:",
                   oracle_outstanding(o), o->n_live);
    for (i = first; i < o->n_ops; i++) {
        g_test_message("  %" G_GUINT64_FORMAT " %s", i + 1,
                       o->history[i % ORACLE_HISTORY]);
    }
}

/* What the driver saw, and what the strategy says of itself. */
static void oracle_check(Oracle *o)
{
    uint32_t outstanding = o->r->ops->outstanding(o->r);

    if (o->failed) {
        return;
    }
    if (o->driver.wrong[0]) {
        oracle_differs(o, "%s", o->driver.wrong);
    } else if (outstanding != oracle_outstanding(o)) {
        oracle_differs(o, "%u are outstanding, and the strategy says %u",
                       oracle_outstanding(o), outstanding);
    }
}

/* True if @got is as it should be. */
static bool oracle_expect(Oracle *o, const char *op, bool expected, bool got)
{
    if (got != expected) {
        oracle_differs(o, "%s was %s", op, got ? "accepted" : "refused");
        return false;
    }
    if (!expected) {
        o->n_refused++;
    }
    return true;
}

static void oracle_set_live(Oracle *o, uint64_t seq)
{
    oracle_item(o, seq)->state = ITEM_LIVE;
    oracle_item(o, seq)->live_index = o->n_live;
    o->live[o->n_live++] = seq;
}

static void oracle_unset_live(Oracle *o, uint64_t seq)
{
    uint32_t hole = oracle_item(o, seq)->live_index;
    uint64_t last = o->live[--o->n_live];

    o->live[hole] = last;
    oracle_item(o, last)->live_index = hole;
}

/* The element @seq leaves the deque: its key must never be taken again. */
static void oracle_forget(Oracle *o, uint64_t seq)
{
    uint32_t key = oracle_item(o, seq)->key;

    g_hash_table_remove(o->keys, GUINT_TO_POINTER(key));
    o->stale[o->n_stale++ % ORACLE_STALE] = key;
}

bool oracle_has_room(const Oracle *o, uint32_t ndescs)
{
    return o->driver.slots + ndescs <= o->size;
}

void oracle_pop(Oracle *o, uint32_t ndescs)
{
    /* What id an element has at its pop matters to the model of QEMU only. */
    uint32_t key = o->r->ops->pop(o->r, o->tail % o->size, ndescs);
    uint32_t writable;

    oracle_note(o, "pop of %u: key 0x%x", ndescs, key);
    if (!g_hash_table_add(o->keys, GUINT_TO_POINTER(key))) {
        oracle_differs(o, "key 0x%x is in use already", key);
        return;
    }
    /* Some device-readable only, as in transmission. */
    writable = o->n_ops % 8 ? (uint32_t)o->n_ops * 2246822519u : 0;
    driver_add(&o->driver, ndescs, writable);
    oracle_item(o, o->tail)->writable = writable;
    oracle_item(o, o->tail)->key = key;
    oracle_item(o, o->tail)->ndescs = ndescs;
    oracle_set_live(o, o->tail++);
    o->max_outstanding = MAX(o->max_outstanding, oracle_outstanding(o));
    oracle_check(o);
}

/* Runs of complete elements, of short ones, and both by turns. */
static bool oracle_draws_short(const Oracle *o)
{
    switch (o->serial / 512 % 4) {
    case 0:
        return false;
    case 1:
        return true;
    default:
        return o->serial * 2654435761u >> 29 == 0;
    }
}

void oracle_fill(Oracle *o, uint64_t seq)
{
    Item *item = oracle_item(o, seq);
    bool packed = o->driver.ring.packed;
    /* The caller's copy is freed at once, as devices do. */
    ReorderElem *elem = g_new(ReorderElem, 1);
    int32_t place;

    o->serial++;
    *elem =
        (ReorderElem){ o->serial * 2654435761u, item->writable, item->ndescs };
    if (oracle_draws_short(o) && item->writable) {
        elem->len = ~o->serial % item->writable;
    }
    if (packed) {
        elem->id &= 0xffff;
    }
    driver_complete(&o->driver, seq, elem);
    place = reorder_complete(o->r, item->key, elem, item->writable);
    oracle_note(o, "fill%s of the element %u from the oldest, key 0x%x: %d",
                elem->len < item->writable ? ", short," : "",
                (unsigned)(seq - o->base), item->key, place);
    if (oracle_expect(o, "fill", true, place != REORDER_REFUSED)) {
        item->state = ITEM_FILLED;
        oracle_unset_live(o, seq);
    }
    if (place >= 0 && (uint32_t)place >= oracle_outstanding(o)) {
        oracle_differs(o, "place %d with %u outstanding", place,
                       oracle_outstanding(o));
    } else if (place >= 0) {
        ring_write(&o->driver.ring, place, elem);
    }
    g_free(elem);
    oracle_check(o);
}

void oracle_detach(Oracle *o, uint64_t seq)
{
    Item *item = oracle_item(o, seq);
    bool got = o->r->ops->detach(o->r, item->key, ring_read, &o->driver.ring);

    oracle_note(o, "detach of the element %u from the oldest, key 0x%x",
                (unsigned)(seq - o->base), item->key);
    if (oracle_expect(o, "detach", true, got)) {
        item->state = ITEM_DETACHED;
        driver_lose(&o->driver, seq);
        oracle_unset_live(o, seq);
    }
    if (o->r->ops->outstanding(o->r) < oracle_outstanding(o)) {
        oracle_differs(o, "a detached element stopped to count before drain");
    }
}

void oracle_refused(Oracle *o, uint32_t key, bool detach)
{
    ReorderElem elem = { UNTOUCHED, UNTOUCHED, UNTOUCHED };
    bool got;

    if (detach) {
        got = o->r->ops->detach(o->r, key, ring_read, &o->driver.ring);
    } else {
        got = reorder_complete(o->r, key, &elem, UNTOUCHED + key % 2) !=
              REORDER_REFUSED;
    }
    oracle_note(o, "%s with the invalid key 0x%x", detach ? "detach" : "fill",
                key);
    oracle_expect(o, detach ? "detach" : "fill", false, got);
    oracle_check(o);
}

void oracle_flush(Oracle *o)
{
    uint32_t n;

    driver_expect(&o->driver);
    n = ring_flush(&o->driver.ring, o->r);
    oracle_note(o, "flush: %u", n);
    driver_check(&o->driver);
    while (o->base < o->tail && oracle_item(o, o->base)->state != ITEM_LIVE) {
        oracle_forget(o, o->base++);
    }
    o->n_drained += n;
    oracle_check(o);
}

void oracle_rewind(Oracle *o, uint32_t n)
{
    bool expected = n <= oracle_outstanding(o);
    uint32_t i;
    bool got;

    for (i = 1; expected && i <= n; i++) {
        expected = oracle_item(o, o->tail - i)->state == ITEM_LIVE;
    }
    got = o->r->ops->rewind(o->r, n);
    oracle_note(o, "rewind by %u: %s", n, got ? "taken" : "refused");
    if (oracle_expect(o, "rewind", expected, got) && expected) {
        driver_take_back(&o->driver, n);
        for (i = 0; i < n; i++) {
            oracle_unset_live(o, --o->tail);
            oracle_forget(o, o->tail);
        }
    }
    oracle_check(o);
}

void oracle_reset(Oracle *o)
{
    o->r->ops->reset(o->r);
    oracle_note(o, "reset");
    driver_reset(&o->driver);
    while (o->base < o->tail) {
        oracle_forget(o, o->base++);
    }
    o->n_live = 0;
    oracle_check(o);
}
