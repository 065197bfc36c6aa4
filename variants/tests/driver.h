/*
 * A driver that looks at the used ring after each store of the device
 *
 * It knows the rules for a ring whose buffers are used in order, and says
 * which one was broken:
 *
 *   - the used index of a split ring only grows, and never past what is
 *     outstanding (virtio 1.3, section 2.7.8);
 *   - an entry that is visible has the id and length with which the oldest
 *     unused buffer was completed: none comes before its predecessor (2.7.9,
 *     2.8.9);
 *   - if the device may (@batches), an entry is that of a younger buffer, and
 *     stands for all before it, which were completed with all the bytes that
 *     they have; and no entry is written that could be spared;
 *   - a packed descriptor is used when both its flags equal the driver's wrap
 *     counter (2.8.1), and the driver goes on by the number of descriptors of
 *     that buffer;
 *   - what one flush publishes becomes visible as a whole: on a packed ring
 *     that is so if its first descriptor is written last (2.8.6);
 *   - nothing becomes visible but by a flush, and nothing is lost.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_DRIVER_H
#define VQLAB_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "variants/reorder.h"

struct Driver;
/* Tells the driver's owner what is wrong; see driver_inspect. */
#define RING_STORED(ring) driver_inspect((ring)->opaque)
void driver_inspect(struct Driver *d);

#include "variants/ring.h"

typedef struct Buffer {
    ReorderElem elem;  /* ndescs, and once completed all of it */
    uint32_t writable; /* bytes that the device may write */
    enum { BUFFER_DEVICE, BUFFER_COMPLETE, BUFFER_DETACHED } state;
} Buffer;

typedef struct Driver {
    Ring ring;
    bool batches;      /* one used entry may stand for several buffers */
    Buffer *buffers;   /* made available, by number % ring size */
    uint64_t used;     /* number of the oldest that is not used */
    uint64_t avail;    /* number of the next */
    uint32_t slots;    /* taken by those, and by detached ones before */
    uint16_t idx;      /* split: the used index as last seen */
    uint16_t slot;     /* packed: where the next used descriptor will be */
    uint16_t add_slot; /* packed: where the next available one will be */
    bool wrap, add_wrap;
    uint32_t due;     /* what the flush that is under way has to publish */
    uint32_t seen;    /* and what of that was seen */
    uint64_t entries; /* ever seen */
    char wrong[200];  /* empty: nothing */
} Driver;

void driver_init(Driver *d, uint32_t size, bool packed);
void driver_destroy(Driver *d);
void driver_reset(Driver *d);

/*
 * Makes a buffer of @ndescs descriptors available, into which the device may
 * write @writable bytes; there is room.
 */
void driver_add(Driver *d, uint32_t ndescs, uint32_t writable);

/* The device gives the last @n buffers back unseen: they are available. */
void driver_take_back(Driver *d, uint32_t n);

/* Buffer @number is complete with @elem, or will never be. */
void driver_complete(Driver *d, uint64_t number, const ReorderElem *elem);
void driver_lose(Driver *d, uint64_t number);

/* Before and after a flush: what must become visible, and has it? */
void driver_expect(Driver *d);
void driver_check(Driver *d);

#endif /* VQLAB_DRIVER_H */
