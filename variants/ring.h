/*
 * A used ring in memory, for what runs the strategies without QEMU
 *
 * The device's half of a virtqueue as far as ordering is concerned: the used
 * ring of a split virtqueue (virtio 1.3, section 2.7.8) or the descriptor ring
 * of a packed one (2.8).  Stores are made as a device makes them to memory that
 * a driver reads at the same time: entries first, what makes them visible last.
 *
 * RING_STORED(ring) is called after each store that a driver can see; a test
 * defines it before it includes this, to look as a driver would.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_RING_H
#define VQLAB_RING_H

#include <glib.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "reorder.h"

#ifndef RING_STORED
#define RING_STORED(ring) ((void)(ring))
#endif

#define RING_AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define RING_USED (1u << VRING_PACKED_DESC_F_USED)

typedef struct Ring {
    uint32_t size; /* split: a power of two */
    bool packed;
    bool wrap;     /* packed: the device's wrap counter */
    uint16_t used; /* split: free-running index; packed: slot */
    uint16_t idx;  /* split: what the driver sees of it */
    struct vring_used_elem *entry;
    struct vring_packed_desc *desc;
    /*
     * Packed: what is written and not published.  A descriptor that is written
     * is visible, so it waits in the device's own memory: as many entries as
     * the ring has, place 0 at @first.
     */
    ReorderElem *pending;
    uint32_t first;
    void *opaque; /* for RING_STORED */
} Ring;

/* Both fresh and after a device reset: all is zero but the wrap counter. */
static inline void ring_reset(Ring *ring)
{
    ring->used = ring->idx = 0;
    ring->first = 0;
    ring->wrap = true;
    if (ring->packed) {
        memset(ring->desc, 0, ring->size * sizeof(*ring->desc));
    }
}

static inline void ring_init(Ring *ring, uint32_t size, bool packed)
{
    *ring = (Ring){ .size = size, .packed = packed };
    if (packed) {
        ring->desc = g_new0(struct vring_packed_desc, size);
        ring->pending = g_new0(ReorderElem, size);
    } else {
        ring->entry = g_new0(struct vring_used_elem, size);
    }
    ring_reset(ring);
}

static inline void ring_destroy(Ring *ring)
{
    g_free(ring->entry);
    g_free(ring->desc);
    g_free(ring->pending);
}

/* Packed: the element at @place. */
static inline ReorderElem *ring_pending(const Ring *ring, uint32_t place)
{
    uint32_t i = ring->first + place;

    return &ring->pending[i >= ring->size ? i - ring->size : i];
}

/* Writes @elem @place elements after the used index. */
static inline void ring_write(Ring *ring, uint32_t place,
                              const ReorderElem *elem)
{
    struct vring_used_elem *entry;

    if (ring->packed) {
        *ring_pending(ring, place) = *elem;
        return;
    }
    entry = &ring->entry[(ring->used + place) & (ring->size - 1)];
    entry->id = elem->id;
    entry->len = elem->len;
    RING_STORED(ring);
}

/*
 * Writes what drain says is unwritten.  An entry for several elements stands in
 * the place of the first: on a split ring the others' are left as they are, on
 * a packed one the next entry that waits is the next to be written.
 */
static inline void ring_write_batch(Ring *ring, ReorderBatch batch,
                                    const ReorderRun run[2])
{
    uint32_t place = batch.total - batch.unwritten;
    uint32_t k, i;

    for (k = 0; k < 2; k++) {
        for (i = 0; i < run[k].n; i++) {
            ring_write(ring, place, &run[k].elem[i]);
            place += ring->packed ? 1 : run[k].elem[i].ndescs;
        }
    }
}

/* ReorderReadFn */
static inline void ring_read(void *opaque, uint32_t place, ReorderElem *elem)
{
    const Ring *ring = opaque;
    const struct vring_used_elem *entry;

    if (ring->packed) {
        *elem = *ring_pending(ring, place);
        return;
    }
    entry = &ring->entry[(ring->used + place) & (ring->size - 1)];
    *elem = (ReorderElem){ entry->id, entry->len, 1 };
}

/* The flags come last and with them the descriptor becomes visible. */
static inline void ring_store_desc(Ring *ring, uint32_t slot, bool wrap,
                                   const ReorderElem *elem)
{
    struct vring_packed_desc *desc = &ring->desc[slot];

    desc->id = elem->id;
    desc->len = elem->len;
    __atomic_store_n(&desc->flags, wrap ? RING_AVAIL | RING_USED : 0,
                     __ATOMIC_RELEASE);
    RING_STORED(ring);
}

/*
 * @n elements, in @entries.  The first descriptor is stored last: with it all
 * become visible.
 */
static inline void ring_publish_packed(Ring *ring, uint32_t n, uint32_t entries)
{
    uint32_t slot = ring->used;
    bool wrap = ring->wrap;
    uint32_t i;

    for (i = 0; i < entries; i++) {
        const ReorderElem *elem = ring_pending(ring, i);

        if (i > 0) {
            ring_store_desc(ring, slot, wrap, elem);
        }
        slot += elem->ndescs;
        if (slot >= ring->size) {
            slot -= ring->size;
            wrap = !wrap;
        }
    }
    ring_store_desc(ring, ring->used, ring->wrap, ring_pending(ring, 0));
    ring->used = slot;
    ring->wrap = wrap;
    ring->first += n;
    if (ring->first >= ring->size) {
        ring->first -= ring->size;
    }
}

/* Makes the @n elements at the first places visible: @entries were written. */
static inline void ring_publish(Ring *ring, uint32_t n, uint32_t entries)
{
    if (!ring->packed) {
        ring->used += n;
        __atomic_store_n(&ring->idx, ring->used, __ATOMIC_RELEASE);
        RING_STORED(ring);
    } else if (n > 0) {
        ring_publish_packed(ring, n, entries);
    }
}

/* The device's flush: drain, write, publish.  Returns how many. */
static inline uint32_t ring_flush(Ring *ring, Reorder *r)
{
    ReorderBatch batch = r->ops->drain(r);
    uint32_t entries = batch.total;

    if (batch.unwritten) {
        ring_write_batch(ring, batch, r->run);
        entries += r->run[0].n + r->run[1].n - batch.unwritten;
    }
    ring_publish(ring, batch.total, entries);
    return batch.total;
}

#endif /* VQLAB_RING_H */
