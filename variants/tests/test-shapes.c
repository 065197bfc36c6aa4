/*
 * Made-up orders of completion: what can be asked for, and what comes of it
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "variants/order-shapes.h"

static uint32_t draw(void *rand, uint32_t below)
{
    g_assert_cmpuint(below, >, 0);
    return g_rand_int_range(rand, 0, below);
}

/* The requests of one window, numbered as they arrived, in its order. */
static void window(OrderKind kind, GRand *rand, uint32_t n, uint32_t *order)
{
    g_autofree uint32_t *left = g_new(uint32_t, n);
    OrderWindow w;

    for (uint32_t i = 0; i < n; i++) {
        left[i] = i;
    }
    order_window_begin(&w, kind, n, draw, rand);
    for (uint32_t done = 0; done < n; done++) {
        uint32_t i;

        g_assert_cmpuint(w.left, ==, n - done);
        i = order_window_next(&w, draw, rand);
        g_assert_cmpuint(i, <, n - done);
        order[done] = left[i];
        memmove(&left[i], &left[i + 1], (n - done - i - 1) * sizeof(*left));
    }
    g_assert_cmpuint(w.left, ==, 0);
}

static void test_parse(void)
{
    static const struct {
        const char *text;
        OrderKind kind;
        uint32_t window;
    } good[] = {
        { "in-order", ORDER_IN_ORDER, 1 },
        { "shuffle:1", ORDER_SHUFFLE, 1 },
        { "shuffle:32768", ORDER_SHUFFLE, 32768 },
        { "straggler:64", ORDER_STRAGGLER, 64 },
        { "reverse:007", ORDER_REVERSE, 7 },
    };
    static const char *const bad[] = {
        "",           "shuffle",    "shuffle:",      "shuffle:0",
        "shuffle:-1", "shuffle:+1", "shuffle:32769", "shuffle:4294967297",
        "shuffle:1x", "shuffle: 1", "in-order:1",    "Shuffle:1",
        "full",       " in-order",  "reverse:1,",    "straggler:0x10",
    };
    OrderShape s;

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(order_shape_parse(good[i].text, &s));
        g_assert_cmpint(s.kind, ==, good[i].kind);
        g_assert_cmpuint(s.window, ==, good[i].window);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("'%s'", bad[i]);
        g_assert_false(order_shape_parse(bad[i], &s));
    }
}

static void test_orders(void)
{
    GRand *rand = g_rand_new_with_seed(1);
    uint32_t order[50];

    for (uint32_t n = 1; n <= G_N_ELEMENTS(order); n++) {
        uint32_t late;

        window(ORDER_IN_ORDER, rand, n, order);
        for (uint32_t i = 0; i < n; i++) {
            g_assert_cmpuint(order[i], ==, i);
        }
        window(ORDER_REVERSE, rand, n, order);
        for (uint32_t i = 0; i < n; i++) {
            g_assert_cmpuint(order[i], ==, n - 1 - i);
        }
        window(ORDER_STRAGGLER, rand, n, order);
        late = order[n - 1];
        for (uint32_t i = 0; i + 1 < n; i++) {
            g_assert_cmpuint(order[i], ==, i < late ? i : i + 1);
        }
    }
    g_rand_free(rand);
}

/* Each of the orders of four is drawn about as often as the others. */
static void test_even(void)
{
    enum { N = 4, ORDERS = 24, ROUNDS = 1000 * ORDERS };
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GRand *rand = g_rand_new_with_seed(1);
    uint32_t late[N] = { 0 }, order[N];
    GHashTableIter iter;
    gpointer count;

    for (int i = 0; i < ROUNDS; i++) {
        gpointer key;

        window(ORDER_SHUFFLE, rand, N, order);
        g_assert_cmpuint(1u << order[0] | 1u << order[1] | 1u << order[2] |
                             1u << order[3],
                         ==, 15);
        key = GUINT_TO_POINTER(order[0] | order[1] << 2 | order[2] << 4);
        count = g_hash_table_lookup(seen, key);
        g_hash_table_insert(seen, key,
                            GUINT_TO_POINTER(GPOINTER_TO_UINT(count) + 1));
        window(ORDER_STRAGGLER, rand, N, order);
        late[order[N - 1]]++;
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, ORDERS);
    /* Five standard deviations; with this seed it is the same each time. */
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, NULL, &count)) {
        g_assert_cmpuint(GPOINTER_TO_UINT(count), >, 1000 - 5 * 31);
        g_assert_cmpuint(GPOINTER_TO_UINT(count), <, 1000 + 5 * 31);
    }
    for (int i = 0; i < N; i++) {
        g_assert_cmpuint(late[i], >, 6000 - 5 * 67);
        g_assert_cmpuint(late[i], <, 6000 + 5 * 67);
    }
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shapes/parse", test_parse);
    g_test_add_func("/shapes/orders", test_orders);
    g_test_add_func("/shapes/even", test_even);
    return g_test_run();
}
