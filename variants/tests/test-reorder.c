/*
 * Each strategy against the oracle, under ASan and UBSan
 *
 * VQLAB_TEST_SEED=N runs the same operations again.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>

#include "oracle.h"

#define MIN_OPS 1000000u /* for each strategy */

/* Of the sanitisers' run-time library; Debian's gcc has no header for it. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));

static const uint32_t ring_sizes[] = {
    1,   2,   3,   5,   7,   8,    31,   63,   64,   65,    100,   127,
    128, 191, 255, 256, 257, 1000, 1024, 4095, 4096, 32767, 32768,
};

static uint32_t seed;

/* Which of the live elements a phase completes. */
typedef enum Order {
    ORDER_OLDEST,
    ORDER_ANY,
    ORDER_WINDOW, /* any of the eight oldest */
    ORDER_NEWEST,
    ORDER_STRAGGLER, /* any but the oldest */
    ORDER_COUNT,
} Order;

static uint32_t below(GRand *rand, uint32_t n)
{
    return ((uint64_t)g_rand_int(rand) * n) >> 32;
}

/* The first live seq from @seq on in the direction of @step, or any. */
static uint64_t pick_from(const Oracle *o, uint64_t seq, int step)
{
    uint32_t tries;

    /* Bounded: the model may be slow, but not quadratic. */
    for (tries = 0; tries < 64; tries++, seq += step) {
        if (seq < o->base || seq >= o->tail) {
            break;
        }
        if (oracle_item(o, seq)->state == ITEM_LIVE) {
            return seq;
        }
    }
    return o->live[0];
}

static uint64_t pick(const Oracle *o, GRand *rand, Order order)
{
    uint64_t seq = o->live[below(rand, o->n_live)];

    switch (order) {
    case ORDER_OLDEST:
        return pick_from(o, o->base, 1);
    case ORDER_WINDOW:
        return pick_from(o, o->base + below(rand, 8), 1);
    case ORDER_NEWEST:
        return pick_from(o, o->tail - 1, -1);
    case ORDER_STRAGGLER:
        return seq == o->base && o->n_live > 1 ? pick_from(o, seq + 1, 1) : seq;
    default:
        return seq;
    }
}

/* Operations that a correct strategy refuses, and which change nothing. */
static void misuse(Oracle *o, GRand *rand)
{
    bool detach = below(rand, 2);
    uint32_t key;

    switch (below(rand, 5)) {
    case 0: /* a key never seen, or of something that is gone */
        key = below(rand, 2) ? g_rand_int(rand) : below(rand, o->size);
        if (!g_hash_table_contains(o->keys, GUINT_TO_POINTER(key))) {
            oracle_refused(o, key, detach);
        }
        break;
    case 1: /* a key that was valid once */
        if (o->n_stale > 0) {
            key = o->stale[below(rand, MIN(o->n_stale, ORACLE_STALE))];
            oracle_refused(o, key, detach);
        }
        break;
    case 2: /* a second completion of one that is not drained yet */
        if (oracle_outstanding(o) > 0) {
            const Item *item =
                oracle_item(o, o->base + below(rand, oracle_outstanding(o)));

            if (item->state != ITEM_LIVE) {
                oracle_refused(o, item->key, detach);
            }
        }
        break;
    case 3: /* a neighbour of a valid key */
        if (o->n_live > 0) {
            key = oracle_item(o, o->live[0])->key ^ (1u << below(rand, 32));
            if (!g_hash_table_contains(o->keys, GUINT_TO_POINTER(key))) {
                oracle_refused(o, key, detach);
            }
        }
        break;
    default: /* more than is outstanding; often across filled ones, too */
        oracle_rewind(o, oracle_outstanding(o) + below(rand, 3));
        break;
    }
}

/* One phase: weights and an order, drawn once and held for a while. */
static void random_phase(Oracle *o, GRand *rand, uint32_t n)
{
    static const uint32_t drains[] = { 2, 2, 16, 200 };
    Order order = below(rand, ORDER_COUNT);
    uint32_t target = below(rand, 2) ? o->size : 1 + below(rand, o->size);
    uint32_t drain_in = drains[below(rand, G_N_ELEMENTS(drains))];
    uint32_t rare = below(rand, 2) ? 20 : 500;

    while (n-- > 0 && !o->failed) {
        bool grow = oracle_outstanding(o) < target;

        if (below(rand, drain_in) == 0) {
            oracle_drain(o);
        } else if (below(rand, rare) == 0) {
            switch (below(rand, 8)) {
            case 0:
            case 1:
                oracle_rewind(o, below(rand, 4));
                break;
            case 2:
                oracle_rewind(o, below(rand, oracle_outstanding(o) + 1));
                break;
            case 3:
            case 4:
                if (o->n_live > 0) {
                    oracle_detach(o, pick(o, rand, order));
                }
                break;
            case 5:
                if (below(rand, 40) == 0) {
                    oracle_reset(o);
                }
                break;
            default:
                misuse(o, rand);
                break;
            }
        } else if (o->n_live == 0 || below(rand, 8) < (grow ? 6 : 1)) {
            oracle_pop(o);
        } else {
            oracle_fill(o, pick(o, rand, order));
        }
    }
}

/* The ring becomes completely full, and completely done, before the drain. */
static void full_lap(Oracle *o, GRand *rand)
{
    Order order = below(rand, ORDER_COUNT);
    bool detach_some = below(rand, 3) == 0;

    while (oracle_outstanding(o) < o->size && !o->failed) {
        oracle_pop(o);
    }
    oracle_pop(o); /* refused */
    while (o->n_live > 0 && !o->failed) {
        if (detach_some && below(rand, 3) == 0) {
            oracle_detach(o, pick(o, rand, order));
        } else {
            oracle_fill(o, pick(o, rand, order));
        }
    }
    if (!o->failed) {
        oracle_pop(o); /* refused: done is not drained */
    }
    if (!o->failed) {
        oracle_drain(o);
    }
}

/* Returns the number of operations. */
static uint64_t against_oracle(const ReorderOps *ops, uint32_t size)
{
    const uint32_t seeds[] = { seed, size };
    GRand *rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
    g_autofree char *where =
        g_strdup_printf("VQLAB_TEST_SEED=%u -p /reorder/%s", seed, ops->name);
    uint64_t min_ops = MAX(36000, 20 * (uint64_t)size);
    Oracle *o = oracle_new(ops, size, where);
    uint64_t n;

    while (!o->failed && (o->n_ops < min_ops || o->n_drained < 6 * size)) {
        if (below(rand, 4) == 0) {
            full_lap(o, rand);
        } else {
            random_phase(o, rand, 100 + below(rand, 2 * size));
        }
    }
    if (!o->failed) {
        /* The run has been where it was meant to go. */
        g_assert_cmpuint(o->max_outstanding, ==, size);
        g_assert_cmpuint(o->n_refused, >, 50);
    }
    n = o->n_ops;
    oracle_free(o);
    g_rand_free(rand);
    return n;
}

static void test_oracle(gconstpointer data)
{
    uint64_t n_ops = 0;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(ring_sizes) && !g_test_failed(); i++) {
        n_ops += against_oracle(data, ring_sizes[i]);
    }
    g_test_message("%" G_GUINT64_FORMAT " operations", n_ops);
    if (!g_test_failed()) {
        g_assert_cmpuint(n_ops, >=, MIN_OPS);
    }
}

/* The interface in a few lines, with the answers written out. */
static void test_example(gconstpointer data)
{
    const ReorderOps *ops = data;
    Reorder *r = ops->create(4);
    ReorderElem out[4];
    uint32_t a, b, c, d, e;

    g_assert_true(ops->pop(r, &a) && ops->pop(r, &b) && ops->pop(r, &c));
    g_assert_cmpuint(ops->drain(r, out), ==, 0);
    g_assert_true(ops->fill(r, c, &(ReorderElem){ 13, 300, 3 }));
    g_assert_cmpuint(ops->drain(r, out), ==, 0);
    g_assert_true(ops->fill(r, a, &(ReorderElem){ 11, 100, 1 }));
    g_assert_cmpuint(ops->drain(r, out), ==, 1);
    g_assert_cmpuint(out[0].id, ==, 11);
    g_assert_cmpuint(out[0].len, ==, 100);

    g_assert_true(ops->pop(r, &d));
    g_assert_false(ops->rewind(r, 2)); /* c is filled */
    g_assert_true(ops->rewind(r, 1));
    g_assert_false(ops->fill(r, d, &(ReorderElem){ 14, 0, 1 }));
    g_assert_true(ops->pop(r, &e));
    g_assert_false(ops->detach(r, d)); /* e has its place */

    g_assert_true(ops->detach(r, b));
    g_assert_false(ops->fill(r, b, &(ReorderElem){ 12, 0, 1 }));
    g_assert_true(ops->fill(r, e, &(ReorderElem){ 15, 500, 2 }));
    g_assert_cmpuint(ops->drain(r, out), ==, 2);
    g_assert_cmpuint(out[0].id, ==, 13);
    g_assert_cmpuint(out[0].ndescs, ==, 3);
    g_assert_cmpuint(out[1].id, ==, 15);
    ops->destroy(r);
}

/* A rewound key stays invalid for as long as strategy.h says. */
static void test_stale_key(gconstpointer data)
{
    const ReorderOps *ops = data;
    Reorder *r = ops->create(REORDER_RING_MAX);
    uint32_t reuses = (1u << 30) / REORDER_RING_MAX - 1;
    const ReorderElem elem = { 1, 2, 3 };
    uint32_t first, key, i;

    g_assert_true(ops->pop(r, &first) && ops->rewind(r, 1));
    for (i = 0; i < reuses; i++) {
        g_assert_true(ops->pop(r, &key));
        g_assert_false(ops->fill(r, first, &elem));
        g_assert_false(ops->detach(r, first));
        g_assert_true(ops->rewind(r, 1));
    }
    ops->destroy(r);
}

static uint64_t mallocs, frees;

static void count_malloc(const volatile void *p, size_t n)
{
    mallocs++;
}

static void count_free(const volatile void *p)
{
    frees++;
}

/*
 * Once created, only the hash tables allocate, and only for what they stash;
 * and they free it: state does not grow with the number of elements.
 */
static void test_allocation(gconstpointer data)
{
    const ReorderOps *ops = data;
    bool hashes = g_str_has_prefix(ops->name, "hash-table");
    Reorder *r = ops->create(256);
    const ReorderElem elem = { 1, 2, 3 };
    uint64_t before = mallocs, held = mallocs - frees;
    ReorderElem out[256];
    uint32_t key[256];
    int lap, i;

    for (i = 0; i < 1000; i++) {
        g_assert_true(ops->pop(r, &key[0]) && ops->fill(r, key[0], &elem));
        g_assert_cmpuint(ops->drain(r, out), ==, 1);
    }
    g_assert_cmpuint(mallocs, ==, before);
    for (lap = 0; lap < 10; lap++) {
        for (i = 0; i < 256; i++) {
            g_assert_true(ops->pop(r, &key[i]));
        }
        for (i = 255; i >= 0; i--) {
            g_assert_true(ops->fill(r, key[i], &elem));
        }
        g_assert_cmpuint(ops->drain(r, out), ==, 256);
    }
    if (hashes) {
        g_assert_cmpuint(mallocs - before, >=, 10 * 255);
        g_assert_cmpuint(mallocs - frees, <=, held + 3);
    } else {
        g_assert_cmpuint(mallocs, ==, before);
    }
    ops->destroy(r);
}

static void test_registry(void)
{
    static const char *const names[] = { "hash-table", "hash-table-flag",
                                         "array-window", "bitmap" };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(reorder_find(names[i]) == reorder_strategies[i]);
        g_assert_cmpstr(reorder_strategies[i]->name, ==, names[i]);
    }
    g_assert_null(reorder_strategies[i]);
    g_assert_null(reorder_find("off"));
    g_assert_null(reorder_find("qemu"));
    g_assert_null(reorder_find(""));
    g_assert_null(reorder_find("hash-tabl"));
}

static void add(const ReorderOps *ops, const char *name,
                void (*test)(gconstpointer))
{
    g_autofree char *path = g_strdup_printf("/reorder/%s/%s", ops->name, name);

    g_test_add_data_func(path, ops, test);
}

int main(int argc, char **argv)
{
    const char *text = getenv("VQLAB_TEST_SEED");
    const ReorderOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    seed = text ? strtoul(text, NULL, 0) : g_random_int();
    g_print("# VQLAB_TEST_SEED=%u\n", seed);
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
    g_test_add_func("/reorder/registry", test_registry);
    for (ops = reorder_strategies; *ops; ops++) {
        add(*ops, "example", test_example);
        add(*ops, "stale-key", test_stale_key);
        add(*ops, "allocation", test_allocation);
        add(*ops, "oracle", test_oracle);
    }
    return g_test_run();
}
