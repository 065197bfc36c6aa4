/*
 * Which way a strategy takes, beside what comes out of it
 *
 * A strategy that takes its slow path for good after one detach, or that asks
 * a table it knows to be empty, gives every element out as it should, and
 * what is measured is another strategy.  So the functions that the strategies
 * enter are counted (they are compiled with -finstrument-functions here), and
 * the table's look-ups (the linker leads them to __wrap_g_hash_table_lookup).
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "variants/strategy.h"

#define RING 64u

static uint64_t entered, lookups;

void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);
gpointer __real_g_hash_table_lookup(GHashTable *table, gconstpointer key);
gpointer __wrap_g_hash_table_lookup(GHashTable *table, gconstpointer key);

void __cyg_profile_func_enter(void *function, void *site)
{
    entered++;
}

void __cyg_profile_func_exit(void *function, void *site)
{
}

gpointer __wrap_g_hash_table_lookup(GHashTable *table, gconstpointer key)
{
    lookups++;
    return __real_g_hash_table_lookup(table, key);
}

typedef struct Cost {
    uint64_t entered, lookups;
} Cost;

/* What was written, for detach to read: nobody looks at it. */
static void read_nothing(void *opaque, uint32_t place, ReorderElem *elem)
{
    *elem = (ReorderElem){ 0 };
}

static void fill(Reorder *r, uint32_t key)
{
    const ReorderElem elem = { 1, 2, 1 };

    g_assert_cmpint(r->ops->fill(r, key, &elem), !=, REORDER_REFUSED);
}

static uint32_t drain(Reorder *r)
{
    return r->ops->drain(r).total;
}

/* @n elements, completed from the first on or from the last on. */
static Cost cost_of(Reorder *r, uint32_t n, bool backwards)
{
    const Cost before = { entered, lookups };
    uint32_t key[RING], i;

    for (i = 0; i < n; i++) {
        key[i] = r->ops->pop(r, i, 1);
    }
    for (i = 0; i < n; i++) {
        fill(r, key[backwards ? n - 1 - i : i]);
    }
    g_assert_cmpuint(drain(r), ==, n);
    return (Cost){ entered - before.entered, lookups - before.lookups };
}

static void assert_same(Cost a, Cost b)
{
    g_assert_cmpuint(a.entered, ==, b.entered);
    g_assert_cmpuint(a.lookups, ==, b.lookups);
}

/* Three elements, one of which is detached while one is complete. */
static void detach_one(Reorder *r)
{
    uint32_t key[3], i;

    for (i = 0; i < 3; i++) {
        key[i] = r->ops->pop(r, i, 1);
    }
    fill(r, key[2]);
    g_assert_true(r->ops->detach(r, key[1], read_nothing, NULL));
    fill(r, key[0]);
}

static void test_detach(gconstpointer data)
{
    const ReorderOps *ops = data;
    Reorder *r = ops->create(RING);
    const Cost in_order = cost_of(r, 1, false), laps = cost_of(r, RING, true);

    g_assert_cmpuint(in_order.entered, >, 0);
    assert_same(cost_of(r, 1, false), in_order);
    detach_one(r);
    g_assert_cmpuint(drain(r), ==, 2);
    assert_same(cost_of(r, 1, false), in_order);
    assert_same(cost_of(r, RING, true), laps);
    detach_one(r);
    r->ops->reset(r);
    assert_same(cost_of(r, 1, false), in_order);
    assert_same(cost_of(r, RING, true), laps);
    r->ops->destroy(r);
}

/* The one difference between the two. */
static void test_hash_table(void)
{
    static const struct {
        const ReorderOps *ops;
        uint64_t in_order, backwards;
    } tables[] = {
        { &reorder_hash_table, 1, RING },
        { &reorder_hash_table_flag, 0, RING - 1 },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(tables); i++) {
        Reorder *r = tables[i].ops->create(RING);

        g_assert_cmpuint(cost_of(r, 1, false).lookups, ==, tables[i].in_order);
        g_assert_cmpuint(cost_of(r, RING, true).lookups, ==,
                         tables[i].backwards);
        g_assert_cmpuint(cost_of(r, 1, false).lookups, ==, tables[i].in_order);
        r->ops->destroy(r);
    }
}

int main(int argc, char **argv)
{
    static const ReorderOps *const ours[] = {
        &reorder_hash_table, &reorder_hash_table_flag, &reorder_array_window,
        &reorder_bitmap,     &reorder_in_place,        &reorder_batch_used,
    };
    size_t i;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paths/lookups", test_hash_table);
    for (i = 0; i < G_N_ELEMENTS(ours); i++) {
        g_autofree char *path =
            g_strdup_printf("/paths/%s/detach", ours[i]->name);

        g_test_add_data_func(path, ours[i], test_detach);
    }
    return g_test_run();
}
