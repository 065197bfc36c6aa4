/*
 * As much of a QEMU as the glue needs, for tests without one
 *
 * The names are those of QEMU's virtio core, the bodies are not: the ring is
 * the tests' ring in memory, at which a driver looks (driver.h), errors are
 * flags, and a class keeps what is registered with it.  Included before the
 * glue.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_QEMU_STUB_H
#define VQLAB_QEMU_STUB_H

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "driver.h"
#include "variants/strategy.h"

#define VIRTIO_F_RING_PACKED 34
#define VIRTIO_F_IN_ORDER 35
#define VIRTIO_QUEUE_MAX 4
#define STUB_RING_MAX 1024

#define ARRAY_SIZE(a) ((int)G_N_ELEMENTS(a))
#define likely(x) G_LIKELY(x)
#define unlikely(x) G_UNLIKELY(x)
#define qatomic_set(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define qatomic_read(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define qatomic_read__nocheck(p) qatomic_read(p)
#define qatomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define qatomic_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define RCU_READ_LOCK_GUARD() ((void)0)

/* --- errors ------------------------------------------------------------- */

typedef struct Error {
    char text[400];
} Error;

/* What was said last, and how often. */
static struct {
    char text[400];
    int guest_errors, reports;
} stub_log;

static inline void G_GNUC_PRINTF(2, 3)
    error_setg(Error **errp, const char *format, ...)
{
    va_list args;

    g_assert_null(*errp);
    *errp = g_new0(Error, 1);
    va_start(args, format);
    vsnprintf((*errp)->text, sizeof((*errp)->text), format, args);
    va_end(args);
}

static inline void G_GNUC_PRINTF(2, 3)
    stub_say(int *count, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(stub_log.text, sizeof(stub_log.text), format, args);
    va_end(args);
    ++*count;
}

#define LOG_GUEST_ERROR 0
#define qemu_log_mask(mask, ...) stub_say(&stub_log.guest_errors, __VA_ARGS__)
#define error_report(...) stub_say(&stub_log.reports, __VA_ARGS__)
/* A device that is broken says so once, and is not served until its reset. */
#define virtio_error(vdev, ...) stub_say(&(vdev)->broken, __VA_ARGS__)

/* --- devices and queues ------------------------------------------------- */

typedef struct Object {
    char type; /* not looked at */
} Object;

typedef struct DeviceState {
    Object parent;
    bool realized;
} DeviceState;

typedef uint64_t hwaddr;

typedef struct VRingUsedElem {
    uint32_t id, len;
} VRingUsedElem;

typedef struct VRingUsed {
    VRingUsedElem ring[REORDER_RING_MAX];
} VRingUsed;

typedef struct VRingMemoryRegionCaches {
    Ring *used;
} VRingMemoryRegionCaches;

typedef struct VirtQueueElement {
    unsigned int index, ndescs, len;
    uint32_t order_epoch, order_key;
    unsigned int in_num, out_num;
    struct iovec *in_sg;
} VirtQueueElement;

typedef struct VirtQueue VirtQueue;
typedef struct VirtIODevice {
    DeviceState parent;
    const char *name;
    int broken;
    bool disabled;
    uint64_t host_features, guest_features;
    struct VirtIOReorder *reorder;
    VirtQueue *vq;
} VirtIODevice;

struct VirtQueue {
    VirtIODevice *vdev;
    struct {
        uint32_t num;
        bool used; /* is there a used ring? */
    } vring;
    VRingMemoryRegionCaches caches;
    uint16_t used_idx, queue_index;
    uint32_t inuse;
    struct VirtQueueReorder *ordered;
    struct VirtQueueReorder *reorder;
    VirtQueueElement used_elems[1]; /* as much of it as the glue may use */
    bool unmarked[STUB_RING_MAX];   /* entries: written, and not told */
    int unordered;                  /* fills and flushes that were QEMU's own */
};

#define VIRTIO_DEVICE(obj) ((VirtIODevice *)(obj))
#define DEVICE(obj) ((DeviceState *)(obj))

static inline bool virtio_vdev_has_feature(const VirtIODevice *vdev,
                                           unsigned int bit)
{
    return vdev->guest_features >> bit & 1;
}

static inline void virtio_add_feature(uint64_t *features, unsigned int bit)
{
    *features |= UINT64_C(1) << bit;
}

static inline bool virtio_device_disabled(VirtIODevice *vdev)
{
    return vdev->disabled;
}

/* --- completion --------------------------------------------------------- */

#define trace_event_get_state_backends(event) true
#define trace_virtqueue_fill(vq, elem, len, idx) ((void)0)
#define virtqueue_unmap_sg(vq, elem, len) ((void)0)

/* The tests call these, as devices do. */
void virtqueue_fill(VirtQueue *vq, const VirtQueueElement *elem,
                    unsigned int len, unsigned int idx);
void virtqueue_flush(VirtQueue *vq, unsigned int count);

static inline void virtqueue_unordered_fill(VirtQueue *vq,
                                            const VirtQueueElement *elem,
                                            unsigned int len, unsigned int idx)
{
    vq->unordered++;
}

static inline void virtqueue_unordered_flush(VirtQueue *vq, unsigned int count)
{
    vq->unordered++;
}

static inline void virtqueue_split_flush(VirtQueue *vq, unsigned int count)
{
    uint32_t i;

    g_assert_false(vq->caches.used->packed);
    for (i = 0; i < count; i++) {
        g_assert_false(vq->unmarked[(vq->used_idx + i) % vq->vring.num]);
    }
    vq->used_idx += count;
}

static inline void virtqueue_packed_fill(VirtQueue *vq,
                                         const VirtQueueElement *elem,
                                         unsigned int len, unsigned int idx)
{
    g_assert_true(vq->caches.used->packed);
    g_assert_cmpuint(idx, ==, 0);
    vq->used_elems[0] = (VirtQueueElement){ .index = elem->index,
                                            .ndescs = elem->ndescs,
                                            .len = len };
}

/*
 * Packed rings: what was written behind the first entry, at [1] and on, with
 * the number of slots behind it as ndescs; and after a flush all of it, with
 * its own ndescs, until somebody takes it.
 */
static ReorderElem stub_entry_at[REORDER_RING_MAX];
static uint32_t stub_n_ahead, stub_n_flushed;

static inline void virtqueue_packed_fill_desc(VirtQueue *vq,
                                              const VirtQueueElement *elem,
                                              unsigned int slots,
                                              bool strict_order)
{
    g_assert_false(strict_order); /* that is for the first */
    g_assert_cmpuint(stub_n_ahead, <, vq->vring.num - 1);
    stub_entry_at[++stub_n_ahead] =
        (ReorderElem){ elem->index, elem->len, slots };
}

/* How many slots an element takes is said only by where the next begins. */
static inline void virtqueue_packed_flush(VirtQueue *vq, unsigned int count)
{
    const VirtQueueElement *first = &vq->used_elems[0];
    uint32_t end = first->ndescs;
    uint32_t i;

    g_assert_true(vq->caches.used->packed);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(stub_n_flushed, ==, 0);
    for (i = stub_n_ahead; i > 0; i--) {
        uint32_t slots = stub_entry_at[i].ndescs;

        g_assert_cmpuint(slots, <, end);
        stub_entry_at[i].ndescs = end - slots;
        end = slots;
    }
    stub_entry_at[0] = (ReorderElem){ first->index, first->len, end };
    stub_n_flushed = 1 + stub_n_ahead;
    stub_n_ahead = 0;
}

static inline VRingMemoryRegionCaches *vring_get_region_caches(VirtQueue *vq)
{
    return &vq->caches;
}

/* Its entry at @offset, which is of this queue's ring. */
static inline uint32_t stub_entry(Ring *ring, size_t offset)
{
    size_t i = (offset - offsetof(VRingUsed, ring)) / sizeof(VRingUsedElem);

    g_assert_cmpuint(offset, ==, offsetof(VRingUsed, ring[i]));
    g_assert_cmpuint(i, <, ring->size);
    return i;
}

/* The guest's byte order is not the host's. */
static inline void address_space_read_cached(Ring **used, size_t offset,
                                             VRingUsedElem *to, size_t len)
{
    uint32_t i = stub_entry(*used, offset);

    g_assert_cmpuint(len, ==, sizeof(*to));
    *to = (VRingUsedElem){ GUINT32_SWAP_LE_BE((*used)->entry[i].id),
                           GUINT32_SWAP_LE_BE((*used)->entry[i].len) };
}

static inline VirtQueue *stub_queue_of(Ring **used)
{
    return (VirtQueue *)((char *)used - offsetof(VirtQueue, caches.used));
}

static inline void address_space_write_cached(Ring **used, size_t offset,
                                              const VRingUsedElem *from,
                                              size_t len)
{
    uint32_t i = stub_entry(*used, offset);

    g_assert_cmpuint(len, ==, sizeof(*from));
    stub_queue_of(used)->unmarked[i] = true;
    ring_write(*used, (i - (*used)->used) & ((*used)->size - 1),
               &(ReorderElem){ GUINT32_SWAP_LE_BE(from->id),
                               GUINT32_SWAP_LE_BE(from->len), 1 });
}

static inline void address_space_cache_invalidate(Ring **used, size_t offset,
                                                  size_t len)
{
    uint32_t i = stub_entry(*used, offset);
    size_t n = len / sizeof(VRingUsedElem);

    g_assert_cmpuint(len % sizeof(VRingUsedElem), ==, 0);
    g_assert_cmpuint(i + n, <=, (*used)->size);
    memset(&stub_queue_of(used)->unmarked[i], 0, n);
}

static inline void virtio_tswap32s(VirtIODevice *vdev, uint32_t *s)
{
    *s = GUINT32_SWAP_LE_BE(*s);
}

#include "qemu-stub-disk.h"

/* --- properties --------------------------------------------------------- */

typedef char *StubGet(Object *obj, Error **errp);
typedef void StubSet(Object *obj, const char *value, Error **errp);
typedef bool StubGetBool(Object *obj, Error **errp);
typedef void StubSetBool(Object *obj, bool value, Error **errp);

typedef struct StubProperty {
    const char *name;
    StubGet *get;
    StubSet *set;
    StubGetBool *get_bool;
    StubSetBool *set_bool;
    char *description;
} StubProperty;

typedef struct ObjectClass {
    StubProperty property[8];
    int n;
} ObjectClass;

static inline void object_class_property_add_str(ObjectClass *klass,
                                                 const char *name, StubGet *get,
                                                 StubSet *set)
{
    klass->property[klass->n++] =
        (StubProperty){ .name = name, .get = get, .set = set };
}

static inline void object_class_property_add_bool(ObjectClass *klass,
                                                  const char *name,
                                                  StubGetBool *get,
                                                  StubSetBool *set)
{
    klass->property[klass->n++] =
        (StubProperty){ .name = name, .get_bool = get, .set_bool = set };
}

static inline StubProperty *stub_property(ObjectClass *klass, const char *name)
{
    int i;

    for (i = 0; i < klass->n; i++) {
        if (g_str_equal(klass->property[i].name, name)) {
            return &klass->property[i];
        }
    }
    return NULL;
}

static inline void object_class_property_set_description(ObjectClass *klass,
                                                         const char *name,
                                                         const char *text)
{
    stub_property(klass, name)->description = g_strdup(text);
}

/* A proxy is an object whose aliases are here, separated by spaces. */
static char stub_aliases[200];

static inline bool object_property_find(Object *obj, const char *name)
{
    g_autofree char *word = g_strdup_printf(" %s ", name);

    return strstr(stub_aliases, word) != NULL;
}

static inline void object_property_add_alias(Object *obj, const char *name,
                                             Object *target,
                                             const char *target_name)
{
    g_assert_cmpstr(name, ==, target_name);
    g_strlcat(stub_aliases, name, sizeof(stub_aliases));
    g_strlcat(stub_aliases, " ", sizeof(stub_aliases));
}

#endif /* VQLAB_QEMU_STUB_H */
