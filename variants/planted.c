/*
 * Strategies with a cost that is known: planted-20, planted-100, planted-500,
 * planted-2000; slowed-200, slowed-600
 *
 * planted-N: the array window, whose fill executes so many instructions more
 * for each element.  What counts instructions has to find them: that many,
 * there, and no others.  How long they take depends on what was there before,
 * so what measures time has slowed-N: its fill waits for so many ticks of the
 * processor's time stamp counter.  They are not among reorder_strategies: only
 * who asks for one by name gets it.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "array-window.h"

/* The array window under another name, whose fill does @EXTRA first. */
#define PLANTED(id, NAME, SUMMARY, EXTRA)                                      \
    static Reorder *id##_create(uint32_t ring_size);                           \
                                                                               \
    static REORDER_HOT int32_t id##_fill(Reorder *r, uint32_t key,             \
                                         const ReorderElem *elem)              \
    {                                                                          \
        EXTRA;                                                                 \
        return array_window_fill(r, key, elem);                                \
    }                                                                          \
                                                                               \
    static const ReorderOps id = {                                             \
        .name = NAME,                                                          \
        .summary = SUMMARY,                                                    \
        .create = id##_create,                                                 \
        .destroy = array_window_destroy,                                       \
        .reset = array_window_reset,                                           \
        .outstanding = array_window_outstanding,                               \
        .pop = array_window_pop,                                               \
        .fill = id##_fill,                                                     \
        .drain = array_window_drain,                                           \
        .rewind = array_window_rewind,                                         \
        .detach = array_window_detach,                                         \
    };                                                                         \
                                                                               \
    static Reorder *id##_create(uint32_t ring_size)                            \
    {                                                                          \
        Reorder *r = array_window_create(ring_size);                           \
                                                                               \
        r->ops = &id;                                                          \
        return r;                                                              \
    }

/*
 * The last of the @n is the jump to the array window's fill, which compilers
 * make of a call at the end; the others do nothing.
 */
#define INSTRUCTIONS(n)                                                        \
    PLANTED(planted_##n, "planted-" #n,                                        \
            "array-window, and " #n " instructions more a fill",               \
            asm volatile(".rept " #n " - 1\n\tnop\n\t.endr"))

static inline void wait_ticks(uint64_t n)
{
    uint64_t start = __builtin_ia32_rdtsc();

    while (__builtin_ia32_rdtsc() - start < n) {
    }
}

#define TICKS(n)                                                               \
    PLANTED(slowed_##n, "slowed-" #n,                                          \
            "array-window, and a wait of " #n " ticks a fill", wait_ticks(n))

INSTRUCTIONS(20)
INSTRUCTIONS(100)
INSTRUCTIONS(500)
INSTRUCTIONS(2000)
TICKS(200)
TICKS(600)

const ReorderOps *reorder_planted(const char *name)
{
    static const ReorderOps *const all[] = { &planted_20,  &planted_100,
                                             &planted_500, &planted_2000,
                                             &slowed_200,  &slowed_600 };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(all); i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}
