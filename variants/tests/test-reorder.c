/*
 * Each strategy against the oracle, under ASan and UBSan
 *
 * VQLAB_TEST_SEED=N runs the same operations again, VQLAB_TEST_OPS=N that many
 * for each strategy and ring format.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>

#include "oracle.h"
#include "strategy.h"

#define MIN_OPS 10000000u /* for each strategy and ring format */

static const uint32_t ring_sizes[] = {
    1,   2,   3,   5,   7,   8,    31,   63,   64,   65,    100,   127,
    128, 191, 255, 256, 257, 1000, 1024, 4095, 4096, 32767, 32768,
};

static uint32_t seed;
static uint64_t min_ops = MIN_OPS;

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

    switch (below(rand, 6)) {
    case 0: /* a key never seen, or of something that is gone */
        key = below(rand, 2) ? g_rand_int(rand) : below(rand, o->size);
        if (!g_hash_table_contains(o->keys, GUINT_TO_POINTER(key))) {
            oracle_refused(o, key, detach);
        }
        break;
    case 1: /* a key that was valid once */
        if (o->n_stale > 0) {
            key = o->stale[below(rand, MIN(o->n_stale, ORACLE_STALE))];
            /* Numbers that were rewound are used again. */
            if (!g_hash_table_contains(o->keys, GUINT_TO_POINTER(key))) {
                oracle_refused(o, key, detach);
            }
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
    case 4: /* keys that the next pops may be given */
        if (oracle_outstanding(o) > 0) {
            key = oracle_item(o, o->tail - 1)->key + 1 + below(rand, 3);
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

/* Most elements of a packed ring take one descriptor, as indirect ones do. */
static uint32_t draw_ndescs(const Oracle *o, GRand *rand)
{
    if (!o->driver.ring.packed || below(rand, 4) > 0) {
        return 1;
    }
    return 1 + below(rand, MIN(o->size, below(rand, 50) ? 4 : o->size));
}

static void pop_if_room(Oracle *o, GRand *rand)
{
    uint32_t ndescs = draw_ndescs(o, rand);

    if (oracle_has_room(o, ndescs)) {
        oracle_pop(o, ndescs);
    } else if (o->n_live == 0) {
        /* What was detached has taken the ring with it. */
        oracle_flush(o);
        if (!o->failed && !oracle_has_room(o, ndescs)) {
            oracle_reset(o);
        }
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
            oracle_flush(o);
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
            pop_if_room(o, rand);
        } else {
            oracle_fill(o, pick(o, rand, order));
        }
    }
}

/* The ring becomes completely full, and completely done, before the flush. */
static void full_lap(Oracle *o, GRand *rand)
{
    Order order = below(rand, ORDER_COUNT);
    bool detach_some = below(rand, 3) == 0;

    while (oracle_has_room(o, 1) && !o->failed) {
        oracle_pop(o, 1);
    }
    while (o->n_live > 0 && !o->failed) {
        if (detach_some && below(rand, 3) == 0) {
            oracle_detach(o, pick(o, rand, order));
        } else {
            oracle_fill(o, pick(o, rand, order));
        }
    }
    if (!o->failed) {
        oracle_flush(o);
    }
}

/* Until enough was done or it failed; the caller frees. */
static Oracle *against_oracle(const ReorderOps *ops, uint32_t size, bool packed,
                              uint64_t n_ops, const char *where)
{
    const uint32_t seeds[] = { seed, size, packed };
    GRand *rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
    Oracle *o = oracle_new(ops, size, packed, where);

    o->expect_failure = ops == &reorder_broken_swap;
    full_lap(o, rand); /* before anything is detached for good */
    while (!o->failed && (o->n_ops < n_ops || o->n_drained < 6 * size)) {
        if (below(rand, 4) == 0) {
            full_lap(o, rand);
        } else {
            random_phase(o, rand, 100 + below(rand, 2 * size));
        }
        if (!o->failed && o->driver.slots > o->n_live + o->size / 2) {
            oracle_reset(o); /* too much was detached */
        }
    }
    g_rand_free(rand);
    return o;
}

typedef struct Case {
    const ReorderOps *ops;
    bool packed;
} Case;

static void test_oracle(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *where = g_strdup_printf(
        "VQLAB_TEST_SEED=%u VQLAB_TEST_OPS=%" G_GUINT64_FORMAT
        " -p /reorder/%s/oracle-%s",
        seed, min_ops, c->ops->name, c->packed ? "packed" : "split");
    uint64_t each = min_ops / G_N_ELEMENTS(ring_sizes) + 1;
    uint64_t n_ops = 0, n_refused = 0;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(ring_sizes) && !g_test_failed(); i++) {
        uint32_t size = ring_sizes[i];
        Oracle *o;

        if (!c->packed && (size & (size - 1))) {
            size = 1u << g_random_int_range(0, 16);
        }
        o = against_oracle(c->ops, size, c->packed, each, where);
        n_ops += o->n_ops;
        n_refused += o->n_refused;
        /* The run has been where it was meant to go. */
        g_assert_true(o->failed || o->max_outstanding == size);
        oracle_free(o);
    }
    g_test_message("%" G_GUINT64_FORMAT " operations", n_ops);
    if (!g_test_failed()) {
        g_assert_cmpuint(n_ops, >=, min_ops);
        g_assert_cmpuint(n_refused, >, min_ops / 1000);
    }
}

/* The oracle notices two entries in 10,000 that were swapped. */
static void test_broken(gconstpointer data)
{
    const Case *c = data;
    Oracle *o = against_oracle(c->ops, 256, c->packed, MIN_OPS, "");

    g_assert_true(o->failed);
    g_assert_cmpstr(o->driver.wrong, !=, "");
    g_test_message("after %" G_GUINT64_FORMAT " elements: %s", o->n_drained,
                   o->driver.wrong);
    oracle_free(o);
}

static uint32_t pop(Reorder *r)
{
    return r->ops->pop(r, 0, 1);
}

static bool fill(Ring *ring, Reorder *r, uint32_t key, ReorderElem elem)
{
    int32_t place = r->ops->fill(r, key, &elem);

    if (place >= 0) {
        ring_write(ring, place, &elem);
    }
    return place != REORDER_REFUSED;
}

/* The interface in a few lines, with the answers written out. */
static void test_example(gconstpointer data)
{
    const Case *c = data;
    Reorder *r = c->ops->create(4);
    Driver d; /* without elements of its own: it looks, and is not asked */
    Ring *ring = &d.ring;
    uint32_t key[5];
    int i;

    driver_init(&d, 4, c->packed);
    /* A reset ends the life of all keys, and none comes again. */
    key[0] = pop(r);
    r->ops->reset(r);
    g_assert_cmpuint(r->ops->outstanding(r), ==, 0);
    key[1] = pop(r);
    g_assert_false(fill(ring, r, key[0], (ReorderElem){ 11, 0, 1 }));
    g_assert_true(r->ops->rewind(r, 1));

    for (i = 0; i < 3; i++) {
        key[i] = pop(r);
    }
    g_assert_cmpuint(r->ops->outstanding(r), ==, 3);
    driver_add(&d, 1);
    driver_add(&d, 1);
    driver_add(&d, 1);
    g_assert_cmpuint(ring_flush(ring, r), ==, 0);
    g_assert_true(fill(ring, r, key[2], (ReorderElem){ 13, 300, 1 }));
    driver_complete(&d, 2, &(ReorderElem){ 13, 300, 1 });
    g_assert_cmpuint(ring_flush(ring, r), ==, 0);
    g_assert_true(fill(ring, r, key[0], (ReorderElem){ 11, 100, 1 }));
    driver_complete(&d, 0, &(ReorderElem){ 11, 100, 1 });
    driver_expect(&d);
    g_assert_cmpuint(ring_flush(ring, r), ==, 1);
    driver_check(&d);

    key[3] = pop(r);
    g_assert_false(r->ops->rewind(r, 2)); /* 2 is filled */
    g_assert_true(r->ops->rewind(r, 1));
    g_assert_false(fill(ring, r, key[3], (ReorderElem){ 14, 0, 1 }));
    key[4] = pop(r);
    driver_add(&d, 1);

    g_assert_true(r->ops->detach(r, key[1], ring_read, ring));
    driver_lose(&d, 1);
    g_assert_false(fill(ring, r, key[1], (ReorderElem){ 12, 0, 1 }));
    g_assert_true(fill(ring, r, key[4], (ReorderElem){ 15, 500, 1 }));
    driver_complete(&d, 3, &(ReorderElem){ 15, 500, 1 });
    driver_expect(&d);
    g_assert_cmpuint(ring_flush(ring, r), ==, 2);
    driver_check(&d);
    g_assert_cmpstr(d.wrong, ==, "");
    g_assert_cmpuint(d.used, ==, 4);
    r->ops->destroy(r);
    driver_destroy(&d);
}

#ifdef VQLAB_SANITISED
static uint64_t mallocs, frees;

/* Of the sanitisers' run-time library; Debian's gcc has no header for it. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));

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
    const Case *c = data;
    bool hashes = g_str_has_prefix(c->ops->name, "hash-table");
    Reorder *r = c->ops->create(256);
    const ReorderElem elem = { 1, 2, 1 };
    uint64_t before = mallocs, held = mallocs - frees;
    ReorderRun run[2];
    uint32_t key[256];
    int lap, i;

    for (i = 0; i < 1000; i++) {
        key[0] = pop(r);
        g_assert_cmpint(r->ops->fill(r, key[0], &elem), !=, REORDER_REFUSED);
        g_assert_cmpuint(r->ops->drain(r, run).total, ==, 1);
    }
    g_assert_cmpuint(mallocs, ==, before);
    for (lap = 0; lap < 10; lap++) {
        for (i = 0; i < 256; i++) {
            key[i] = pop(r);
        }
        for (i = 255; i >= 0; i--) {
            g_assert_cmpint(r->ops->fill(r, key[i], &elem), !=,
                            REORDER_REFUSED);
        }
        g_assert_cmpuint(r->ops->drain(r, run).total, ==, 256);
    }
    for (i = 0; i < 256; i++) {
        key[i] = pop(r);
    }
    for (i = 255; i > 0; i--) {
        g_assert_cmpint(r->ops->fill(r, key[i], &elem), !=, REORDER_REFUSED);
    }
    r->ops->reset(r);
    if (hashes) {
        g_assert_cmpuint(mallocs - before, >=, 10 * 255);
        g_assert_cmpuint(mallocs - frees, <=, held + 3);
    } else {
        g_assert_cmpuint(mallocs, ==, before);
    }
    r->ops->destroy(r);
}
#endif

static void test_registry(void)
{
    static const char *const names[] = { "hash-table", "hash-table-flag",
                                         "array-window", "bitmap", "in-place" };
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
    g_assert_true(reorder_find("broken-swap") == &reorder_broken_swap);
}

static void add(const ReorderOps *ops, const char *name,
                void (*test)(gconstpointer))
{
    int packed;

    for (packed = 0; packed <= 1; packed++) {
        g_autofree char *path = g_strdup_printf(
            "/reorder/%s/%s-%s", ops->name, name, packed ? "packed" : "split");
        Case *c = g_new(Case, 1);

        *c = (Case){ ops, packed };
        g_test_add_data_func_full(path, c, test, g_free);
    }
}

int main(int argc, char **argv)
{
    const char *text = getenv("VQLAB_TEST_SEED");
    const char *ops_text = getenv("VQLAB_TEST_OPS");
    const ReorderOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    seed = text ? strtoul(text, NULL, 0) : g_random_int();
    min_ops = ops_text ? strtoull(ops_text, NULL, 0) : MIN_OPS;
    g_random_set_seed(seed);
    g_print("# VQLAB_TEST_SEED=%u\n", seed);
#ifdef VQLAB_SANITISED
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
#endif
    g_test_add_func("/reorder/registry", test_registry);
    for (ops = reorder_strategies; *ops; ops++) {
        add(*ops, "example", test_example);
#ifdef VQLAB_SANITISED
        add(*ops, "allocation", test_allocation);
#endif
        add(*ops, "oracle", test_oracle);
    }
    add(&reorder_broken_swap, "noticed", test_broken);
    return g_test_run();
}
