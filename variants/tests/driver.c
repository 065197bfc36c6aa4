/*
 * The driver that looks: see driver.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stdio.h>

#include "driver.h"

void driver_init(Driver *d, uint32_t size, bool packed)
{
    *d = (Driver){ .wrap = true, .add_wrap = true };
    ring_init(&d->ring, size, packed);
    d->ring.opaque = d;
    d->buffers = g_new0(Buffer, size);
}

void driver_destroy(Driver *d)
{
    ring_destroy(&d->ring);
    g_free(d->buffers);
}

void driver_reset(Driver *d)
{
    ring_reset(&d->ring);
    d->used = d->avail;
    d->slots = 0;
    d->idx = d->slot = d->add_slot = 0;
    d->wrap = d->add_wrap = true;
    d->due = d->seen = 0;
}

static Buffer *driver_buffer(const Driver *d, uint64_t number)
{
    return &d->buffers[number % d->ring.size];
}

static void G_GNUC_PRINTF(2, 3) driver_wrong(Driver *d, const char *format, ...)
{
    va_list args;

    if (!d->wrong[0]) {
        va_start(args, format);
        vsnprintf(d->wrong, sizeof(d->wrong), format, args);
        va_end(args);
    }
}

/* @slot of a packed ring moves on by @n; @wrap turns at the end. */
static void driver_step(const Driver *d, uint16_t *slot, bool *wrap, uint32_t n)
{
    uint32_t next = *slot + n;

    if (next >= d->ring.size) {
        next -= d->ring.size;
        *wrap = !*wrap;
    }
    *slot = next;
}

void driver_add(Driver *d, uint32_t ndescs, uint32_t writable)
{
    Buffer *b = driver_buffer(d, d->avail++);
    uint32_t i;

    *b = (Buffer){ .elem.ndescs = ndescs,
                   .writable = writable,
                   .state = BUFFER_DEVICE };
    d->slots += ndescs;
    for (i = 0; d->ring.packed && i < ndescs; i++) {
        d->ring.desc[d->add_slot].flags = d->add_wrap ? RING_AVAIL : RING_USED;
        driver_step(d, &d->add_slot, &d->add_wrap, 1);
    }
}

void driver_take_back(Driver *d, uint32_t n)
{
    uint32_t ndescs;

    for (; n > 0; n--) {
        ndescs = driver_buffer(d, --d->avail)->elem.ndescs;
        d->slots -= ndescs;
        if (d->add_slot < ndescs) {
            d->add_slot += d->ring.size;
            d->add_wrap = !d->add_wrap;
        }
        d->add_slot -= ndescs;
    }
}

void driver_complete(Driver *d, uint64_t number, const ReorderElem *elem)
{
    Buffer *b = driver_buffer(d, number);

    b->elem = *elem;
    b->state = BUFFER_COMPLETE;
}

void driver_lose(Driver *d, uint64_t number)
{
    driver_buffer(d, number)->state = BUFFER_DETACHED;
}

/* The next used entry in the ring, if there is one. */
static bool driver_next(const Driver *d, ReorderElem *elem)
{
    const struct vring_packed_desc *desc;
    uint16_t flags;

    if (!d->ring.packed) {
        const struct vring_used_elem *e =
            &d->ring.entry[d->idx & (d->ring.size - 1)];

        *elem = (ReorderElem){ e->id, e->len, 1 };
        return d->ring.idx != d->idx;
    }
    desc = &d->ring.desc[d->slot];
    flags = desc->flags & (RING_AVAIL | RING_USED);
    *elem = (ReorderElem){ desc->id, desc->len, 0 };
    return flags == (d->wrap ? RING_AVAIL | RING_USED : 0);
}

/* May an entry skip this buffer? */
static bool driver_skips(const Driver *d, const Buffer *b)
{
    return d->batches && b->state == BUFFER_COMPLETE &&
           b->elem.len == b->writable;
}

/* Could the entry for this buffer be spared, with the next one's after it? */
static bool driver_spares(const Driver *d, const Buffer *b)
{
    return driver_skips(d, b) && d->used < d->avail &&
           driver_buffer(d, d->used)->state == BUFFER_COMPLETE;
}

/* Uses one buffer, the oldest. */
static uint32_t driver_use_buffer(Driver *d, const Buffer *b)
{
    d->used++;
    d->idx++;
    d->slots -= b->elem.ndescs;
    driver_step(d, &d->slot, &d->wrap, b->elem.ndescs);
    return 1;
}

/* Uses one entry; returns for how many buffers, 0 if it is wrong. */
static uint32_t driver_use(Driver *d, const ReorderElem *got)
{
    const Buffer *b;
    uint32_t n = 0;

    while (d->used < d->avail &&
           driver_buffer(d, d->used)->state == BUFFER_DETACHED) {
        d->used++;
    }
    for (b = driver_buffer(d, d->used);
         d->used < d->avail && b->elem.id != got->id && driver_skips(d, b);
         b = driver_buffer(d, d->used)) {
        n += driver_use_buffer(d, b);
    }
    if (d->used == d->avail) {
        driver_wrong(d, "the ring goes on behind the last buffer");
    } else if (b->state != BUFFER_COMPLETE) {
        driver_wrong(d,
                     "an entry is visible, id 0x%x, while the oldest buffer "
                     "is not complete",
                     got->id);
    } else if (got->id != b->elem.id || got->len != b->elem.len) {
        driver_wrong(d,
                     "the entry is {id 0x%x, len 0x%x}, not {0x%x, 0x%x}; "
                     "%u skipped before",
                     got->id, got->len, b->elem.id, b->elem.len, n);
    } else {
        n += driver_use_buffer(d, b);
        if (!driver_spares(d, b)) {
            return n;
        }
        driver_wrong(d, "the entry of id 0x%x could be spared", got->id);
    }
    return 0;
}

void driver_inspect(Driver *d)
{
    ReorderElem got;
    uint32_t n = 0, used;

    if (d->wrong[0]) {
        return;
    }
    if (!d->ring.packed && (uint16_t)(d->ring.idx - d->idx) > d->slots) {
        driver_wrong(d, "the used index went from %u to %u with %u in flight",
                     d->idx, d->ring.idx, d->slots);
        return;
    }
    /* Counted, because a full packed ring could be read round and round. */
    while (n <= d->due && driver_next(d, &got)) {
        used = driver_use(d, &got);
        d->entries++;
        if (used == 0) {
            return;
        }
        n += used;
    }
    if (n > 0 && (d->seen > 0 || n != d->due)) {
        driver_wrong(d, "%u became visible at once, %u before, of %u", n,
                     d->seen, d->due);
    }
    d->seen += n;
}

void driver_expect(Driver *d)
{
    uint64_t number;

    d->due = d->seen = 0;
    for (number = d->used; number < d->avail; number++) {
        const Buffer *b = driver_buffer(d, number);

        if (b->state == BUFFER_DEVICE) {
            break;
        }
        d->due += b->state == BUFFER_COMPLETE;
    }
}

void driver_check(Driver *d)
{
    if (d->seen != d->due) {
        driver_wrong(d, "the flush published %u of %u", d->seen, d->due);
    }
    d->due = d->seen = 0;
    driver_inspect(d); /* and nothing more */
    while (d->used < d->avail &&
           driver_buffer(d, d->used)->state == BUFFER_DETACHED) {
        d->used++;
    }
}
