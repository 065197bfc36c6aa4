/*
 * The disk x-order, in the real QEMU, under a real guest
 *
 * One boot with a disk for each kind of order, then a story in steps: what
 * vqprobe sees of a load is the order that was asked for, element by element;
 * loads that are too small for a window end all the same; stop, migration and
 * reset find nothing held back; and what was written is read again.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "order-seen.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#define QMP_MS 30000
#define LOAD_S 300 /* no load takes so long on any machine */
#define IOS 6400   /* whole windows of each kind */

typedef struct Disk {
    const char *id, *order;
    uint32_t seed;
    const char *device; /* properties */
    bool exact;         /* the order of its load is compared */
} Disk;

static const Disk disks[] = {
    { "line", "in-order", 1, "x-reorder=array-window", true },
    { "rev", "reverse:32", 1, "x-reorder=in-place", true },
    { "mix", "shuffle:32", 7, "packed=on,x-reorder=bitmap", true },
    { "late", "straggler:64", 3, "iothread=io0", true },
    { "wait", "shuffle:256", 1, "iothread=io0", false },
    { "data", "shuffle:32", 1, "x-reorder=in-place", false },
};

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

/* An empty file for a disk; the caller frees the path. */
static char *make_file(const char *name, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.img", vm.dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && ftruncate(fd, 32 << 20) == 0;

    if (!ok) {
        g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path,
                    g_strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok ? g_steal_pointer(&path) : NULL;
}

/* Can the queues of a disk be in several threads?  From QEMU 9.0 on. */
static bool has_many_threads(void)
{
    g_autofree char *program =
        g_strdup_printf("%s/qemu-system-x86_64", vm.qemu_dir);
    const char *argv[] = {
        program, "-machine", "none", "-device", "virtio-blk-pci,help", NULL
    };
    struct spawn s = { .argv = argv };
    g_autofree char *said = capture(&s, true, 1 << 20, 30000, NULL);

    return said && strstr(said, "iothread-vq-mapping");
}

/* Two queues, two threads, one disk: its one order is of all requests. */
static bool add_shared_disk(GError **error)
{
    g_autofree char *path = make_file("many", error);

    many = has_many_threads();
    if (!path || !many) {
        return path != NULL;
    }
    vm_arg(&vm, "-drive");
    vm_arg(&vm,
           "if=none,id=drive-many,driver=x-order,order=shuffle:32,"
           "file.driver=file,file.locking=off,file.filename=%s",
           path);
    vm_arg(&vm, "-device");
    vm_arg(&vm, "{\"driver\":\"virtio-blk-pci\",\"id\":\"many\","
                "\"serial\":\"many\",\"drive\":\"drive-many\","
                "\"num-queues\":2,\"iothread-vq-mapping\":"
                "[{\"iothread\":\"io0\"},{\"iothread\":\"io1\"}]}");
    return true;
}

static bool add_disks(GError **error)
{
    g_autofree char *data = make_file("data", error);
    g_autofree char *nbd = vm_nbd_path(&vm);

    if (!data) {
        return false;
    }
    vm_arg(&vm, "-smp");
    vm_arg(&vm, "2");
    vm_arg(&vm, "-object");
    vm_arg(&vm, "iothread,id=io0");
    vm_arg(&vm, "-object");
    vm_arg(&vm, "iothread,id=io1");
    for (size_t i = 0; i < G_N_ELEMENTS(disks); i++) {
        const Disk *d = &disks[i];

        vm_arg(&vm, "-drive");
        /* Long patience: a busy host must not cut the order that is compared.
         * What completes out of order is to be in order; the rest is fast. */
        if (strcmp(d->id, "line") == 0) {
            vm_arg(&vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,"
                   "file.driver=nbd,file.server.type=unix,"
                   "file.server.path=%s,read-only=on",
                   d->id, d->order, nbd);
        } else if (strcmp(d->id, "data") == 0) {
            vm_arg(&vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,"
                   "file.driver=file,file.locking=off,file.filename=%s",
                   d->id, d->order, data);
        } else {
            vm_arg(&vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,seed=%u,"
                   "patience=%d,file.driver=null-co,file.size=67108864",
                   d->id, d->order, d->seed, d->exact ? 1000 : 100);
        }
        vm_arg(&vm, "-device");
        vm_arg(&vm,
               "virtio-blk-pci,id=%s,serial=%s,drive=drive-%s,num-queues=1,"
               "queue-size=256,request-merging=off,%s",
               d->id, d->id, d->id, d->device);
    }
    return add_shared_disk(error);
}

/* The counter called @name of x-order; -1: QEMU does not say. */
static int64_t counter(const Disk *d, const char *name)
{
    static const char prefix[] = "x-order:";
    g_autofree char *device = g_strdup_printf("drive-%s", d->id);
    g_autoptr(JsonNode) all =
        qmp_call(vm.qmp, "query-block", NULL, QMP_MS, NULL);
    JsonArray *list =
        all && JSON_NODE_HOLDS_ARRAY(all) ? json_node_get_array(all) : NULL;

    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        JsonObject *o = json_array_get_object_element(list, i);
        JsonObject *in = json_object_has_member(o, "inserted")
                             ? json_object_get_object_member(o, "inserted")
                             : NULL;
        const char *file = in ? json_str(in, "file", "") : "";
        g_autoptr(JsonNode) n = NULL;

        if (strcmp(json_str(o, "device", ""), device) == 0 &&
            g_str_has_prefix(file, prefix)) {
            file += strlen(prefix);
            n = parse_json(file, strlen(file), "x-order", NULL);
            return n ? json_int(json_node_get_object(n), name, -1) : -1;
        }
    }
    return -1;
}

/* fio's random reads on the disk; what it prints is of no interest. */
static bool read_disk(const char *id, int iodepth, int ios, GError **error)
{
    g_autofree char *script = g_strdup_printf(
        "fio --name=x --filename=/dev/vqlab/%s --direct=1 --ioengine=libaio "
        "--iodepth=%d --bs=4k --rw=randread --norandommap --io_size=1g "
        "--number_ios=%d >/tmp/fio.out 2>&1 || { tail /tmp/fio.out; exit 1; }",
        id, iodepth, ios);
    g_autofree char *out = vm_shell(&vm, LOAD_S, script, error);

    return out != NULL;
}

/* Each of the jobs writes, and reads all of it again, through x-order. */
static bool write_and_verify(const char *id, int jobs, GError **error)
{
    g_autofree char *script = g_strdup_printf(
        "fio --name=x --filename=/dev/vqlab/%s --direct=1 --ioengine=libaio "
        "--iodepth=64 --bsrange=512-32k --rw=randwrite --size=8m "
        "--offset_increment=8m --numjobs=%d --randseed=$$ --fsync=40 "
        "--verify=crc32c >/tmp/fio.out 2>&1 || "
        "{ tail /tmp/fio.out; exit 1; }; blkdiscard /dev/vqlab/%s",
        id, jobs, id);
    g_autofree char *out = vm_shell(&vm, LOAD_S, script, error);

    return out != NULL;
}

static void compare(const Disk *d, const char *trace, JsonNode *summary,
                    int64_t windows)
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
}

static void test_exact(void)
{
    g_autofree char *trace = g_strdup_printf("%s/exact.vqt", vm.dir);
    g_autofree char *json = g_strdup_printf("%s/exact.json", vm.dir);
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) summary = NULL;
    g_autoptr(GError) error = NULL;
    int64_t windows[G_N_ELEMENTS(disks)], cut[G_N_ELEMENTS(disks)];
    struct child probe = { 0 };

    if (!ready() || !step(watch(&vm, &probe, trace, json, &error), &error)) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(disks); i++) {
        if (disks[i].exact) {
            /* The guest has looked for partitions, one block at a time. */
            windows[i] = counter(&disks[i], "windows");
            cut[i] = counter(&disks[i], "cut");
            g_assert_cmpint(windows[i], >, 0);
            g_assert_cmpint(windows[i], ==, counter(&disks[i], "completed"));
            step(read_disk(disks[i].id, 64, IOS, &error), &error);
            g_assert_cmpint(counter(&disks[i], "cut"), ==, cut[i]);
        }
    }
    child_end(&probe, SIGTERM, 60000);
    text = read_file(json, 64 << 20, NULL, &error);
    summary = text ? parse_json(text, strlen(text), json, &error) : NULL;
    step(summary != NULL, &error);
    for (size_t i = 0; ready() && i < G_N_ELEMENTS(disks); i++) {
        if (disks[i].exact) {
            compare(&disks[i], trace, summary, windows[i]);
        }
    }
}

static const Disk *disk_called(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(disks); i++) {
        if (strcmp(disks[i].id, id) == 0) {
            return &disks[i];
        }
    }
    g_assert_not_reached();
}

/* One request at a time, where windows have 256; then 200. */
static void test_lets_go(void)
{
    const Disk *d = disk_called("wait");
    g_autoptr(GError) error = NULL;
    int64_t windows, arrived;

    if (!ready()) {
        return;
    }
    windows = counter(d, "windows");
    step(read_disk(d->id, 1, 20, &error), &error);
    g_assert_cmpint(counter(d, "windows"), ==, windows + 20);
    step(read_disk(d->id, 200, 600, &error), &error);
    arrived = counter(d, "arrived");
    g_assert_cmpint(arrived, ==, windows + 620);
    g_assert_cmpint(counter(d, "completed"), ==, arrived);
    g_assert_cmpint(counter(d, "cut"), >, windows + 20);
}

static void test_data(void)
{
    g_autoptr(GError) error = NULL;

    if (ready()) {
        step(write_and_verify("data", 1, &error), &error);
    }
}

static void test_threads(void)
{
    g_autoptr(GError) error = NULL;

    if (!many) {
        g_test_skip("this QEMU has all queues of a disk in one thread");
    } else if (ready()) {
        step(write_and_verify("many", 3, &error), &error);
    }
}

/* Begins a load on all disks that goes on until the machine does not. */
static bool begin_load(GError **error)
{
    g_autofree char *out = vm_shell(
        &vm, LOAD_S,
        "cd /dev/vqlab; for d in *; do fio --name=$d "
        "--filename=/dev/vqlab/$d --direct=1 --ioengine=libaio --iodepth=100 "
        "--bs=4k --rw=randread --time_based --runtime=600 >/dev/null 2>&1 & "
        "done",
        error);

    return out != NULL;
}

static int64_t completed(void)
{
    int64_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(disks); i++) {
        n += counter(&disks[i], "completed");
    }
    return n;
}

static bool wait_for_completions(int64_t more, GError **error)
{
    int64_t until = now_ms() + LOAD_S * 1000, goal = completed() + more;

    while (completed() < goal) {
        if (now_ms() > until) {
            g_set_error(error, VQB_ERROR, VQB_FAILED,
                        "the load stands still at %d requests",
                        (int)completed());
            return false;
        }
        g_usleep(10000);
    }
    return true;
}

/* A stopped machine has no request in flight, so nothing is held back. */
static void test_stop(void)
{
    g_autoptr(GError) error = NULL;

    if (!ready() || !step(begin_load(&error), &error)) {
        return;
    }
    for (int i = 0; ready() && i < 20; i++) {
        g_autoptr(JsonNode) stopped = NULL, started = NULL;

        step(wait_for_completions(50, &error), &error);
        stopped = qmp_call(vm.qmp, "stop", NULL, QMP_MS, &error);
        step(stopped != NULL, &error);
        for (size_t k = 0; k < G_N_ELEMENTS(disks); k++) {
            g_assert_cmpint(counter(&disks[k], "completed"), ==,
                            counter(&disks[k], "arrived"));
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

    if (!ready() || !step(wait_for_completions(50, &error), &error)) {
        return;
    }
    a = qmp_call(vm.qmp, "set-action", "{\"reboot\":\"reset\"}", QMP_MS,
                 &error);
    b = a ? qmp_call(vm.qmp, "system_reset", NULL, QMP_MS, &error) : NULL;
    if (step(b && vm_wait_agent(&vm, &error), &error)) {
        step(write_and_verify("data", 1, &error), &error);
        step(read_disk("mix", 64, IOS, &error), &error);
    }
}

static void test_migration(void)
{
    g_autoptr(GError) error = NULL;

    if (ready() && step(begin_load(&error), &error) &&
        step(wait_for_completions(50, &error), &error) &&
        step(vm_migrate(&vm, &error), &error) &&
        step(wait_for_completions(50, &error), &error)) {
        g_autofree char *out = vm_shell(
            &vm, LOAD_S, "killall fio; while pidof fio; do :; done", &error);

        step(out && write_and_verify("data", 1, &error), &error);
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
    if (!vm_prepare(&vm, &error) || !add_disks(&error) ||
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
