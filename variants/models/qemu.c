/*
 * Model qemu: VIRTIO_F_IN_ORDER as QEMU has had it since 9.1
 *
 * A ring-sized array holds a record for each element, at the ring slot where
 * it was made available, so that a record is followed by its successor's,
 * ndescs further on.  pop writes the record.  fill knows the element's id
 * only, and searches for it from the used index on, record by record; it
 * stores the length there and sets a flag.  flush publishes from the used
 * index on for as long as the flag is set, and clears it.
 *
 * pop: O(1).  fill: O(older elements that are not published).  drain:
 * O(elements it moves).
 *
 * As in QEMU, an element that is detached is never passed over.  Not as in
 * some versions of it, the search does not end early when the ring is full,
 * so nothing is lost.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "models.h"

typedef struct Record {
    ReorderElem elem;
    bool filled;
} Record;

typedef struct Qemu {
    Reorder reorder;
    Record *ring; /* by ring slot */
    ReorderElem *ready;
    uint32_t size;
    uint32_t used;   /* slot of the oldest element that is not published */
    uint32_t avail;  /* slot of the next pop */
    uint32_t in_use; /* slots from used on that are taken */
} Qemu;

static inline Qemu *qemu(const Reorder *r)
{
    return (Qemu *)r;
}

static Reorder *qemu_create(uint32_t ring_size)
{
    Qemu *q = g_new0(Qemu, 1);

    q->reorder.ops = &reorder_model_qemu;
    q->size = ring_size;
    q->ring = g_new0(Record, ring_size);
    q->ready = g_new0(ReorderElem, ring_size);
    return &q->reorder;
}

static void qemu_destroy(Reorder *r)
{
    Qemu *q = qemu(r);

    g_free(q->ring);
    g_free(q->ready);
    g_free(q);
}

static void qemu_reset(Reorder *r)
{
    Qemu *q = qemu(r);
    uint32_t i;

    for (i = 0; i < q->size; i++) {
        q->ring[i].filled = false;
    }
    q->used = q->avail = q->in_use = 0;
}

/* The slot @n after @slot; @n is at most the ring's size. */
static uint32_t qemu_after(const Qemu *q, uint32_t slot, uint32_t n)
{
    slot += n;
    return slot >= q->size ? slot - q->size : slot;
}

static uint32_t qemu_outstanding(const Reorder *r)
{
    Qemu *q = qemu(r);
    uint32_t slot = q->used;
    uint32_t slots = 0;
    uint32_t n = 0;

    while (slots < q->in_use) {
        slots += q->ring[slot].elem.ndescs;
        slot = qemu_after(q, slot, q->ring[slot].elem.ndescs);
        n++;
    }
    return n;
}

static REORDER_HOT uint32_t qemu_pop(Reorder *r, uint32_t id, uint32_t ndescs)
{
    Qemu *q = qemu(r);
    Record *record = &q->ring[q->avail];

    record->elem.id = id;
    record->elem.ndescs = ndescs;
    q->avail = qemu_after(q, q->avail, ndescs);
    q->in_use += ndescs;
    return 0;
}

static REORDER_HOT int32_t qemu_fill(Reorder *r, uint32_t key,
                                     const ReorderElem *elem)
{
    Qemu *q = qemu(r);
    uint32_t slot = q->used;
    uint32_t steps = 0;

    while (steps < q->in_use) {
        Record *record = &q->ring[slot];

        if (record->elem.id == elem->id) {
            record->elem.len = elem->len;
            record->filled = true;
            return REORDER_KEPT;
        }
        steps += record->elem.ndescs;
        slot = qemu_after(q, slot, record->elem.ndescs);
    }
    return REORDER_REFUSED;
}

static REORDER_HOT ReorderBatch qemu_drain(Reorder *r)
{
    Qemu *q = qemu(r);
    uint32_t slots = 0;
    uint32_t n = 0;

    while (q->ring[q->used].filled) {
        Record *record = &q->ring[q->used];

        record->filled = false;
        q->ready[n++] = record->elem;
        slots += record->elem.ndescs;
        q->used = qemu_after(q, q->used, record->elem.ndescs);
    }
    q->in_use -= slots;
    r->run[0] = (ReorderRun){ q->ready, n };
    r->run[1].n = 0;
    return (ReorderBatch){ .total = n, .unwritten = n };
}

/* QEMU goes back by slots; here they are counted from the oldest element. */
static bool qemu_rewind(Reorder *r, uint32_t n)
{
    Qemu *q = qemu(r);
    uint32_t elements = qemu_outstanding(r);
    uint32_t slot = q->used;

    if (n > elements) {
        return false;
    }
    for (q->in_use = 0; elements > n; elements--) {
        q->in_use += q->ring[slot].elem.ndescs;
        slot = qemu_after(q, slot, q->ring[slot].elem.ndescs);
    }
    q->avail = slot;
    return true;
}

static bool qemu_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                        void *opaque)
{
    return true;
}

const ReorderOps reorder_model_qemu = {
    .name = "qemu",
    .summary = "searched from the used index, as in QEMU",
    .create = qemu_create,
    .destroy = qemu_destroy,
    .reset = qemu_reset,
    .outstanding = qemu_outstanding,
    .pop = qemu_pop,
    .fill = qemu_fill,
    .drain = qemu_drain,
    .rewind = qemu_rewind,
    .detach = qemu_detach,
};
