/*
 * The glue between QEMU's virtio core and the strategies, without QEMU
 *
 * The reorder-*.c.inc are compiled against qemu-stub.h.  The oracle works on a
 * strategy through it, as a device would: what travels with an element, the
 * epoch of its queue included, and what is kept for packed rings, is checked
 * with everything else that the oracle knows.  That the hooks call the glue
 * where they should is checked in a real QEMU: hooks.sh, test-qemu.c.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu-stub.h"
#include "variants/qemu/reorder-queue.c.inc"
#include "variants/qemu/reorder-complete.c.inc"
#include "variants/qemu/reorder-flush.c.inc"
#include "variants/qemu/reorder-round.c.inc"
#include "variants/qemu/reorder-device.c.inc"
#include "walk.h"
#include "glued.c.inc"
#include "glued-properties.c.inc"
#include "glued-rig.c.inc"

#define WALK_OPS 20000u

static uint32_t seed;

typedef struct Case {
    const ReorderOps *ops;
    bool packed;
} Case;

#include "glued-counters.c.inc"
#include "glued-round.c.inc"

static void walk_sizes(const Case *c, bool rounds)
{
    static const uint32_t sizes[] = { 1, 2, 16, 256, 1024, 3, 31, 257 };
    g_autofree char *where = g_strdup_printf(
        "VQLAB_TEST_SEED=%u -p /glue/%s/%s-%s", seed, c->ops->name,
        rounds ? "rounds" : "oracle", c->packed ? "packed" : "split");
    size_t i;

    glued_strategy = c->ops;
    glued_packed = c->packed;
    glued_rounds = rounds;
    for (i = 0; i < G_N_ELEMENTS(sizes) && !g_test_failed(); i++) {
        Oracle *o;

        if (!c->packed && (sizes[i] & (sizes[i] - 1))) {
            continue;
        }
        o = oracle_new(reorder_skips(c->ops) ? &glued_skipping_ops : &glued_ops,
                       sizes[i], c->packed, where);
        glued(o->r)->vq[0].caches.used = &o->driver.ring;
        walk_oracle(o, seed, WALK_OPS);
        if (!o->failed) {
            const VirtQueueReorder *state = glued(o->r)->vq[0].reorder;

            g_assert_cmpuint(state->published, ==, o->n_drained);
            g_assert_true((state->skipped > 0) ==
                          (reorder_skips(c->ops) && sizes[i] > 1));
            g_assert_cmpuint(state->published - state->skipped, ==,
                             o->driver.entries);
            g_assert_cmpuint(state->max_batch, <=, sizes[i]);
            g_assert_cmpuint(state->rewound, >, 0);
        }
        oracle_free(o);
    }
}

static void test_oracle(gconstpointer data)
{
    walk_sizes(data, false);
}

static void test_rounds(gconstpointer data)
{
    walk_sizes(data, true);
}

/* --- what the oracle does not do ---------------------------------------- */

/*
 * A ring that has another size after a reset starts with new state, and so
 * with the same numbers: only the epoch tells old elements from new.
 */
static void test_epoch(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(c->ops, 16, c->packed);
    VirtQueueElement old = rig_pop(rig, 1), now,
                     never = { .index = 5, .ndescs = 1 };
    int log = stub_log.guest_errors;

    virtqueue_reorder_reset(&rig->vq[0]);
    rig->vq[0].vring.num = 32;
    ring_destroy(&rig->ring);
    add_ring(&rig->vq[0], &rig->ring, c->packed);
    now = rig_pop(rig, 1);
    g_assert_cmphex(now.order_key, ==, old.order_key);
    g_assert_cmphex(now.order_epoch, !=, old.order_epoch);

    virtqueue_reorder_detach(&rig->vq[0], &old);
    g_assert_cmpuint(rig->vq[0].reorder->detached, ==, 0);
    g_assert_cmpuint(rig_push(rig, &old), ==, 0);
    g_assert_cmpint(stub_log.guest_errors - log, ==, 1);
    g_assert_nonnull(strstr(stub_log.text, "before the last reset"));
    g_assert_cmpuint(rig_push(rig, &never), ==, 0);
    g_assert_cmpint(rig->dev.broken, ==, 0);
    g_assert_cmpuint(rig->vq[0].reorder->fills, ==, 0);
    g_assert_cmpuint(rig_push(rig, &now), ==, 1);
    /* Once more: a bug of the device, which must not reach the driver. */
    g_assert_cmpuint(rig_push(rig, &now), ==, 0);
    g_assert_cmpint(rig->dev.broken, ==, 1);

    /* 0 is no epoch: restored elements have it. */
    rig->vq[0].reorder->epoch = UINT32_MAX;
    virtqueue_reorder_reset(&rig->vq[0]);
    g_assert_cmpuint(rig_pop(rig, 1).order_epoch, ==, 1);
    rig_free(rig);
}

/* More elements than places, and a ring that changes under them. */
static void test_limits(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(c->ops, 4, c->packed);
    VirtQueueElement elem[4];
    int i;

    for (i = 0; i < 4; i++) {
        elem[i] = rig_pop(rig, i);
    }
    g_assert_cmpint(rig->dev.broken, ==, 0);
    g_assert_cmphex(rig_pop(rig, 4).order_epoch, ==, 0);
    g_assert_cmpint(rig->dev.broken, ==, 1);
    g_assert_nonnull(strstr(stub_log.text, "more than 4"));
    g_assert_cmpuint(rig_push(rig, &elem[0]), ==, 1);
    g_assert_cmphex(rig_pop(rig, 4).order_epoch, !=, 0);
    g_assert_cmpuint(rig_push(rig, &elem[1]), ==, 1);
    rig->vq[0].vring.num = 8;
    g_assert_cmphex(rig_pop(rig, 5).order_epoch, ==, 0);
    g_assert_cmpint(rig->dev.broken, ==, 2);
    g_assert_nonnull(strstr(stub_log.text, "from 4 to 8"));
    rig_free(rig);
}

/* At a reset a ring may change its format and become smaller. */
static void test_format(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(c->ops, 16, c->packed);
    VirtQueueElement elem[2];
    int lap, i;

    for (lap = 0; lap < 3; lap++) {
        for (i = 0; i < 7; i++) {
            elem[0] = rig_pop(rig, 0);
            elem[1] = rig_pop(rig, 1);
            g_assert_cmpuint(rig_push(rig, &elem[1]), ==, 0);
            g_assert_cmpuint(rig_push(rig, &elem[0]), ==, 2);
        }
        rig->dev.guest_features ^= UINT64_C(1) << VIRTIO_F_RING_PACKED;
        rig->vq[0].vring.num = 4;
        virtqueue_reorder_reset(&rig->vq[0]);
        rig->vq[0].used_idx = 0;
        ring_destroy(&rig->ring);
        add_ring(&rig->vq[0], &rig->ring,
                 virtio_vdev_has_feature(&rig->dev, VIRTIO_F_RING_PACKED));
    }
    rig_free(rig);
}

/* Is the queue ordered by vqlab once an element was popped? */
static bool is_ordered(Rig *rig)
{
    VirtQueueElement elem;
    bool ordered;

    virtqueue_reorder_reset(&rig->vq[0]);
    elem = rig_pop(rig, 0);
    ordered = rig->vq[0].ordered != NULL;
    g_assert_true((elem.order_epoch != 0) == ordered);
    if (!ordered) {
        rig->vq[0].unordered = 0;
        virtqueue_fill(&rig->vq[0], &elem, 0, 0);
        virtqueue_flush(&rig->vq[0], 1);
        g_assert_cmpint(rig->vq[0].unordered, ==, 2);
        g_assert_true(virtqueue_reorder_rewind(&rig->vq[0], 1));
        virtqueue_reorder_detach(&rig->vq[0], &elem);
    }
    return ordered;
}

static void test_decision(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(NULL, 4, c->packed);
    uint64_t in_order = UINT64_C(1) << VIRTIO_F_IN_ORDER;

    g_assert_false(is_ordered(rig)); /* x-reorder=off */
    g_assert_null(rig->vq[0].reorder);
    rig->dev.reorder->force = true;
    g_assert_false(is_ordered(rig));
    rig->dev.reorder->force = false;
    rig->dev.reorder->ops = c->ops;
    g_assert_true(is_ordered(rig));
    rig->dev.guest_features ^= in_order; /* the next driver does not want it */
    g_assert_false(is_ordered(rig));
    rig->dev.reorder->force = true;
    g_assert_true(is_ordered(rig));
    /* Settled until the next reset, whatever becomes of the features. */
    rig->dev.reorder->force = false;
    g_assert_cmphex(rig_pop(rig, 1).order_epoch, !=, 0);
    g_assert_false(is_ordered(rig));
    g_free(g_steal_pointer(&rig->dev.reorder)); /* no property was ever set */
    virtqueue_reorder_free(&rig->vq[0]);
    g_assert_false(is_ordered(rig));
    rig_free(rig);
}

/* After a load the numbers are gone: only an idle queue can be taken over. */
static void test_load(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(c->ops, 4, c->packed);
    VirtQueueElement elem = rig_pop(rig, 0);
    int reports = stub_log.reports;

    g_assert_cmpint(virtio_reorder_loaded(&rig->dev), ==, 0);
    g_assert_null(rig->vq[0].ordered);
    g_assert_cmphex(rig_pop(rig, 0).order_epoch, !=, elem.order_epoch);
    rig->vq[0].inuse = 2;
    g_assert_cmpint(virtio_reorder_loaded(&rig->dev), ==, -EINVAL);
    g_assert_cmpint(stub_log.reports - reports, ==, 1);
    g_assert_nonnull(strstr(stub_log.text, "queue 0 with 2 descriptors"));
    rig->dev.guest_features ^= UINT64_C(1) << VIRTIO_F_IN_ORDER;
    g_assert_cmpint(virtio_reorder_loaded(&rig->dev), ==, 0);
    /* Any of the queues, and only those that exist. */
    rig->dev.reorder->force = true;
    rig->vq[0].inuse = 0;
    rig->vq[VIRTIO_QUEUE_MAX - 1].inuse = 1;
    g_assert_cmpint(virtio_reorder_loaded(&rig->dev), ==, 0);
    rig->vq[VIRTIO_QUEUE_MAX - 1].vring.num = 4;
    g_assert_cmpint(virtio_reorder_loaded(&rig->dev), ==, -EINVAL);
    rig_free(rig);
}

/*
 * A device that is broken completes nothing, but what it gives back is gone:
 * the order closes over it.
 */
static void test_disabled(gconstpointer data)
{
    const Case *c = data;
    Rig *rig = rig_new(c->ops, 4, c->packed);
    VirtQueueElement first = rig_pop(rig, 0), second = rig_pop(rig, 1);

    rig->dev.disabled = true;
    rig->vq[0].inuse = 2;
    g_assert_cmpuint(rig_push(rig, &first), ==, 0);
    g_assert_cmpuint(rig->vq[0].inuse, ==, 1);
    g_assert_cmpuint(rig->vq[0].reorder->fills, ==, 0);
    g_assert_cmpuint(rig->vq[0].reorder->detached, ==, 1);
    g_assert_cmpuint(rig->vq[0].reorder->stashed, ==, 0);
    rig->dev.disabled = false;
    g_assert_cmpuint(rig_push(rig, &second), ==, 1);
    rig_free(rig);
}

static uint32_t spied_id, spied_ndescs;

static uint32_t spy_on_pop(Reorder *r, uint32_t id, uint32_t ndescs)
{
    spied_id = id;
    spied_ndescs = ndescs;
    return reorder_array_window.pop(r, id, ndescs);
}

/* A strategy is told how many entries an element takes: 1 on split rings. */
static void test_pop(void)
{
    int packed;

    for (packed = 0; packed <= 1; packed++) {
        Rig *rig = rig_new(&reorder_array_window, 8, packed);
        ReorderOps spy = reorder_array_window;
        VirtQueueElement elem = { .index = 5, .ndescs = 3 };

        rig_pop(rig, 0);
        spy.pop = spy_on_pop;
        rig->vq[0].reorder->state->ops = &spy;
        virtqueue_reorder_pop(&rig->vq[0], &elem);
        g_assert_cmpuint(spied_id, ==, 5);
        g_assert_cmpuint(spied_ndescs, ==, packed ? 3 : 1);
        rig_free(rig);
    }
}

static void add(const ReorderOps *ops, const char *name,
                void (*test)(gconstpointer))
{
    int packed;

    for (packed = 0; packed <= 1; packed++) {
        g_autofree char *path = g_strdup_printf(
            "/glue/%s/%s-%s", ops->name, name, packed ? "packed" : "split");
        Case *c = g_new(Case, 1);

        *c = (Case){ ops, packed };
        g_test_add_data_func_full(path, c, test, g_free);
    }
}

int main(int argc, char **argv)
{
    const char *text = g_getenv("VQLAB_TEST_SEED");
    const ReorderOps *const *ops;

    g_test_init(&argc, &argv, NULL);
    seed = text ? strtoul(text, NULL, 0) : g_random_int();
    g_print("# VQLAB_TEST_SEED=%u\n", seed);
    g_test_add_func("/glue/properties", test_properties);
    g_test_add_func("/glue/pop", test_pop);
    for (ops = reorder_strategies; *ops; ops++) {
        add(*ops, "oracle", test_oracle);
        add(*ops, "epoch", test_epoch);
        add(*ops, "unseen", test_unseen);
        add(*ops, "limits", test_limits);
        add(*ops, "format", test_format);
        add(*ops, "decision", test_decision);
        add(*ops, "load", test_load);
        add(*ops, "disabled", test_disabled);
        add(*ops, "in-turn", test_in_turn);
        add(*ops, "stats", test_stats);
        add(*ops, "rounds", test_rounds);
        add(*ops, "round", test_round);
        add(*ops, "round-reset", test_round_reset);
        add(*ops, "round-disabled", test_round_disabled);
    }
    return g_test_run();
}
