/*
 * vqlab's in-order strategies in QEMU's virtio core: what virtio.c calls
 *
 * Included near the top of hw/virtio/virtio.c.  The functions are static and
 * defined in reorder-queue.c.inc, reorder-round.c.inc and reorder-device.c.inc,
 * included at the end of that file, where the ring functions they use are
 * known; so are reorder-complete.c.inc and reorder-flush.c.inc, with the public
 * ones that complete elements.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_REORDER_HOOKS_H
#define VQLAB_REORDER_HOOKS_H

#include "qapi/error.h"
#include "block/aio.h"
#include "hw/virtio/virtio-blk.h"
#include "qom/object.h"
#include "hot.h"
#include "reorder.h"
#if __has_include("system/block-backend.h")
#include "system/block-backend.h"
#else /* before QEMU 10 */
#include "sysemu/block-backend.h"
#endif

/*
 * The probes attach to these by name, so each must exist as one function
 * that its callers really call.
 */
#define VQLAB_PROBED __attribute__((noinline, noclone, used))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
void *virtqueue_pop(VirtQueue *vq, size_t sz) VQLAB_PROBED;
void virtqueue_fill(VirtQueue *vq, const VirtQueueElement *elem,
                    unsigned int len, unsigned int idx) VQLAB_PROBED;
void virtqueue_flush(VirtQueue *vq, unsigned int count) VQLAB_PROBED;
void virtqueue_unpop(VirtQueue *vq, const VirtQueueElement *elem,
                     unsigned int len) VQLAB_PROBED;
void virtqueue_detach_element(VirtQueue *vq, const VirtQueueElement *elem,
                              unsigned int len) VQLAB_PROBED;
bool virtqueue_rewind(VirtQueue *vq, unsigned int num) VQLAB_PROBED;
void virtio_reset(void *opaque) VQLAB_PROBED;
#pragma GCC diagnostic pop
#undef VQLAB_PROBED

/*
 * QEMU's own virtqueue_fill and virtqueue_flush, renamed: a queue that is not
 * ordered goes on to them with one comparison and a jump.
 */
static void virtqueue_unordered_fill(VirtQueue *vq,
                                     const VirtQueueElement *elem,
                                     unsigned int len, unsigned int idx)
    __attribute__((noinline));
static void virtqueue_unordered_flush(VirtQueue *vq, unsigned int count)
    __attribute__((noinline));

/* An element has been popped: give it its place in the order. */
static inline void virtqueue_reorder_pop(VirtQueue *vq, VirtQueueElement *elem);

/*
 * Is there a round of completions that is not published yet?  Then the driver
 * is notified once it is, if it wants to be, and not now.
 */
static inline bool virtqueue_reorder_holds(VirtQueue *vq);

/* Take back the last num pops; false if a strategy cannot. */
static bool virtqueue_reorder_rewind(VirtQueue *vq, unsigned int num);

/* The element will not be filled; unknown elements are ignored. */
static void virtqueue_reorder_detach(VirtQueue *vq,
                                     const VirtQueueElement *elem);

/* The queue starts afresh; the next pop decides whether it is ordered. */
static void virtqueue_reorder_reset(VirtQueue *vq);

/* Free the state of one queue, and of all queues and the device. */
static void virtqueue_reorder_free(VirtQueue *vq);
static void virtio_reorder_free(VirtIODevice *vdev);

/* 0, or a negative errno if the state just loaded cannot be ordered. */
static int virtio_reorder_loaded(VirtIODevice *vdev);

/* Offer VIRTIO_F_IN_ORDER if x-reorder names a strategy. */
static bool virtio_reorder_realize(DeviceState *dev, Error **errp);

/* Add the properties to the class, and to the proxy device if it lacks them. */
static void virtio_reorder_class_init(ObjectClass *klass);
static void virtio_reorder_alias(Object *vdev, Object *proxy);

#endif /* VQLAB_REORDER_HOOKS_H */
