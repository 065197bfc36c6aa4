/*
 * Strategies with a cost that is known: planted-20, planted-100, planted-500,
 * planted-2000
 *
 * The array window, whose fill executes so many instructions more for each
 * element.  What counts instructions has to find them: that many, there, and
 * no others.  They are not among reorder_strategies: only who asks for one by
 * name gets it.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "array-window.h"

#define PLANTED_SUMMARY(n) "array-window, and " #n " instructions more a fill"

/*
 * The last of the @n is the jump to the array window's fill, which compilers
 * make of a call at the end; the others do nothing.
 */
#define PLANTED(n)                                                             \
    static Reorder *planted_##n##_create(uint32_t ring_size);                  \
                                                                               \
    static REORDER_HOT int32_t planted_##n##_fill(Reorder *r, uint32_t key,    \
                                                  const ReorderElem *elem)     \
    {                                                                          \
        asm volatile(".rept " #n " - 1\n\tnop\n\t.endr");                      \
        return array_window_fill(r, key, elem);                                \
    }                                                                          \
                                                                               \
    static const ReorderOps planted_##n = {                                    \
        .name = "planted-" #n,                                                 \
        .summary = PLANTED_SUMMARY(n),                                         \
        .create = planted_##n##_create,                                        \
        .destroy = array_window_destroy,                                       \
        .reset = array_window_reset,                                           \
        .outstanding = array_window_outstanding,                               \
        .pop = array_window_pop,                                               \
        .fill = planted_##n##_fill,                                            \
        .drain = array_window_drain,                                           \
        .rewind = array_window_rewind,                                         \
        .detach = array_window_detach,                                         \
    };                                                                         \
                                                                               \
    static Reorder *planted_##n##_create(uint32_t ring_size)                   \
    {                                                                          \
        Reorder *r = array_window_create(ring_size);                           \
                                                                               \
        r->ops = &planted_##n;                                                 \
        return r;                                                              \
    }

PLANTED(20)
PLANTED(100)
PLANTED(500)
PLANTED(2000)

const ReorderOps *reorder_planted(const char *name)
{
    static const ReorderOps *const all[] = { &planted_20, &planted_100,
                                             &planted_500, &planted_2000 };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(all); i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}
