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
 * ever.  So when nothing has moved for patience= milliseconds (100), and at
 * once when QEMU drains the disk, a window begins with those that are there;
 * that is counted as "cut".  An order without cuts is exact.
 *
 * QEMU's schema does not know this driver, so -blockdev refuses it and -drive
 * does not.  The node's file name in query-named-block-nodes is
 *
 *     x-order:{"order":"shuffle:32","seed":1,"completed":960,...}
 *
 * virtio-blk sorts and merges the requests of a batch before it submits them:
 * only with request-merging=off do they arrive here in the order of the ring.
 *
 * Requests may come from several threads at once.  One at a time has the turn;
 * it hands the turn on while it completes, which is why a request never
 * overtakes another of its thread.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/block_int.h"
#include "block/block-io.h" /* 7.2 cannot take it before block_int.h */
#include "qapi/error.h"
#include "qemu/coroutine.h"
#include "qemu/module.h"
#include "qemu/option.h"
#include "qemu/thread.h"
#include "qemu/timer.h"

#include "order-shapes.h"

#ifndef GRAPH_RDLOCK /* before QEMU 8.0 */
#define GRAPH_RDLOCK
#define GRAPH_RDLOCK_GUARD_MAINLOOP()
#define bdrv_co_getlength bdrv_getlength
#define bdrv_drain_begin bdrv_co_drain_begin
#define bdrv_drain_end bdrv_co_drain_end
#endif

#define PATIENCE_MS 100

/* On the stack of the request's coroutine. */
typedef struct XOrderRequest {
    Coroutine *co;
    bool done; /* the node below has completed it */
} XOrderRequest;

typedef struct XOrder {
    char *order; /* as it was given */
    uint64_t seed;
    uint64_t patience_ms;
    OrderShape shape;
    QEMUTimer
        *timer; /* of the main loop, whatever thread the requests are in */

    QemuMutex lock; /* for all below; nothing is called or entered under it */
    GRand *rand;
    GPtrArray *waiting;  /* XOrderRequest, as they arrived */
    OrderWindow window;  /* its requests are the first of those waiting */
    XOrderRequest *turn; /* completes next; not among those waiting */
    uint32_t below;      /* how many are not done */
    uint32_t drains;     /* nested: while there is one, nothing is waited for */
    bool timer_set;
    uint64_t moved_then; /* when the timer was set */

    /* Counters, never reset. */
    uint64_t arrived;
    uint64_t completed;
    uint64_t windows;
    uint64_t cut; /* windows with fewer than they should have */
} XOrder;

/* OrderDraw */
static uint32_t x_order_draw(void *rand, uint32_t below)
{
    return g_rand_int_range(rand, 0, below);
}

/* Begins a window if there are enough, or if those that are there must do. */
static bool x_order_begin_window(XOrder *s, bool must)
{
    uint32_t n = MIN(s->waiting->len, s->shape.window);

    if (n == 0 || (n < s->shape.window && !must && !s->drains)) {
        return false;
    }
    s->windows++;
    s->cut += n < s->shape.window;
    order_window_begin(&s->window, s->shape.kind, n, x_order_draw, s->rand);
    return true;
}

/*
 * Gives the turn to a request, if nobody has it.  Returns that request if its
 * coroutine has to be woken: it sleeps, for it was done before.
 */
static XOrderRequest *x_order_next(XOrder *s, bool must)
{
    uint32_t i;

    if (s->turn || (s->window.left == 0 && !x_order_begin_window(s, must))) {
        return NULL;
    }
    i = order_window_next(&s->window, x_order_draw, s->rand);
    s->turn = g_ptr_array_remove_index(s->waiting, i);
    return s->turn->done ? s->turn : NULL;
}

/* Does only an arrival help those that wait? */
static bool x_order_is_stuck(const XOrder *s)
{
    return !s->turn && s->waiting->len > 0 && s->below == 0;
}

static uint64_t x_order_moved(const XOrder *s)
{
    return s->arrived + s->completed;
}

/* Whether the caller has to set the timer, without the lock. */
static bool x_order_wants_timer(XOrder *s)
{
    if (s->timer_set || !x_order_is_stuck(s)) {
        return false;
    }
    s->timer_set = true;
    s->moved_then = x_order_moved(s);
    return true;
}

/* Called with the lock, which it releases; @next is x_order_next's. */
static void x_order_unlock(XOrder *s, XOrderRequest *next)
{
    bool timer = x_order_wants_timer(s);

    qemu_mutex_unlock(&s->lock);
    if (timer) {
        timer_mod(s->timer,
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + s->patience_ms);
    }
    if (next) {
        aio_co_wake(next->co);
    }
}

static void x_order_timer(void *opaque)
{
    XOrder *s = opaque;
    XOrderRequest *next = NULL;

    qemu_mutex_lock(&s->lock);
    s->timer_set = false;
    if (x_order_is_stuck(s) && x_order_moved(s) == s->moved_then) {
        next = x_order_next(s, true);
    }
    x_order_unlock(s, next);
}

/* Before the request goes to the node below. */
static void coroutine_fn x_order_arrive(XOrder *s, XOrderRequest *req)
{
    XOrderRequest *next;

    *req = (XOrderRequest){ .co = qemu_coroutine_self() };
    qemu_mutex_lock(&s->lock);
    g_ptr_array_add(s->waiting, req);
    s->arrived++;
    s->below++;
    next = x_order_next(s, false);
    x_order_unlock(s, NULL);
    /* Later, for the reason given in x_order_wait. */
    if (next) {
        aio_co_schedule(qemu_coroutine_get_aio_context(next->co), next->co);
    }
}

/* It is back; returns when it may be completed. */
static void coroutine_fn x_order_wait(XOrder *s, XOrderRequest *req)
{
    bool sleeps;

    qemu_mutex_lock(&s->lock);
    req->done = true;
    s->below--;
    sleeps = s->turn != req;
    x_order_unlock(s, NULL);
    /*
     * A request that ends before QEMU's function which submitted it has
     * returned is completed by a bottom half, and others would overtake it.
     * So each sleeps here, and none is woken from within a submission.
     */
    if (!sleeps) {
        aio_co_schedule(qemu_get_current_aio_context(), req->co);
    }
    qemu_coroutine_yield();

    qemu_mutex_lock(&s->lock);
    assert(s->turn == req);
    s->turn = NULL;
    s->completed++;
    /* The next is entered once this coroutine has ended or yields. */
    x_order_unlock(s, x_order_next(s, false));
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_preadv(BlockDriverState *bs,
                                                       int64_t offset,
                                                       int64_t bytes,
                                                       QEMUIOVector *qiov,
                                                       BdrvRequestFlags flags)
{
    XOrderRequest req;
    int ret;

    x_order_arrive(bs->opaque, &req);
    ret = bdrv_co_preadv(bs->file, offset, bytes, qiov, flags);
    x_order_wait(bs->opaque, &req);
    return ret;
}

static int coroutine_fn GRAPH_RDLOCK x_order_co_pwritev(BlockDriverState *bs,
                                                        int64_t offset,
                                                        int64_t bytes,
                                                        QEMUIOVector *qiov,
                                                        BdrvRequestFlags flags)
{
    XOrderRequest req;
    int ret;

    x_order_arrive(bs->opaque, &req);
    ret = bdrv_co_pwritev(bs->file, offset, bytes, qiov, flags);
    x_order_wait(bs->opaque, &req);
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

    qemu_mutex_lock(&s->lock);
    s->drains++;
    x_order_unlock(s, x_order_next(s, false));
}

static void x_order_drain_end(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    qemu_mutex_lock(&s->lock);
    assert(s->drains > 0);
    s->drains--;
    qemu_mutex_unlock(&s->lock);
}

/* The only place where QMP shows what a driver beyond its schema counts. */
static void x_order_refresh_filename(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    qemu_mutex_lock(&s->lock);
    snprintf(bs->exact_filename, sizeof(bs->exact_filename),
             "x-order:{\"order\":\"%s\",\"seed\":%" PRIu64
             ",\"arrived\":%" PRIu64 ",\"completed\":%" PRIu64
             ",\"windows\":%" PRIu64 ",\"cut\":%" PRIu64 "}",
             s->order, s->seed, s->arrived, s->completed, s->windows, s->cut);
    qemu_mutex_unlock(&s->lock);
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

static void x_order_init(XOrder *s)
{
    qemu_mutex_init(&s->lock);
    s->rand = g_rand_new_with_seed(s->seed);
    s->waiting = g_ptr_array_new();
    s->timer = aio_timer_new(qemu_get_aio_context(), QEMU_CLOCK_REALTIME,
                             SCALE_MS, x_order_timer, s);
}

static void x_order_close(BlockDriverState *bs)
{
    XOrder *s = bs->opaque;

    assert(s->waiting->len == 0 && !s->turn);
    timer_free(s->timer);
    g_ptr_array_free(s->waiting, true);
    g_rand_free(s->rand);
    qemu_mutex_destroy(&s->lock);
    g_free(s->order);
}

static int x_order_open(BlockDriverState *bs, QDict *options, int flags,
                        Error **errp)
{
    int ret;

    if (!x_order_parse(bs->opaque, options, errp)) {
        return -EINVAL;
    }
    /* Before there is a child: attaching it drains this node. */
    x_order_init(bs->opaque);
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
