/*
 * x-order: a disk that completes requests in a made-up order
 *
 * A block driver over any other node:
 *
 *     -drive if=none,id=d0,driver=x-order,order=shuffle:32,seed=1,file=disk.img
 *
 * Reads and writes go to the node below at once.  Their completions are held
 * back and given out in windows, by count and not by clock: order-shapes.h says
 * what order= can be.  The same seed gives the same order.  Flushes, discards
 * and writes of zeroes pass through and are not counted.
 *
 * A load that keeps fewer requests in flight than a window has would wait for
 * ever.  So when nothing has arrived or completed for patience= milliseconds
 * (100), and at once when QEMU drains the disk, a window begins with those that
 * are there; that is counted as "cut".  An order without cuts is exact.
 *
 * QEMU's schema does not know this driver, so -blockdev refuses it and -drive
 * does not.  The node's file name in query-named-block-nodes is
 *
 *     x-order:{"order":"shuffle:32","seed":1,"completed":960,...}
 *
 * virtio-blk sorts and merges the requests of a batch before it submits them:
 * only with request-merging=off do they arrive here in the order of the ring.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/block_int.h"
#include "block/block-io.h" /* 7.2 cannot take it before block_int.h */
#include "qapi/error.h"
#include "qemu/module.h"
#include "qemu/option.h"

#include "x-order-gate.h"

#ifndef GRAPH_RDLOCK /* before QEMU 8.0 */
#define GRAPH_RDLOCK
#define GRAPH_RDLOCK_GUARD_MAINLOOP()
#define bdrv_co_getlength bdrv_getlength
#define bdrv_drain_begin bdrv_co_drain_begin
#define bdrv_drain_end bdrv_co_drain_end
#endif

#define PATIENCE_MS 100

typedef struct XOrder {
    char *order; /* as it was given */
    uint64_t seed;
    uint64_t patience_ms;
    OrderShape shape;
    XOrderGate gate;
} XOrder;

static int coroutine_fn GRAPH_RDLOCK x_order_co_preadv(BlockDriverState *bs,
                                                       int64_t offset,
                                                       int64_t bytes,
                                                       QEMUIOVector *qiov,
                                                       BdrvRequestFlags flags)
{
    XOrder *s = bs->opaque;
    XOrderRequest req;
    int ret;

    x_order_gate_arrive(&s->gate, &req);
    ret = bdrv_co_preadv(bs->file, offset, bytes, qiov, flags);
    x_order_gate_wait(&s->gate, &req);
    return ret;
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_pwritev(BlockDriverState *bs,
                                                        int64_t offset,
                                                        int64_t bytes,
                                                        QEMUIOVector *qiov,
                                                        BdrvRequestFlags flags)
{
    XOrder *s = bs->opaque;
    XOrderRequest req;
    int ret;

    x_order_gate_arrive(&s->gate, &req);
    ret = bdrv_co_pwritev(bs->file, offset, bytes, qiov, flags);
    x_order_gate_wait(&s->gate, &req);
    return ret;
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_pwrite_zeroes(
    BlockDriverState *bs, int64_t offset, int64_t bytes, BdrvRequestFlags flags)
{
    return bdrv_co_pwrite_zeroes(bs->file, offset, bytes, flags);
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_pdiscard(BlockDriverState *bs,
                                                         int64_t offset,
                                                         int64_t bytes)
{
    return bdrv_co_pdiscard(bs->file, offset, bytes);
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_flush(BlockDriverState *bs)
{
    return bdrv_co_flush(bs->file->bs);
}

static int64_t coroutine_fn GRAPH_RDLOCK
x_order_co_getlength(BlockDriverState *bs)
{
    return bdrv_co_getlength(bs->file->bs);
}

static void x_order_drain_begin(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    x_order_gate_begin_drain(&s->gate);
}

static void x_order_drain_end(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    x_order_gate_end_drain(&s->gate);
}

/* The only place where QMP shows what a driver beyond its schema counts. */
static void x_order_refresh_filename(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;
    XOrderCounters n = x_order_gate_count(&s->gate);

    snprintf(bs->exact_filename, sizeof(bs->exact_filename),
             "x-order:{\"order\":\"%s\",\"seed\":%" PRIu64
             ",\"arrived\":%" PRIu64 ",\"completed\":%" PRIu64
             ",\"windows\":%" PRIu64 ",\"cut\":%" PRIu64 "}",
             s->order, s->seed, n.arrived, n.completed, n.windows, n.cut);
}

static QemuOptsList x_order_opts = {
    .name = "x-order",
    .head = QTAILQ_HEAD_INITIALIZER(x_order_opts.head),
    .desc = { {
                  .name = "order",
                  .type = QEMU_OPT_STRING,
                  .help = "order of completion: " ORDER_SHAPES,
              },
              {
                  .name = "seed",
                  .type = QEMU_OPT_NUMBER,
                  .help = "of all that is drawn, 0 to 4294967295 (1)",
              },
              {
                  .name = "patience",
                  .type = QEMU_OPT_NUMBER,
                  .help = "how long a window is waited for, in ms (100)",
              },
              { /* end of list */ } },
};

static bool x_order_parse(XOrder *s, QDict *options, Error **errp)
{
    QemuOpts *opts = qemu_opts_create(&x_order_opts, NULL, 0, &error_abort);
    const char *order;
    bool ok = false;

    if (!qemu_opts_absorb_qdict(opts, options, errp)) {
        goto out;
    }
    order = qemu_opt_get(opts, "order");
    s->seed = qemu_opt_get_number(opts, "seed", 1);
    s->patience_ms = qemu_opt_get_number(opts, "patience", PATIENCE_MS);
    if (!order || !order_shape_parse(order, &s->shape)) {
        error_setg(errp,
                   "x-order: order=%s: it is one of " ORDER_SHAPES
                   ", of windows of 1 to %u",
                   order ?: "", ORDER_WINDOW_MAX);
    } else if (s->seed > UINT32_MAX) {
        error_setg(errp, "x-order: seed=%" PRIu64 ": it is at most %u", s->seed,
                   UINT32_MAX);
    } else if (s->patience_ms < 1 || s->patience_ms > 60000) {
        error_setg(errp, "x-order: patience=%" PRIu64 ": it is 1 to 60000 ms",
                   s->patience_ms);
    } else {
        s->order = g_strdup(order);
        ok = true;
    }
out:
    qemu_opts_del(opts);
    return ok;
}

static void x_order_close(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    x_order_gate_destroy(&s->gate);
    g_free(s->order);
}

static int x_order_open(BlockDriverState *bs, QDict *options, int flags,
                        Error **errp)
{
    XOrder *s = bs->opaque;
    int ret;

    if (!x_order_parse(s, options, errp)) {
        return -EINVAL;
    }
    /* Before there is a child: attaching it drains this node. */
    x_order_gate_init(&s->gate, &s->shape, s->seed, s->patience_ms);
    ret = bdrv_open_file_child(NULL, options, "file", bs, errp);
    if (ret < 0) {
        x_order_close(bs);
        return ret;
    }

    GRAPH_RDLOCK_GUARD_MAINLOOP();
    bs->supported_write_flags =
        bs->file->bs->supported_write_flags | BDRV_REQ_WRITE_UNCHANGED;
    bs->supported_zero_flags =
        bs->file->bs->supported_zero_flags | BDRV_REQ_WRITE_UNCHANGED;
    return 0;
}

/* Nothing of its own can change; QEMU has compared the options. */
static int x_order_reopen_prepare(BDRVReopenState *state,
                                  BlockReopenQueue *queue, Error **errp)
{
    return 0;
}

static const char *const x_order_strong_runtime_opts[] = { "order", "seed",
                                                           "patience", NULL };

static BlockDriver bdrv_x_order = {
    .format_name = "x-order",
    .instance_size = sizeof(XOrder),
    .is_filter = true,
    .strong_runtime_opts = x_order_strong_runtime_opts,

    .bdrv_open = x_order_open,
    .bdrv_close = x_order_close,
    .bdrv_reopen_prepare = x_order_reopen_prepare,
    .bdrv_child_perm = bdrv_default_perms,
    .bdrv_refresh_filename = x_order_refresh_filename,

    .bdrv_co_getlength = x_order_co_getlength,
    .bdrv_co_preadv = x_order_co_preadv,
    .bdrv_co_pwritev = x_order_co_pwritev,
    .bdrv_co_pwrite_zeroes = x_order_co_pwrite_zeroes,
    .bdrv_co_pdiscard = x_order_co_pdiscard,
    .bdrv_co_flush = x_order_co_flush,

    .bdrv_drain_begin = x_order_drain_begin,
    .bdrv_drain_end = x_order_drain_end,
};

static void x_order_register(void)
{
    bdrv_register(&bdrv_x_order);
}

block_init(x_order_register);
