/*
 * In-order delivery of virtqueue elements: the interface of a strategy
 *
 * A device that negotiates VIRTIO_F_IN_ORDER uses buffers in the order in
 * which the driver made them available (virtio 1.3, section 2.7.9 for split
 * rings, 2.8.9 for packed ones).  A strategy is the book-keeping that turns
 * completions in any order into that order.  It sits between the device and
 * the used ring:
 *
 *     pop     the device takes the next element; the strategy numbers it and
 *             hands out an order key, which travels with the element
 *     fill    the device has completed the element with that key
 *     drain   which elements can be made visible to the driver now, in order
 *     rewind  the most recent pops are taken back
 *     detach  an element will never be completed; order closes over the gap
 *
 * One instance serves one virtqueue.  It holds no lock: the caller serialises
 * the calls, as QEMU does for each virtqueue.  The same sources are compiled
 * into QEMU, into the tests and into the replay tool; they depend on GLib
 * and nothing else.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_REORDER_H
#define VQLAB_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest ring that virtio allows (virtio 1.3, sections 2.7 and 2.8). */
#define REORDER_RING_MAX 32768u

/* What the used ring needs to know of a completed element. */
typedef struct ReorderElem {
    uint32_t id;     /* head index (split) or buffer id (packed) */
    uint32_t len;    /* bytes written into the buffer by the device */
    uint32_t ndescs; /* ring entries it occupies: 1 on split rings */
} ReorderElem;

/* State of one virtqueue; each strategy defines its own. */
typedef struct Reorder Reorder;

typedef struct ReorderOps {
    const char *name;    /* as in x-reorder=NAME */
    const char *summary; /* one line for --help and the report */

    /*
     * State for a ring of @ring_size entries, 1 to REORDER_RING_MAX, any
     * number (packed rings need not be a power of two).  Never NULL: GLib
     * aborts when memory runs out.  The caller owns it until destroy.
     */
    Reorder *(*create)(uint32_t ring_size);
    void (*destroy)(Reorder *r);

    /* Device or queue reset: as if just created. */
    void (*reset)(Reorder *r);

    /*
     * Number the next element and store its order key in @key.  The key is
     * opaque, never 0, and unique among the elements that are not drained
     * yet.  It is valid until fill, detach, rewind or reset; a key which is
     * not is rejected (strategy.h says for how long).
     * Returns false, and changes nothing, when ring_size elements are
     * outstanding already: no correct driver can get there.
     */
    bool (*pop)(Reorder *r, uint32_t *key);

    /*
     * The element with @key is complete.  @elem is copied.  Returns false,
     * and changes nothing, when no such element is outstanding or when it
     * was filled or detached before.
     */
    bool (*fill)(Reorder *r, uint32_t key, const ReorderElem *elem);

    /*
     * Move the elements that can be made visible now, in order, into @out,
     * which has room for ring_size of them.  Detached ones are passed over.
     * Returns how many were stored.
     */
    uint32_t (*drain)(Reorder *r, ReorderElem *out);

    /*
     * Take back the last @n pops; the next pop numbers the oldest of them
     * anew.  virtqueue_unpop is a rewind by one.  Returns false, and changes
     * nothing, when fewer than @n elements are outstanding or when one of
     * them is filled or detached already.
     */
    bool (*rewind)(Reorder *r, uint32_t n);

    /* The element with @key will not be filled.  Errors as for fill. */
    bool (*detach)(Reorder *r, uint32_t key);
} ReorderOps;

/*
 * The strategies, NULL-terminated, in the order in which the report lists
 * them.  `off` and `qemu` are not among them: they are QEMU without vqlab's
 * book-keeping.
 */
extern const ReorderOps *const reorder_strategies[];

/* The strategy called @name, or NULL. */
const ReorderOps *reorder_find(const char *name);

#endif /* VQLAB_REORDER_H */
