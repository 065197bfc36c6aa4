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
 *     fill    the device has completed the element with that key: the strategy
 *             says where in the used ring it belongs, or keeps a copy
 *     drain   which elements can be made visible to the driver now, in order
 *     rewind  the most recent pops are taken back
 *     detach  an element will never be completed; order closes over the gap
 *
 * A strategy never touches the ring: it says what goes where, and its caller
 * writes.  A *place* is a distance from the used index, in elements: 0 is the
 * entry that the next flush publishes first.  Places may be written in any
 * order and at any time before they are published.  On a split ring the caller
 * writes to the used ring at once, for entries from the used index on belong to
 * the device (virtio 1.3, section 2.7.8).  On a packed ring a written
 * descriptor is visible, so there it holds the element back, by place, until it
 * publishes (2.8.6).
 *
 * One instance serves one virtqueue.  It holds no lock: the caller serialises
 * the calls, as QEMU does for each virtqueue.  The same sources are compiled
 * into QEMU, into the tests and into vqreplay; they depend on GLib and nothing
 * else.
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

/*
 * What the used ring needs to know of a completed element.  As drain hands it
 * out it is a used entry, and may stand for a batch (ReorderOps.fill_short):
 * that of the batch's last element, with the sum of their ndescs.  So the next
 * entry stands @ndescs further on, in either format.
 */
typedef struct ReorderElem {
    uint32_t id;     /* head index (split) or buffer id (packed) */
    uint32_t len;    /* bytes written into the buffer by the device */
    uint32_t ndescs; /* ring entries it occupies: 1 on split rings */
} ReorderElem;

/* What fill returns instead of a place. */
enum {
    REORDER_KEPT = -1,    /* the strategy has a copy: nothing to write yet */
    REORDER_REFUSED = -2, /* no such element is outstanding; nothing changed */
};

/*
 * What drain found, small enough for a register.  Of @total elements, which the
 * caller publishes from place 0 on, the last @unwritten are still to be
 * written, by the entries of Reorder.run[0], then run[1]: one an element, or
 * one a batch.
 */
typedef struct ReorderBatch {
    uint32_t total;
    uint32_t unwritten;
} ReorderBatch;

/* Elements in memory of the strategy, valid until its next call. */
typedef struct ReorderRun {
    const ReorderElem *elem;
    uint32_t n;
} ReorderRun;

/* Reads back what the caller has written at @place and not yet published. */
typedef void ReorderReadFn(void *opaque, uint32_t place, ReorderElem *elem);

typedef struct ReorderOps ReorderOps;

/*
 * State of one virtqueue.  Each strategy has fields of its own behind this.
 * The caller goes through @ops for every call, because a strategy may change
 * it: what a queue needs all of the time is not asked for at each element.
 */
typedef struct Reorder {
    const ReorderOps *ops;
    ReorderRun run[2]; /* of the last drain */
} Reorder;

struct ReorderOps {
    const char *name;    /* as in x-reorder=NAME */
    const char *summary; /* one line for --help and the report */
    bool allocates;      /* pop, fill or drain do: tests hold it to that */

    /*
     * State for a ring of @ring_size entries, 1 to REORDER_RING_MAX, any
     * number: packed rings need not be a power of two.  Never NULL: GLib aborts
     * when memory runs out.  The caller owns it until destroy.
     */
    Reorder *(*create)(uint32_t ring_size);
    void (*destroy)(Reorder *r);

    /* Device or queue reset: as if just created, but no old key is valid. */
    void (*reset)(Reorder *r);

    /*
     * How many places of the order are taken: popped and neither drained nor
     * rewound.  A detached element counts until drain passes over it.
     */
    uint32_t (*outstanding)(const Reorder *r);

    /*
     * Number the next element, which has @id and occupies @ndescs ring entries
     * (1 on split rings).  The caller makes sure that fewer than ring_size are
     * outstanding.  Returns the order key.  It is valid until fill, detach,
     * rewind or reset, and any other key is refused, with one exception: pops
     * that follow a rewind use the rewound numbers again.
     */
    uint32_t (*pop)(Reorder *r, uint32_t id, uint32_t ndescs);

    /*
     * The element with @key is complete.  Returns the place at which the caller
     * writes @elem now, REORDER_KEPT, or REORDER_REFUSED when it is not
     * outstanding or was filled or detached before.  @elem is not used later.
     */
    int32_t (*fill)(Reorder *r, uint32_t key, const ReorderElem *elem);

    /*
     * fill, for an element with fewer bytes than the device could have written:
     * the driver has to be told how many.  NULL: the strategy writes a used
     * entry for each element, and fill serves all.  With it the strategy may
     * have one entry for a batch of elements, whose last may be short; the
     * driver takes the others for completely used (virtio 1.3, sections 2.7.9,
     * 2.8.9).  So the driver must have negotiated VIRTIO_F_IN_ORDER.
     */
    int32_t (*fill_short)(Reorder *r, uint32_t key, const ReorderElem *elem);

    /*
     * The elements that can be made visible now.  Detached ones are passed
     * over.  The caller publishes all of them before its next call.  @run of
     * the state is set only if some are unwritten.
     */
    ReorderBatch (*drain)(Reorder *r);

    /*
     * Take back the last @n pops; the next pop numbers the oldest of them
     * anew.  virtqueue_unpop is a rewind by one.  Returns false, and changes
     * nothing, when fewer than @n elements are outstanding or when one of
     * them is filled or detached already.
     */
    bool (*rewind)(Reorder *r, uint32_t n);

    /*
     * The element with @key will not be filled.  Places behind it move up, so
     * the strategy may @read what was written there, for a later drain to give
     * it out again.  Returns false, and changes nothing, where fill would
     * refuse.
     */
    bool (*detach)(Reorder *r, uint32_t key, ReorderReadFn *read, void *opaque);
};

/*
 * The strategies, NULL-terminated, in the order in which the report lists
 * them.  `off` and `qemu` are not among them: in QEMU they are what it does
 * without vqlab's book-keeping.
 */
extern const ReorderOps *const reorder_strategies[];

/*
 * Models of what QEMU does by itself, for replay beside the strategies:
 * `off`, which publishes in the order of completion, and `qemu`.
 */
extern const ReorderOps *const reorder_models[];

/* May it write one used entry for several elements? */
static inline bool reorder_skips(const ReorderOps *ops)
{
    return ops->fill_short != NULL;
}

/* fill or fill_short: @writable bytes could have been written. */
static inline int32_t reorder_complete(Reorder *r, uint32_t key,
                                       const ReorderElem *elem,
                                       uint32_t writable)
{
    return r->ops->fill_short && elem->len < writable
               ? r->ops->fill_short(r, key, elem)
               : r->ops->fill(r, key, elem);
}

/*
 * The strategy called @name, or NULL.  Knows more than the list, so that checks
 * can be checked: broken-swap and broken-skip (broken.c), which are wrong, and
 * planted-N and slowed-N (planted.c), whose cost is known.  These are unlisted.
 */
const ReorderOps *reorder_find(const char *name);
bool reorder_is_unlisted(const char *name);

/*
 * The strategy of what plans and tools call a variant: its name, or its name
 * and "+round", which is the same with x-reorder-flush=round on disks, as
 * *rounds says (NULL: not asked).  NULL if there is none.
 */
const ReorderOps *reorder_variant(const char *variant, bool *rounds);

#endif /* VQLAB_REORDER_H */
