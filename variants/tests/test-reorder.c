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
#include <string.h>

#include "variants/strategy.h"
#include "batches.h"
#include "walk.h"

#define MIN_OPS 10000000u /* for each strategy and ring format */

static const uint32_t ring_sizes[] = {
    1,   2,   3,   5,   7,   8,    31,   63,   64,   65,    100,   127,
    128, 191, 255, 256, 257, 1000, 1024, 4095, 4096, 32767, 32768,
};

static uint32_t seed;
static uint64_t min_ops = MIN_OPS;

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
        o = oracle_new(c->ops, size, c->packed, where);
        walk_oracle(o, seed, each);
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

/* The oracle notices two entries in 10,000 that were swapped, and a lost
 * length. */
static void test_broken(gconstpointer data)
{
    const Case *c = data;
    Oracle *o = oracle_new(c->ops, 256, c->packed, "");

    o->expect_failure = true;
    walk_oracle(o, seed, MIN_OPS);
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
    d.batches = reorder_skips(c->ops);
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
    driver_add(&d, 1, 100);
    driver_add(&d, 1, 200);
    driver_add(&d, 1, 300);
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
    driver_add(&d, 1, 500);

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
 * Once created, only a strategy that says so allocates; and what it allocates
 * it frees: state does not grow with the number of elements.
 */
static void test_allocation(gconstpointer data)
{
    const Case *c = data;
    Reorder *r = c->ops->create(256);
    const ReorderElem elem = { 1, 2, 1 };
    uint64_t before = mallocs, held = mallocs - frees;
    uint32_t key[256];
    int lap, i;

    for (i = 0; i < 1000; i++) {
        key[0] = pop(r);
        g_assert_cmpint(r->ops->fill(r, key[0], &elem), !=, REORDER_REFUSED);
        g_assert_cmpuint(r->ops->drain(r).total, ==, 1);
    }
    for (lap = 0; lap < 10; lap++) {
        for (i = 0; i < 256; i++) {
            key[i] = pop(r);
        }
        for (i = 255; i >= 0; i--) {
            g_assert_cmpint(r->ops->fill(r, key[i], &elem), !=,
                            REORDER_REFUSED);
        }
        g_assert_cmpuint(r->ops->drain(r).total, ==, 256);
    }
    for (lap = 0; lap < 10; lap++) {
        for (i = 0; i < 256; i++) {
            key[i] = pop(r);
        }
        for (i = 255; i > 0; i--) {
            g_assert_cmpint(r->ops->fill(r, key[i], &elem), !=,
                            REORDER_REFUSED);
        }
        r->ops->reset(r);
    }
    if (c->ops->allocates) {
        g_assert_cmpuint(mallocs, >, before);
        /* Some may be kept for use again: a few a ring entry, at most. */
        g_assert_cmpuint(mallocs - frees, <=, held + 2 * 256);
    } else {
        g_assert_cmpuint(mallocs, ==, before);
    }
    r->ops->destroy(r);
    g_assert_cmpuint(mallocs - frees, <, held);
}
#endif

/* What the lab's own strategies do with an element, as REORDER.md has it. */
static const struct {
    const ReorderOps *ops;
    bool writes_next;  /* fill gives the next in order a place */
    bool writes_later; /* and one that has to wait */
} habits[] = {
    { &reorder_hash_table, true, false },
    { &reorder_hash_table_flag, true, false },
    { &reorder_array_window, false, false },
    { &reorder_bitmap, false, false },
    { &reorder_in_place, true, true },
    { &reorder_batch_used, false, false }, /* of two at once */
};

/* Fills the newer of two elements, then the older, and publishes both. */
static void fill_two(Ring *ring, Reorder *r, size_t which)
{
    const ReorderElem elem = { 7, 8, 1 };
    uint32_t older = pop(r), newer = pop(r);
    int32_t place = r->ops->fill(r, newer, &elem);

    g_assert_cmpint(place, ==, habits[which].writes_later ? 1 : REORDER_KEPT);
    place = r->ops->fill(r, older, &elem);
    g_assert_cmpint(place, ==, habits[which].writes_next ? 0 : REORDER_KEPT);
    g_assert_cmpuint(ring_flush(ring, r), ==, 2);
}

/*
 * What is measured is what the table says.  In-place keeps copies from a detach
 * on; as soon as nothing waits it has to stop, or it is array-window for good.
 */
static void test_habits(void)
{
    const ReorderElem elem = { 7, 8, 1 };
    uint32_t key[3];
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(habits); i++) {
        const ReorderOps *ops = habits[i].ops;
        Reorder *r = ops->create(4);
        Driver d;
        int lap, j;

        driver_init(&d, 4, false);
        d.wrong[0] = '-'; /* elements that it was not told of */
        fill_two(&d.ring, r, i);
        for (lap = 0; lap < 2; lap++) {
            for (j = 0; j < 3; j++) {
                key[j] = pop(r);
            }
            g_assert_true(fill(&d.ring, r, key[1], elem));
            g_assert_true(r->ops->detach(r, key[0], ring_read, &d.ring));
            g_assert_cmpint(r->ops->fill(r, key[2], &elem), ==, REORDER_KEPT);
            if (lap == 0) {
                g_assert_cmpuint(ring_flush(&d.ring, r), ==, 2);
            } else {
                r->ops->reset(r);
                ring_reset(&d.ring);
            }
            g_assert_true(r->ops == ops);
            fill_two(&d.ring, r, i);
        }
        r->ops->destroy(r);
        driver_destroy(&d);
    }
}

/* Is @name one that options, plans and names of files take as it is? */
static bool name_is_plain(const char *name)
{
    return g_ascii_islower(*name) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
               strlen(name);
}

static const char *const planted[] = { "planted-20",  "planted-100",
                                       "planted-500", "planted-2000",
                                       "slowed-200",  "slowed-600" };

static void test_registry(void)
{
    static const char *const nothing[] = { "off",      "qemu",
                                           "",         "hash-tabl",
                                           "planted-", "planted-200" };
    const ReorderOps *const *ops;
    bool rounds = true;
    size_t i;

    for (ops = reorder_strategies; *ops; ops++) {
        const ReorderOps *o = *ops;

        g_test_message("%s", o->name);
        g_assert_true(name_is_plain(o->name));
        /* Also that no two have one name. */
        g_assert_true(reorder_find(o->name) == o);
        g_assert_true(*o->summary && !strchr(o->summary, '\n'));
        g_assert_true(o->create && o->destroy && o->reset && o->outstanding);
        g_assert_true(o->pop && o->fill && o->drain && o->rewind && o->detach);
        g_assert_false(reorder_is_unlisted(o->name));
    }
    for (i = 0; i < G_N_ELEMENTS(habits); i++) {
        g_assert_true(reorder_find(habits[i].ops->name) == habits[i].ops);
    }
    for (i = 0; i < G_N_ELEMENTS(nothing); i++) {
        g_assert_null(reorder_find(nothing[i]));
    }
    g_assert_true(reorder_variant("bitmap", &rounds) == &reorder_bitmap);
    g_assert_false(rounds);
    g_assert_true(reorder_variant("bitmap+round", &rounds) == &reorder_bitmap);
    g_assert_true(rounds);
    g_assert_null(reorder_variant("+round", NULL));
    g_assert_null(reorder_variant("bitmap+round+round", NULL));
    g_assert_true(reorder_find("broken-swap") == &reorder_broken_swap);
    g_assert_true(reorder_is_unlisted("broken-swap"));
    g_assert_true(reorder_find("broken-skip") == &reorder_broken_skip);
    g_assert_true(reorder_is_unlisted("broken-skip"));
    g_assert_true(reorder_skips(&reorder_batch_used));
    g_assert_false(reorder_skips(&reorder_in_place));
    for (i = 0; i < G_N_ELEMENTS(planted); i++) {
        g_assert_cmpstr(reorder_find(planted[i])->name, ==, planted[i]);
        g_assert_true(reorder_is_unlisted(planted[i]));
    }
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
    g_test_add_func("/reorder/habits", test_habits);
    for (ops = reorder_strategies; *ops; ops++) {
        add(*ops, "example", test_example);
#ifdef VQLAB_SANITISED
        add(*ops, "allocation", test_allocation);
#endif
        add(*ops, "oracle", test_oracle);
    }
    g_test_add_func("/reorder/batch-used/batches", test_batches);
    add(&reorder_broken_swap, "noticed", test_broken);
    add(&reorder_broken_skip, "noticed", test_broken);
    /* The others of its kind are the same but for a number. */
    add(reorder_find(planted[0]), "oracle", test_oracle);
    return g_test_run();
}
