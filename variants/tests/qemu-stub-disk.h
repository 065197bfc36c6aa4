/*
 * A disk, its event loop and its interrupt, as much as the glue needs; see
 * qemu-stub.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_QEMU_STUB_DISK_H
#define VQLAB_QEMU_STUB_DISK_H

#define OBJECT(obj) ((Object *)(obj))
#define TYPE_VIRTIO_BLK "virtio-blk-device"
#define object_dynamic_cast(obj, type) (stub_loop.is_disk)
#define VIRTIO_BLK(vdev) (&stub_loop)
#define qemu_get_aio_context() (&stub_loop.threads[0])
#define qemu_get_current_aio_context() (&stub_loop.threads[stub_loop.iothread])

typedef int BlockBackend; /* requests in flight */
typedef char AioContext;

/* The one disk there is; what is scheduled waits until somebody runs it. */
static struct {
    bool is_disk, iothread;
    AioContext threads[2];
    BlockBackend in_flight;
    struct {
        struct {
            BlockBackend *blk;
        } conf;
    } conf;
    struct {
        AioContext *context;
        void (*bh)(void *opaque);
        void *opaque;
    } queue[2];
    int queued;
    int notified[2]; /* by virtio_notify, by virtio_notify_irqfd */
    uint64_t told;   /* of so many published */
} stub_loop = { .conf.conf.blk = &stub_loop.in_flight };

static inline void blk_inc_in_flight(BlockBackend *blk)
{
    ++*blk;
}

static inline void blk_dec_in_flight(BlockBackend *blk)
{
    g_assert_cmpint(*blk, >, 0);
    --*blk;
}

static inline void aio_bh_schedule_oneshot(AioContext *context,
                                           void (*bh)(void *), void *opaque)
{
    g_assert_cmpint(stub_loop.queued, <, G_N_ELEMENTS(stub_loop.queue));
    stub_loop.queue[stub_loop.queued].context = context;
    stub_loop.queue[stub_loop.queued].bh = bh;
    stub_loop.queue[stub_loop.queued++].opaque = opaque;
}

/* Runs what is scheduled, each in its thread, the last first as QEMU does. */
static inline void stub_run_loop(void)
{
    bool was = stub_loop.iothread;

    while (stub_loop.queued > 0) {
        int i = --stub_loop.queued;

        stub_loop.iothread =
            stub_loop.queue[i].context == &stub_loop.threads[1];
        stub_loop.queue[i].bh(stub_loop.queue[i].opaque);
    }
    stub_loop.iothread = was;
}

/*
 * What QEMU 9.1 and later does in a pop in order: at the start of a packed ring
 * it keeps the element where place 0 is.  Between fill and flush only a device
 * in rounds sees that.
 */
static inline void stub_pop(VirtQueue *vq)
{
    vq->used_elems[0] =
        (VirtQueueElement){ .index = 0xdead, .len = 0xdead, .ndescs = 0xdead };
}

/* What the device calls behind a flush, and the glue behind a round. */
void virtio_notify(VirtIODevice *vdev, VirtQueue *vq);
void virtio_notify_irqfd(VirtIODevice *vdev, VirtQueue *vq);

#endif /* VQLAB_QEMU_STUB_DISK_H */
