/*
 * Made-up orders of completion, by count
 *
 * Requests are taken in windows, in the order in which they arrive, and a
 * window is completed before the next one begins:
 *
 *     in-order      as they arrived; nothing waits for a window
 *     shuffle:D     windows of D, in an order drawn evenly from all
 *     straggler:K   windows of K; one of them, drawn evenly, comes last
 *     reverse:D     windows of D, last to first
 *
 * The same code makes vqreplay's orders and those of the disk x-order, so that
 * they mean the same.  Where random numbers come from is the caller's.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ORDER_SHAPES_H
#define VQLAB_ORDER_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

/* As large as the largest ring. */
#define ORDER_WINDOW_MAX 32768u

/* What messages call them. */
#define ORDER_SHAPES "in-order, shuffle:D, straggler:K, reverse:D"

typedef enum OrderKind {
    ORDER_IN_ORDER,
    ORDER_SHUFFLE,
    ORDER_STRAGGLER,
    ORDER_REVERSE,
} OrderKind;

typedef struct OrderShape {
    OrderKind kind;
    uint32_t window; /* requests, 1 to ORDER_WINDOW_MAX */
} OrderShape;

/* A number below @below, which is at least 1; each equally likely. */
typedef uint32_t OrderDraw(void *opaque, uint32_t below);

/* One window while it is completed. */
typedef struct OrderWindow {
    OrderKind kind;
    uint32_t left; /* not yet completed */
    uint32_t late; /* straggler: how many of those left arrived before it */
} OrderWindow;

/* Reads "shuffle:32"; false, and @shape is undefined, if it is none of them. */
bool order_shape_parse(const char *text, OrderShape *shape);

/* Begins a window with @count requests in it, at least 1. */
void order_window_begin(OrderWindow *w, OrderKind kind, uint32_t count,
                        OrderDraw *draw, void *opaque);

/*
 * Which request is completed next: its index among those of the window which
 * are left, in the order of their arrival.  Only while some are left.
 */
uint32_t order_window_next(OrderWindow *w, OrderDraw *draw, void *opaque);

#endif /* VQLAB_ORDER_SHAPES_H */
