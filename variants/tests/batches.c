/*
 * Which used entries batch-used writes: see batches.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "batches.h"

#include "variants/strategy.h"

/* What is to happen to one of the elements of test_batches. */
typedef struct Completion {
    ReorderElem elem;
    enum { DONE, SHORT, GONE } how;
} Completion;

/* The entries for some elements that one flush publishes, written out. */
static const struct {
    Completion c[6];
    ReorderElem entry[5]; /* the last: all 0 */
} cases[] = {
    { { { { 1, 5, 1 }, DONE } }, { { 1, 5, 1 } } },
    { { { { 1, 5, 1 }, SHORT } }, { { 1, 5, 1 } } },
    { { { { 1, 5, 1 }, DONE }, { { 2, 6, 2 }, DONE }, { { 3, 0, 1 }, DONE } },
      { { 3, 0, 4 } } },
    { { { { 1, 5, 1 }, DONE }, { { 2, 6, 2 }, SHORT }, { { 3, 7, 1 }, DONE } },
      { { 2, 6, 3 }, { 3, 7, 1 } } },
    { { { { 1, 5, 1 }, SHORT }, { { 2, 6, 1 }, SHORT } },
      { { 1, 5, 1 }, { 2, 6, 1 } } },
    { { { { 1, 5, 1 }, DONE },
        { { 2, 6, 1 }, GONE },
        { { 3, 7, 1 }, DONE },
        { { 4, 8, 1 }, DONE },
        { { 5, 9, 1 }, GONE } },
      { { 1, 5, 1 }, { 4, 8, 2 } } },
};

/*
 * Completes the @n elements of @c, the youngest first, so that none has a place
 * before; returns how many are to be published.
 */
static uint32_t complete(Reorder *r, const Completion *c, uint32_t n)
{
    uint32_t key[G_N_ELEMENTS(cases[0].c)], total = 0, k;
    int32_t place;

    for (k = 0; k < n; k++) {
        key[k] = r->ops->pop(r, 0, 1);
    }
    for (k = n; k-- > 0;) {
        if (c[k].how == GONE) {
            g_assert_true(r->ops->detach(r, key[k], NULL, NULL));
            continue;
        }
        total++;
        place = reorder_complete(r, key[k], &c[k].elem,
                                 c[k].elem.len + (c[k].how == SHORT));
        g_assert_cmpint(place, ==, n == 1 ? 0 : REORDER_KEPT);
    }
    return total;
}

static void assert_entries(const Reorder *r, const ReorderElem *want)
{
    uint32_t k, i;

    for (k = 0; k < 2; k++) {
        for (i = 0; i < r->run[k].n; i++, want++) {
            const ReorderElem *got = &r->run[k].elem[i];

            g_assert_cmpuint(got->id, ==, want->id);
            g_assert_cmpuint(got->len, ==, want->len);
            g_assert_cmpuint(got->ndescs, ==, want->ndescs);
        }
    }
    g_assert_cmpuint(want->id, ==, 0);
}

void test_batches(void)
{
    size_t i;
    int lap;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reorder *r = reorder_batch_used.create(8);
        uint32_t n = 0, total;
        ReorderBatch batch;

        while (cases[i].c[n].elem.id) {
            n++;
        }
        for (lap = 0; lap < 40; lap++) { /* wherever it lies in the window */
            total = complete(r, cases[i].c, n);
            batch = r->ops->drain(r);
            g_assert_cmpuint(batch.total, ==, total);
            /* One alone has been written. */
            g_assert_cmpuint(batch.unwritten, ==, n == 1 ? 0 : total);
            if (n > 1) {
                assert_entries(r, cases[i].entry);
            }
            g_assert_cmpuint(r->ops->outstanding(r), ==, 0);
        }
        r->ops->destroy(r);
    }
}
