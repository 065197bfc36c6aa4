/*
 * The gate of x-order: requests that the node below has done are held back and
 * let through in a made-up order
 *
 * Requests may come from several threads at once.  One at a time is let
 * through; it lets the next one through while it completes, which is why a
 * request never overtakes another of its thread.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_X_ORDER_GATE_H
#define VQLAB_X_ORDER_GATE_H

#include "qemu/coroutine.h"
#include "qemu/thread.h"
#include "qemu/timer.h"

#include "order-shapes.h"

/* On the stack of the request's coroutine. */
typedef struct XOrderRequest {
    Coroutine *co;
    bool done; /* the node below has completed it */
} XOrderRequest;

/* Since the disk was opened, never reset. */
typedef struct XOrderCounters {
    uint64_t arrived;
    uint64_t completed;
    uint64_t windows;
    uint64_t cut; /* windows with fewer than they should have */
} XOrderCounters;

typedef struct XOrderGate {
    OrderShape shape;
    uint64_t patience_ms;
    QEMUTimer
        *timer; /* of the main loop, whatever thread the requests are in */

    QemuMutex lock; /* for all below; nothing is called or entered under it */
    GRand *rand;
    GPtrArray *waiting;        /* XOrderRequest, as they arrived */
    OrderWindow window;        /* its requests are the first of those waiting */
    XOrderRequest *completing; /* is let through; not among those waiting */
    uint32_t below;            /* how many are not done */
    uint32_t drains; /* nested: while there is one, nothing is waited for */
    bool timer_set;
    uint64_t progress_then; /* when the timer was set */
    XOrderCounters counters;
} XOrderGate;

/*
 * Orders by @shape, drawing from @seed.  When requests wait and none has
 * arrived or completed for @patience_ms, a window begins with fewer than it
 * should have.
 */
void x_order_gate_init(XOrderGate *gate, const OrderShape *shape, uint32_t seed,
                       uint64_t patience_ms);

/* No request may be left. */
void x_order_gate_destroy(XOrderGate *gate);

/* Before the request goes to the node below. */
void coroutine_fn x_order_gate_arrive(XOrderGate *gate, XOrderRequest *req);

/* It is back; returns when it may be completed. */
void coroutine_fn x_order_gate_wait(XOrderGate *gate, XOrderRequest *req);

/* Between these no window waits for more requests.  They may be nested. */
void x_order_gate_begin_drain(XOrderGate *gate);
void x_order_gate_end_drain(XOrderGate *gate);

/* All of one moment. */
XOrderCounters x_order_gate_count(XOrderGate *gate);

#endif /* VQLAB_X_ORDER_GATE_H */
