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

Oracle *oracle_new(const ReorderOps *ops, uint32_t size, const char *where)
{
    Oracle *o = g_new0(Oracle, 1);

    o->ops = ops;
    o->r = ops->create(size);
    o->size = size;
    o->items = g_new0(Item, size);
    o->live = g_new0(uint64_t, size);
    o->out = g_new0(ReorderElem, size);
    o->keys = g_hash_table_new(NULL, NULL);
    o->where = where;
    return o;
}

void oracle_free(Oracle *o)
{
    o->ops->destroy(o->r);
    g_hash_table_destroy(o->keys);
    g_free(o->live);
    g_free(o->out);
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
    g_test_fail();
    g_test_message("%s, ring of %u, operation %" G_GUINT64_FORMAT ": %s",
                   o->ops->name, o->size, o->n_ops, what);
    g_test_message("to run it again: %s", o->where);
    g_test_message("%u outstanding, %u of them live; the last operations:",
                   oracle_outstanding(o), o->n_live);
    for (i = first; i < o->n_ops; i++) {
        g_test_message("  %" G_GUINT64_FORMAT " %s", i + 1,
                       o->history[i % ORACLE_HISTORY]);
    }
}

static const char *yes_no(bool b)
{
    return b ? "true" : "false";
}

/* True if @got is as it should be. */
static bool oracle_expect(Oracle *o, const char *op, bool expected, bool got)
{
    if (got != expected) {
        oracle_differs(o, "%s returned %s instead of %s", op, yes_no(got),
                       yes_no(expected));
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

void oracle_pop(Oracle *o)
{
    bool expected = oracle_outstanding(o) < o->size;
    uint32_t key = UNTOUCHED;
    bool got = o->ops->pop(o->r, &key);

    oracle_note(o, "pop: %s, key 0x%x", yes_no(got), key);
    if (!oracle_expect(o, "pop", expected, got)) {
        return;
    }
    if (!expected) {
        if (key != UNTOUCHED) {
            oracle_differs(o, "a refused pop stored a key, 0x%x", key);
        }
        return;
    }
    if (key == 0 || !g_hash_table_add(o->keys, GUINT_TO_POINTER(key))) {
        oracle_differs(o, "key 0x%x is 0 or in use already", key);
        return;
    }
    oracle_item(o, o->tail)->key = key;
    oracle_set_live(o, o->tail++);
    if (oracle_outstanding(o) > o->max_outstanding) {
        o->max_outstanding = oracle_outstanding(o);
    }
}

void oracle_fill(Oracle *o, uint64_t seq)
{
    Item *item = oracle_item(o, seq);
    /* The caller's copy is freed at once, as devices do. */
    ReorderElem *elem = g_new(ReorderElem, 1);
    bool got;

    o->serial++;
    *elem = (ReorderElem){ o->serial * 2654435761u, ~o->serial, o->serial % 9 };
    item->elem = *elem;
    got = o->ops->fill(o->r, item->key, elem);
    g_free(elem);
    oracle_note(o, "fill of the element %u from the oldest, key 0x%x",
                (unsigned)(seq - o->base), item->key);
    if (oracle_expect(o, "fill", true, got)) {
        item->state = ITEM_FILLED;
        oracle_unset_live(o, seq);
    }
}

void oracle_detach(Oracle *o, uint64_t seq)
{
    Item *item = oracle_item(o, seq);
    bool got = o->ops->detach(o->r, item->key);

    oracle_note(o, "detach of the element %u from the oldest, key 0x%x",
                (unsigned)(seq - o->base), item->key);
    if (oracle_expect(o, "detach", true, got)) {
        item->state = ITEM_DETACHED;
        oracle_unset_live(o, seq);
    }
}

void oracle_refused(Oracle *o, uint32_t key, bool detach)
{
    ReorderElem elem = { UNTOUCHED, UNTOUCHED, UNTOUCHED };
    bool got;

    if (detach) {
        got = o->ops->detach(o->r, key);
    } else {
        got = o->ops->fill(o->r, key, &elem);
    }
    oracle_note(o, "%s with the invalid key 0x%x", detach ? "detach" : "fill",
                key);
    oracle_expect(o, detach ? "detach" : "fill", false, got);
}

void oracle_drain(Oracle *o)
{
    const ReorderElem *out = o->out;
    uint32_t n = o->ops->drain(o->r, o->out);
    uint32_t i = 0;

    oracle_note(o, "drain: %u", n);
    while (o->base < o->tail && !o->failed) {
        const Item *item = oracle_item(o, o->base);
        const ReorderElem *e = &item->elem;

        if (item->state == ITEM_LIVE) {
            break;
        }
        if (item->state == ITEM_FILLED) {
            if (i >= n) {
                oracle_differs(o, "drain stored %u and left out id 0x%x", n,
                               e->id);
            } else if (memcmp(&out[i], e, sizeof(*e)) != 0) {
                oracle_differs(o,
                               "drain's element %u is {id 0x%x, len 0x%x, "
                               "ndescs %u} instead of {0x%x, 0x%x, %u}",
                               i, out[i].id, out[i].len, out[i].ndescs, e->id,
                               e->len, e->ndescs);
            }
            i++;
        }
        oracle_forget(o, o->base++);
    }
    if (!o->failed && n != i) {
        oracle_differs(o, "drain stored %u instead of %u", n, i);
    }
    o->n_drained += n;
}

void oracle_rewind(Oracle *o, uint32_t n)
{
    bool expected = n <= oracle_outstanding(o);
    uint32_t i;
    bool got;

    for (i = 1; expected && i <= n; i++) {
        expected = oracle_item(o, o->tail - i)->state == ITEM_LIVE;
    }
    got = o->ops->rewind(o->r, n);
    oracle_note(o, "rewind by %u: %s", n, yes_no(got));
    if (!oracle_expect(o, "rewind", expected, got) || !expected) {
        return;
    }
    for (i = 0; i < n; i++) {
        oracle_unset_live(o, --o->tail);
        oracle_forget(o, o->tail);
    }
}

void oracle_reset(Oracle *o)
{
    o->ops->reset(o->r);
    oracle_note(o, "reset");
    while (o->base < o->tail) {
        oracle_forget(o, o->base++);
    }
    o->n_live = 0;
}
