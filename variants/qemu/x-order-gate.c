/*
 * The gate of x-order
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/aio.h"
#include "qemu/main-loop.h"

#include "x-order-gate.h"

/* OrderDraw */
static uint32_t draw_number(void *rand, uint32_t below)
{
    return g_rand_int_range(rand, 0, below);
}

/* Begins a window if there are enough, or if those that are there must do. */
static bool begin_window(XOrderGate *gate, bool must)
{
    uint32_t n = MIN(gate->waiting->len, gate->shape.window);

    if (n == 0 || (n < gate->shape.window && !must && !gate->drains)) {
        return false;
    }
    gate->counters.windows++;
    gate->counters.cut += n < gate->shape.window;
    order_window_begin(&gate->window, gate->shape.kind, n, draw_number,
                       gate->rand);
    return true;
}

/*
 * Lets a request through, if none is completing.  Returns that request if its
 * coroutine has to be woken: it sleeps, for it was done before.
 */
static XOrderRequest *choose_next(XOrderGate *gate, bool must)
{
    uint32_t i;

    if (gate->completing ||
        (gate->window.left == 0 && !begin_window(gate, must))) {
        return NULL;
    }
    i = order_window_next(&gate->window, draw_number, gate->rand);
    gate->completing = g_ptr_array_remove_index(gate->waiting, i);
    return gate->completing->done ? gate->completing : NULL;
}

/* Does only an arrival help those that wait? */
static bool is_stuck(const XOrderGate *gate)
{
    return !gate->completing && gate->waiting->len > 0 && gate->below == 0;
}

static uint64_t get_progress(const XOrderGate *gate)
{
    return gate->counters.arrived + gate->counters.completed;
}

/* Whether the caller has to set the timer, without the lock. */
static bool wants_timer(XOrderGate *gate)
{
    if (gate->timer_set || !is_stuck(gate)) {
        return false;
    }
    gate->timer_set = true;
    gate->progress_then = get_progress(gate);
    return true;
}

/* Called with the lock, which it releases; @next is what choose_next gave. */
static void unlock_gate(XOrderGate *gate, XOrderRequest *next)
{
    bool timer = wants_timer(gate);

    qemu_mutex_unlock(&gate->lock);
    if (timer) {
        timer_mod(gate->timer,
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + gate->patience_ms);
    }
    if (next) {
        aio_co_wake(next->co);
    }
}

/* The timer: begins a window with those that are there, if still stuck. */
static void stop_waiting(void *opaque)
{
    XOrderGate *gate = opaque;
    XOrderRequest *next = NULL;

    qemu_mutex_lock(&gate->lock);
    gate->timer_set = false;
    if (is_stuck(gate) && get_progress(gate) == gate->progress_then) {
        next = choose_next(gate, true);
    }
    unlock_gate(gate, next);
}

void coroutine_fn x_order_gate_arrive(XOrderGate *gate, XOrderRequest *req)
{
    XOrderRequest *next;

    *req = (XOrderRequest){ .co = qemu_coroutine_self() };
    qemu_mutex_lock(&gate->lock);
    g_ptr_array_add(gate->waiting, req);
    gate->counters.arrived++;
    gate->below++;
    next = choose_next(gate, false);
    unlock_gate(gate, NULL);
    /* Later, for the reason given in x_order_gate_wait. */
    if (next) {
        aio_co_schedule(qemu_coroutine_get_aio_context(next->co), next->co);
    }
}

void coroutine_fn x_order_gate_wait(XOrderGate *gate, XOrderRequest *req)
{
    bool sleeps;

    qemu_mutex_lock(&gate->lock);
    req->done = true;
    gate->below--;
    sleeps = gate->completing != req;
    unlock_gate(gate, NULL);
    /*
     * A request that ends before QEMU's function which submitted it has
     * returned is completed by a bottom half, and others would overtake it.
     * So each sleeps here, and none is woken from within a submission.
     */
    if (!sleeps) {
        aio_co_schedule(qemu_get_current_aio_context(), req->co);
    }
    qemu_coroutine_yield();

    qemu_mutex_lock(&gate->lock);
    assert(gate->completing == req);
    gate->completing = NULL;
    gate->counters.completed++;
    /* The next is entered once this coroutine has ended or yields. */
    unlock_gate(gate, choose_next(gate, false));
}

void x_order_gate_begin_drain(XOrderGate *gate)
{
    qemu_mutex_lock(&gate->lock);
    gate->drains++;
    unlock_gate(gate, choose_next(gate, false));
}

void x_order_gate_end_drain(XOrderGate *gate)
{
    qemu_mutex_lock(&gate->lock);
    assert(gate->drains > 0);
    gate->drains--;
    qemu_mutex_unlock(&gate->lock);
}

XOrderCounters x_order_gate_count(XOrderGate *gate)
{
    XOrderCounters counters;

    qemu_mutex_lock(&gate->lock);
    counters = gate->counters;
    qemu_mutex_unlock(&gate->lock);
    return counters;
}

void x_order_gate_init(XOrderGate *gate, const OrderShape *shape, uint32_t seed,
                       uint64_t patience_ms)
{
    *gate = (XOrderGate){ .shape = *shape, .patience_ms = patience_ms };
    qemu_mutex_init(&gate->lock);
    gate->rand = g_rand_new_with_seed(seed);
    gate->waiting = g_ptr_array_new();
    gate->timer = aio_timer_new(qemu_get_aio_context(), QEMU_CLOCK_REALTIME,
                                SCALE_MS, stop_waiting, gate);
}

void x_order_gate_destroy(XOrderGate *gate)
{
    assert(gate->waiting->len == 0 && !gate->completing);
    timer_free(gate->timer);
    g_ptr_array_free(gate->waiting, true);
    g_rand_free(gate->rand);
    qemu_mutex_destroy(&gate->lock);
}
