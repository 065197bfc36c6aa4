/*
 * The disk x-order, in the real QEMU, under a real guest
 *
 * One boot with a disk for each kind of order, then a story in steps: what
 * vqprobe sees of a load is the order that was asked for, element by element,
 * with as many used entries and holds as that makes;
 * loads that are too small for a window end all the same; stop, migration and
 * reset find nothing held back; and what was written is read again.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order-disks.h"
#include "order-seen.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#define QMP_MS 30000
#define IOS 6400 /* whole windows of each kind */

static Vm vm;
static bool up;
static bool many; /* there is a disk in two threads */

static bool step(bool ok, GError **error)
{
    if (!ok) {
        g_test_message("%s", *error ? (*error)->message : "no reason given");
        g_test_fail();
        up = false;
    }
    g_clear_error(error);
    return ok;
}

static bool ready(void)
{
    if (!up) {
        g_test_message("an earlier step failed");
        g_test_fail();
    }
    return up;
}

/* What was published, by vqprobe, by the calls' times, and by the strategy. */
static void compare_published(const Disk *d, const char *trace,
                              const GArray *order, JsonNode *summary,
                              const Published *counted, int64_t reordered)
{
    bool batches = order_disk_batches(d);
    g_autoptr(GError) error = NULL;
    Published traced, probed = { 0 };

    g_assert_true(traced_published(d->id, trace, order,
                                   order_disk_is_ordered(d), batches, &traced,
                                   &error));
    g_assert_no_error(error);
    g_assert_true(probed_published(d->id, summary, &probed));
    g_test_message("%s: %d used entries, held for %" G_GINT64_FORMAT " ns",
                   d->id, (int)probed.entries, probed.hold_ns);
    g_assert_cmpint(probed.elements, ==, IOS);
    g_assert_cmpint(traced.elements, ==, IOS);
    g_assert_cmpint(probed.hold_ns, ==, traced.hold_ns);
    g_assert_cmpint(probed.entries, ==, traced.entries);
    /* What waits is published with the oldest, which does not. */
    g_assert_cmpint(probed.entries, ==, IOS - (batches ? reordered : 0));
    if (order_disk_is_ordered(d)) {
        g_assert_cmpint(probed.elements, ==, counted->elements);
        g_assert_cmpint(probed.entries, ==, counted->entries);
    }
}

static void compare(const Disk *d, const char *trace, JsonNode *summary,
                    int64_t windows, const Published *counted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) want = expected_order(d->order, d->seed, windows, IOS);
    g_autoptr(GArray) got = traced_order(d->id, trace, &error);
    Depths replayed = { 0 }, probed;

    g_assert_no_error(error);
    g_test_message("%s: order=%s", d->id, d->order);
    g_assert_cmpmem(got->data, got->len * 4, want->data, want->len * 4);
    g_assert_true(replayed_depths(want, vm.dir, &replayed, &error));
    g_assert_no_error(error);
    g_assert_true(probed_depths(d->id, summary, &probed));
    g_test_message("%s: %d elements, %d reordered, deepest %d, in all %d",
                   d->id, (int)probed.elements, (int)probed.reordered,
                   (int)probed.max, (int)probed.sum);
    g_assert_cmpint(probed.elements, ==, IOS);
    g_assert_cmpint(replayed.elements, ==, IOS);
    g_assert_cmpint(probed.reordered, ==, replayed.reordered);
    g_assert_cmpint(probed.max, ==, replayed.max);
    g_assert_cmpint(probed.sum, ==, replayed.sum);
    compare_published(d, trace, want, summary, counted, replayed.reordered);
}

/* Reads the disk, which must be by whole windows, and counts that. */
static Published read_exactly(const Disk *d, int64_t *windows)
{
    g_autoptr(GError) error = NULL;
    /* The guest has looked for partitions, one block at a time. */
    int64_t cut = order_counter(&vm, d, "cut");
    int64_t elements = order_strategy_counter(&vm, d, "published");
    int64_t entries = order_strategy_counter(&vm, d, "entries");

    *windows = order_counter(&vm, d, "windows");
    g_assert_cmpint(*windows, >, 0);
    g_assert_cmpint(*windows, ==, order_counter(&vm, d, "completed"));
    step(read_disk(&vm, d->id, 64, IOS, &error), &error);
    g_assert_cmpint(order_counter(&vm, d, "cut"), ==, cut);
    return (Published){
        .elements = order_strategy_counter(&vm, d, "published") - elements,
        .entries = order_strategy_counter(&vm, d, "entries") - entries,
    };
}

static void test_exact(void)
{
    g_autofree char *trace = g_strdup_printf("%s/exact.vqt", vm.dir);
    g_autofree char *json = g_strdup_printf("%s/exact.json", vm.dir);
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) summary = NULL;
    g_autoptr(GError) error = NULL;
    Published counted[ORDER_DISKS];
    int64_t windows[ORDER_DISKS];
    struct child probe = { 0 };

    if (!ready() || !step(watch(&vm, &probe, trace, json, &error), &error)) {
        return;
    }
    for (size_t i = 0; i < ORDER_DISKS; i++) {
        if (order_disks[i].exact) {
            counted[i] = read_exactly(&order_disks[i], &windows[i]);
        }
    }
    child_end(&probe, SIGTERM, 60000);
    text = read_file(json, 64 << 20, NULL, &error);
    summary = text ? parse_json(text, strlen(text), json, &error) : NULL;
    step(summary != NULL, &error);
    for (size_t i = 0; ready() && i < ORDER_DISKS; i++) {
        if (order_disks[i].exact) {
            compare(&order_disks[i], trace, summary, windows[i], &counted[i]);
        }
    }
}

/* One request at a time, where windows have 256; then 200. */
static void test_lets_go(void)
{
    const Disk *d = order_disk_called("wait");
    g_autoptr(GError) error = NULL;
    int64_t windows, arrived;

    if (!ready()) {
        return;
    }
    windows = order_counter(&vm, d, "windows");
    step(read_disk(&vm, d->id, 1, 20, &error), &error);
    g_assert_cmpint(order_counter(&vm, d, "windows"), ==, windows + 20);
    step(read_disk(&vm, d->id, 200, 600, &error), &error);
    arrived = order_counter(&vm, d, "arrived");
    g_assert_cmpint(arrived, ==, windows + 620);
    g_assert_cmpint(order_counter(&vm, d, "completed"), ==, arrived);
    g_assert_cmpint(order_counter(&vm, d, "cut"), >, windows + 20);
}

static void test_data(void)
{
    g_autoptr(GError) error = NULL;

    if (ready()) {
        step(write_and_verify(&vm, "data", 1, &error), &error);
    }
}

static void test_threads(void)
{
    g_autoptr(GError) error = NULL;

    if (!many) {
        g_test_skip("this QEMU has all queues of a disk in one thread");
    } else if (ready()) {
        step(write_and_verify(&vm, "many", 3, &error), &error);
    }
}

/* A stopped machine has no request in flight, so nothing is held back. */
static void test_stop(void)
{
    g_autoptr(GError) error = NULL;

    if (!ready() || !step(begin_load(&vm, &error), &error)) {
        return;
    }
    for (int i = 0; ready() && i < 20; i++) {
        g_autoptr(JsonNode) stopped = NULL, started = NULL;

        step(wait_for_completions(&vm, 50, &error), &error);
        stopped = qmp_call(vm.qmp, "stop", NULL, QMP_MS, &error);
        step(stopped != NULL, &error);
        for (size_t k = 0; k < ORDER_DISKS; k++) {
            g_assert_cmpint(order_counter(&vm, &order_disks[k], "completed"),
                            ==, order_counter(&vm, &order_disks[k], "arrived"));
        }
        started = qmp_call(vm.qmp, "cont", NULL, QMP_MS, &error);
        step(started != NULL, &error);
    }
}

/* The load of the step before still runs. */
static void test_reset(void)
{
    g_autoptr(JsonNode) a = NULL, b = NULL;
    g_autoptr(GError) error = NULL;

    if (!ready() || !step(wait_for_completions(&vm, 50, &error), &error)) {
        return;
    }
    a = qmp_call(vm.qmp, "set-action", "{\"reboot\":\"reset\"}", QMP_MS,
                 &error);
    b = a ? qmp_call(vm.qmp, "system_reset", NULL, QMP_MS, &error) : NULL;
    if (step(b && vm_wait_agent(&vm, &error), &error)) {
        step(write_and_verify(&vm, "data", 1, &error), &error);
        step(read_disk(&vm, "mix", 64, IOS, &error), &error);
    }
}

static void test_migration(void)
{
    g_autoptr(GError) error = NULL;

    if (ready() && step(begin_load(&vm, &error), &error) &&
        step(wait_for_completions(&vm, 50, &error), &error) &&
        step(vm_migrate(&vm, &error), &error) &&
        step(wait_for_completions(&vm, 50, &error), &error)) {
        step(end_load(&vm, &error) && write_and_verify(&vm, "data", 1, &error),
             &error);
    }
}

static void test_quiet(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *log = NULL;

    if (!ready()) {
        return;
    }
    step(vm_poweroff(&vm, &error), &error);
    log = vm_log(&vm);
    g_assert_cmpstr(log, ==, "");
}

static void test_refused(void)
{
    static const struct {
        const char *drive, *said;
    } bad[] = {
        { "order=sorted", "order=sorted: it is one of in-order, shuffle:D" },
        { "seed=1", "order=: it is one of" },
        { "order=shuffle:0", "windows of 1 to 32768" },
        { "order=shuffle:32,seed=4294967296", "seed=4294967296: it is at" },
        { "order=shuffle:32,patience=0", "patience=0: it is 1 to 60000" },
        { "order=shuffle:32,depth=3", "depth" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *drive = g_strdup_printf(
            "if=none,driver=x-order,file.driver=null-co,%s", bad[i].drive);
        const char *args[] = { "-drive", drive, NULL };
        g_autofree char *said = vm_refusal(&vm, args);

        g_test_message("%s: %s", bad[i].drive, said ? said : "taken");
        g_assert_nonnull(said);
        g_assert_nonnull(strstr(said, bad[i].said));
    }
}

static void clean_up(void)
{
    vm_end(&vm, true);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int rc;

    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    atexit(clean_up);
    if (!vm_prepare(&vm, &error) || !order_disks_add(&vm, &many, &error) ||
        !vm_boot(&vm, &error)) {
        printf("Bail out! %s\n", error ? error->message : "no machine");
        return 1;
    }
    up = true;
    g_test_add_func("/order/exact", test_exact);
    g_test_add_func("/order/lets-go", test_lets_go);
    g_test_add_func("/order/data", test_data);
    g_test_add_func("/order/threads", test_threads);
    g_test_add_func("/order/stop", test_stop);
    g_test_add_func("/order/reset", test_reset);
    g_test_add_func("/order/migration", test_migration);
    g_test_add_func("/order/quiet", test_quiet);
    g_test_add_func("/order/refused", test_refused);
    rc = g_test_run();
    vm_end(&vm, rc != 0);
    return rc;
}
