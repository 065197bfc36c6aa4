/*
 * The strategies inside the real QEMU, under a real guest
 *
 * One boot has a disk for every strategy, ring format and kind:
 *
 *     full     an iodepth beyond the size of the ring, and a disk which
 *              completes out of order, and nothing at all until the ring is
 *              completely full.  fio knows what each block must hold.
 *     chains   no indirect descriptors, so that a request takes 3 to some 20
 *              ring entries; written and read back.
 *     rounds   full and chains, with x-reorder-flush=round; a full one in an
 *              iothread
 *     legacy   a device that cannot negotiate IN_ORDER, with x-reorder-force;
 *              not of strategies that refuse it
 *
 * and network cards with strategies.  The tests below are steps of one story
 * and run in order: load, rebind of the driver, migration to another QEMU
 * process, reset of the machine under load.  After each, the load has to
 * come out right again.
 *
 * A driver that negotiated IN_ORDER takes an id in the used ring as the end
 * of a batch and completes every request before it, too.  An element out of
 * order so completes requests whose data is not there yet, and fio says so.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "runners/machine/netns.h"
#include "variants/reorder.h"
#include "nets.h"
#include "rig.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

static void test_bad_options(void)
{
    static const char *const device[] = {
        "x-reorder=bogus",
        "x-reorder-force=on",
        "x-reorder=bitmap,x-reorder-force=perhaps",
        "x-reorder=batch-used,x-reorder-force=on",
        "x-reorder=bitmap,x-reorder-flush=never",
        "x-reorder-flush=round",
    };
    const ReorderOps *const *ops;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(device); i++) {
        g_autofree char *arg =
            g_strdup_printf("virtio-blk-pci,drive=n,%s", device[i]);
        const char *args[] = { "-blockdev", "driver=null-co,node-name=n",
                               "-device", arg, NULL };
        g_autofree char *said = vm_refusal(&vm, args);

        if (!said || !strstr(said, "x-reorder")) {
            fail("-device %s: %s", arg, said ? said : "not refused");
            continue;
        }
        for (ops = reorder_strategies; i == 0 && *ops; ops++) {
            if (!strstr(said, (*ops)->name)) {
                fail("%s is not named in: %s", (*ops)->name, said);
            }
        }
    }
}

/* QEMU before 9.1 has no in_order of its own, and says so. */
static bool has_in_order(void)
{
    const char *args[] = { "-blockdev", "driver=null-co,node-name=n", "-device",
                           "virtio-blk-pci,drive=n,in_order=on,x-reorder=bogus",
                           NULL };
    g_autofree char *said = vm_refusal(&vm, args);

    return said && !strstr(said, "in_order");
}

static void test_boot(void)
{
    /* Entries at fill, and copies until the flush. */
    static const char *const in_rounds[] = { "in-place", "batch-used" };
    g_autoptr(GError) error = NULL;
    const ReorderOps *const *ops;
    bool in_order = has_in_order();
    size_t r;
    bool ok = true;
    int i;

    for (i = 0; i < 2; i++) {
        for (ops = reorder_strategies; *ops; ops++) {
            add_disk((*ops)->name, KIND_FULL, i, false);
            add_disk((*ops)->name, KIND_CHAINS, i, false);
        }
        for (r = 0; r < G_N_ELEMENTS(in_rounds); r++) {
            add_disk(in_rounds[r], KIND_FULL, i, true);
            add_disk(in_rounds[r], KIND_CHAINS, i, true);
        }
        if (in_order) {
            add_disk("qemu", KIND_QEMU, i, false);
        }
    }
    for (ops = reorder_strategies; ok && *ops; ops++) {
        if (!reorder_skips(*ops)) {
            add_disk((*ops)->name, KIND_LEGACY, false, false);
        }
        ok = n_nets == MAX_NETS || add_net((*ops)->name, &error);
    }
    up = true;
    step(ok && vm_boot(&vm, &error), &error);
}

/* Bits 34 (packed) and 35 (in order), as the guest's kernel shows them. */
static void test_features(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    int i;

    if (!ready()) {
        return;
    }
    out = vm_shell(&vm, 10,
                   "for d in /dev/vqlab/*; do b=$(readlink $d); echo "
                   "${d##*/}=$(cat /sys/block/${b##*/}/device/features); done",
                   &error);
    if (!step(out != NULL, &error)) {
        return;
    }
    for (i = 0; i < n_disks; i++) {
        g_autofree char *name = g_strdup_printf("%s=", disks[i].id);
        const char *bits = strstr(out, name);
        char in_order = disks[i].kind == KIND_LEGACY ? '0' : '1';

        if (!bits || strlen(bits) < strlen(name) + 64) {
            disk_fail(&disks[i], "not in the guest; disks there are", n_disks);
            continue;
        }
        bits += strlen(name);
        if (bits[35] != in_order) {
            disk_fail(&disks[i], "bit 35 is wrong, it is", bits[35] - '0');
        }
        disks[i].ring = vm_ring_size(&vm, disks[i].id);
        if (disks[i].ring < 1) {
            disk_fail(&disks[i], "its ring has no size", disks[i].ring);
        }
        if (bits[34] != (disks[i].packed ? '1' : '0')) {
            disk_fail(&disks[i], "bit 34 is wrong, it is", bits[34] - '0');
        }
    }
}

static void test_load(void)
{
    if (ready()) {
        load();
    }
}

static void test_net(void)
{
    g_autoptr(GError) error = NULL;
    int i;

    for (i = 0; ready() && i < n_nets; i++) {
        step(net_load(i, &error), &error);
    }
}

/*
 * Split rings.  What a packed one does is in test_reset: QEMU does not count
 * what it drops from it as in use, gives it back nevertheless, and takes the
 * ring for full from then on; 10.0.13 does so without a strategy, too.
 */
static void test_link(void)
{
    g_autoptr(GError) error = NULL;
    int i;

    for (i = 0; ready() && i < n_nets; i++) {
        g_autofree char *ping =
            g_strdup_printf("ping -c 3 -W 5 %s", netns_host_address(i));
        g_autofree char *out = NULL;

        if (!net_is_packed(i)) {
            step(drop_packets(i, 20, &error) &&
                     (out = vm_shell(&vm, 20, ping, &error)) != NULL,
                 &error);
        }
    }
}

/* The driver lets go of each disk and takes it again: a device reset. */
static void test_rebind(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;

    if (!ready()) {
        return;
    }
    out = vm_shell(&vm, 30,
                   "set -e; cd /sys/bus/virtio/drivers/virtio_blk; "
                   "for v in virtio*; do echo $v >unbind; done; "
                   "[ -z \"$(ls -d /sys/block/vd* 2>/dev/null)\" ]; "
                   "for v in /sys/bus/virtio/devices/*; do "
                   "[ $(cat $v/device) = 0x0002 ] && echo ${v##*/} >bind; "
                   "done; /bin/vqlab-links",
                   &error);
    if (step(out != NULL, &error)) {
        load();
    }
}

static void test_migration(void)
{
    g_autoptr(GError) error = NULL;

    if (ready() && step(vm_migrate(&vm, &error), &error)) {
        load();
    }
}

/*
 * The machine is reset while requests are in flight and stashed, and packed
 * rings of network cards are taken for full.
 */
static void test_reset(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) a = NULL, b = NULL;
    g_autofree char *out = NULL;
    int64_t until;
    int i;

    for (i = 0; ready() && i < n_nets; i++) {
        if (net_is_packed(i)) {
            step(drop_packets(i, 1, &error), &error);
        }
    }
    if (!ready()) {
        return;
    }
    until = now_ms() + FULL_MS;
    vm_hold_disks(&vm, true);
    out = vm_shell(&vm, 10, "fio --loops=100 /tmp/all.fio >/dev/null 2>&1 &",
                   &error);
    while (out && !rings_full() && now_ms() < until) {
        g_usleep(20000);
    }
    if (!out || now_ms() >= until) {
        fail("no load to reset under");
    }
    vm_hold_disks(&vm, false);
    a = qmp_call(vm.qmp, "set-action", "{\"reboot\":\"reset\"}", 5000, &error);
    if (a) {
        b = qmp_call(vm.qmp, "system_reset", NULL, 5000, &error);
    }
    if (step(b && vm_wait_agent(&vm, &error), &error)) {
        load();
    }
    for (i = 0; ready() && i < n_nets; i++) {
        if (net_is_packed(i)) {
            step(net_load(i, &error), &error);
        }
    }
}

/* Nothing of all that may have made QEMU complain. */
static void test_quiet(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *log = NULL;

    if (!ready()) {
        return;
    }
    step(vm_poweroff(&vm, &error), &error);
    log = vm_log(&vm);
    if (!log || *log) {
        fail("QEMU said: %.2000s", log ? log : "?");
    }
}

/* A QEMU without vqlab's strategies (QEMU=BINARY) has nothing to test. */
static bool has_strategies(void)
{
    g_autofree char *path = g_strdup_printf("%s/manifest.json", vm.qemu_dir);
    g_autofree char *text = read_file(path, 1 << 20, NULL, NULL);
    g_autoptr(JsonNode) n =
        text ? parse_json(text, strlen(text), path, NULL) : NULL;
    JsonArray *list =
        n ? json_list(json_node_get_object(n), "strategies") : NULL;

    return list && json_array_get_length(list) > 0;
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
    if (!vm_prepare(&vm, &error)) {
        g_printerr("test-qemu: %s\n", error->message);
        return 1;
    }
    if (!has_strategies()) {
        g_print("1..1\nok 1 /qemu # SKIP this QEMU has no strategies\n");
        vm_end(&vm, false);
        return 0;
    }
    if (!netns_enter(&error)) {
        g_printerr("test-qemu: %s\n", error->message);
        return 1;
    }
    g_test_add_func("/qemu/bad-options", test_bad_options);
    g_test_add_func("/qemu/boot", test_boot);
    g_test_add_func("/qemu/features", test_features);
    g_test_add_func("/qemu/load", test_load);
    g_test_add_func("/qemu/net", test_net);
    g_test_add_func("/qemu/link", test_link);
    g_test_add_func("/qemu/rebind", test_rebind);
    g_test_add_func("/qemu/migration", test_migration);
    g_test_add_func("/qemu/reset", test_reset);
    g_test_add_func("/qemu/quiet", test_quiet);
    rc = g_test_run();
    vm_end(&vm, rc != 0);
    if (rc != 0) {
        g_print("# QEMU's and the guest's logs are in %s\n", vm.dir);
    }
    return rc;
}
