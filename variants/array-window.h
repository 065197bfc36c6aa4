/*
 * The array window: what in-place.c and batch-used.c share of it
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ARRAY_WINDOW_H
#define VQLAB_ARRAY_WINDOW_H

#include "strategy.h"

typedef struct ArrayWindow {
    Reorder reorder;
    OrderWindow w;
    uint32_t frontier; /* in-place only: the oldest that is not complete */
    uint32_t detached; /* how many in the window are */
    ReorderElem *elems;
    uint8_t state[]; /* 0 outside of the window */
} ArrayWindow;

static inline ArrayWindow *array_window(const Reorder *r)
{
    return (ArrayWindow *)r;
}

ArrayWindow *array_window_new(uint32_t ring_size);

/* ReorderOps */
Reorder *array_window_create(uint32_t ring_size);
void array_window_destroy(Reorder *r);
void array_window_reset(Reorder *r);
uint32_t array_window_outstanding(const Reorder *r);
uint32_t array_window_pop(Reorder *r, uint32_t id, uint32_t ndescs);
int32_t array_window_fill(Reorder *r, uint32_t key, const ReorderElem *elem);
ReorderBatch array_window_drain(Reorder *r);
bool array_window_rewind(Reorder *r, uint32_t n);
bool array_window_detach(Reorder *r, uint32_t key, ReorderReadFn *read,
                         void *opaque);

#endif /* VQLAB_ARRAY_WINDOW_H */
