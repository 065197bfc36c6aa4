/*
 * Random operations for the oracle: see walk.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "walk.h"

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

void walk_oracle(Oracle *o, uint32_t seed, uint64_t n_ops)
{
    uint32_t size = o->size;
    const uint32_t seeds[] = { seed, size, o->driver.ring.packed };
    GRand *rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));

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
}
