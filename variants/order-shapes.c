/*
 * Made-up orders of completion, by count
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "order-shapes.h"

#include <string.h>

/* Decimal digits and nothing else, 1 to ORDER_WINDOW_MAX; otherwise 0. */
static uint32_t parse_window(const char *text)
{
    uint32_t n = 0;

    do {
        if (*text < '0' || *text > '9') {
            return 0;
        }
        n = n * 10 + (*text - '0');
        if (n > ORDER_WINDOW_MAX) {
            return 0;
        }
    } while (*++text);
    return n;
}

bool order_shape_parse(const char *text, OrderShape *shape)
{
    static const struct {
        const char *name;
        OrderKind kind;
    } windowed[] = {
        { "shuffle:", ORDER_SHUFFLE },
        { "straggler:", ORDER_STRAGGLER },
        { "reverse:", ORDER_REVERSE },
    };

    if (strcmp(text, "in-order") == 0) {
        *shape = (OrderShape){ ORDER_IN_ORDER, 1 };
        return true;
    }
    for (unsigned i = 0; i < sizeof(windowed) / sizeof(windowed[0]); i++) {
        size_t n = strlen(windowed[i].name);

        if (strncmp(text, windowed[i].name, n) == 0) {
            *shape = (OrderShape){ windowed[i].kind, parse_window(text + n) };
            return shape->window > 0;
        }
    }
    return false;
}

void order_window_begin(OrderWindow *w, OrderKind kind, uint32_t count,
                        OrderDraw *draw, void *opaque)
{
    w->kind = kind;
    w->left = count;
    w->late = kind == ORDER_STRAGGLER ? draw(opaque, count) : 0;
}

uint32_t order_window_next(OrderWindow *w, OrderDraw *draw, void *opaque)
{
    uint32_t last = --w->left;

    switch (w->kind) {
    case ORDER_SHUFFLE:
        return draw(opaque, last + 1);
    case ORDER_REVERSE:
        return last;
    case ORDER_STRAGGLER:
        if (w->late > 0) {
            w->late--;
            return 0;
        }
        /* The straggler is the first of those left. */
        return last > 0 ? 1 : 0;
    default:
        return 0;
    }
}
