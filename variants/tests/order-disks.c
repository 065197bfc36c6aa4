/*
 * The disks under x-order of a test's QEMU
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "order-disks.h"
#include "runners/tool/clock.h"
#include "runners/tool/json.h"

#define QMP_MS 30000
#define LOAD_S 300 /* no load takes so long on any machine */

const Disk order_disks[ORDER_DISKS] = {
    { "line", "in-order", 1, "x-reorder=array-window", true },
    { "rev", "reverse:32", 1, "x-reorder=in-place", true },
    { "mix", "shuffle:32", 7, "packed=on,x-reorder=bitmap", true },
    { "run", "shuffle:32", 5, "x-reorder=batch-used", true },
    { "runs", "straggler:64", 9, "packed=on,x-reorder=batch-used", true },
    { "late", "straggler:64", 3, "iothread=io0", true },
    { "wait", "shuffle:256", 1, "iothread=io0", false },
    { "data", "shuffle:32", 1, "x-reorder=in-place,x-reorder-flush=round",
      false },
};

bool order_disk_is_ordered(const Disk *d)
{
    return strstr(d->device, "x-reorder=") != NULL;
}

bool order_disk_batches(const Disk *d)
{
    return strstr(d->device, "x-reorder=batch-used") != NULL;
}

const Disk *order_disk_called(const char *id)
{
    for (size_t i = 0; i < ORDER_DISKS; i++) {
        if (strcmp(order_disks[i].id, id) == 0) {
            return &order_disks[i];
        }
    }
    g_assert_not_reached();
}

/* An empty file for a disk; the caller frees the path. */
static char *make_file(const Vm *vm, const char *name, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.img", vm->dir, name);
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
static bool has_many_threads(const Vm *vm)
{
    g_autofree char *program =
        g_strdup_printf("%s/qemu-system-x86_64", vm->qemu_dir);
    const char *argv[] = {
        program, "-machine", "none", "-device", "virtio-blk-pci,help", NULL
    };
    struct spawn s = { .argv = argv };
    g_autofree char *said = capture(&s, true, 1 << 20, 30000, NULL);

    return said && strstr(said, "iothread-vq-mapping");
}

/* Two queues, two threads, one disk: its one order is of all requests. */
static bool add_shared_disk(Vm *vm, bool *many, GError **error)
{
    g_autofree char *path = make_file(vm, "many", error);

    *many = has_many_threads(vm);
    if (!path || !*many) {
        return path != NULL;
    }
    vm_arg(vm, "-drive");
    vm_arg(vm,
           "if=none,id=drive-many,driver=x-order,order=shuffle:32,"
           "file.driver=file,file.locking=off,file.filename=%s",
           path);
    vm_arg(vm, "-device");
    vm_arg(vm, "{\"driver\":\"virtio-blk-pci\",\"id\":\"many\","
               "\"serial\":\"many\",\"drive\":\"drive-many\","
               "\"x-reorder\":\"batch-used\",\"x-reorder-flush\":\"round\","
               "\"num-queues\":2,\"iothread-vq-mapping\":"
               "[{\"iothread\":\"io0\"},{\"iothread\":\"io1\"}]}");
    return true;
}

bool order_disks_add(Vm *vm, bool *many, GError **error)
{
    g_autofree char *data = make_file(vm, "data", error);
    g_autofree char *nbd = vm_nbd_path(vm);

    if (!data) {
        return false;
    }
    vm_arg(vm, "-smp");
    vm_arg(vm, "2");
    vm_arg(vm, "-object");
    vm_arg(vm, "iothread,id=io0");
    vm_arg(vm, "-object");
    vm_arg(vm, "iothread,id=io1");
    for (size_t i = 0; i < ORDER_DISKS; i++) {
        const Disk *d = &order_disks[i];

        vm_arg(vm, "-drive");
        /*
         * Long patience: a busy host must not cut the order that is compared.
         * nbdkit completes out of order what x-order has to put in order; the
         * other nodes below are fast.
         */
        if (strcmp(d->id, "line") == 0) {
            vm_arg(vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,"
                   "file.driver=nbd,file.server.type=unix,"
                   "file.server.path=%s,read-only=on",
                   d->id, d->order, nbd);
        } else if (strcmp(d->id, "data") == 0) {
            vm_arg(vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,"
                   "file.driver=file,file.locking=off,file.filename=%s",
                   d->id, d->order, data);
        } else {
            vm_arg(vm,
                   "if=none,id=drive-%s,driver=x-order,order=%s,seed=%u,"
                   "patience=%d,file.driver=null-co,file.size=67108864",
                   d->id, d->order, d->seed, d->exact ? 1000 : 100);
        }
        vm_arg(vm, "-device");
        vm_arg(vm,
               "virtio-blk-pci,id=%s,serial=%s,drive=drive-%s,num-queues=1,"
               "queue-size=256,request-merging=off,%s",
               d->id, d->id, d->id, d->device);
    }
    return add_shared_disk(vm, many, error);
}

int64_t order_counter(const Vm *vm, const Disk *d, const char *name)
{
    static const char prefix[] = "x-order:";
    g_autofree char *device = g_strdup_printf("drive-%s", d->id);
    g_autoptr(JsonNode) all =
        qmp_call(vm->qmp, "query-block", NULL, QMP_MS, NULL);
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

int64_t order_strategy_counter(Vm *vm, const Disk *d, const char *name)
{
    g_autoptr(JsonNode) stats = vm_stats(vm, d->id);
    JsonArray *queues =
        stats ? json_list(json_node_get_object(stats), "queues") : NULL;

    if (!queues || json_array_get_length(queues) == 0) {
        return -1;
    }
    return json_int(json_array_get_object_element(queues, 0), name, -1);
}

bool read_disk(Vm *vm, const char *id, int iodepth, int ios, GError **error)
{
    g_autofree char *script = g_strdup_printf(
        "fio --name=x --filename=/dev/vqlab/%s --direct=1 --ioengine=libaio "
        "--iodepth=%d --bs=4k --rw=randread --norandommap --io_size=1g "
        "--number_ios=%d >/tmp/fio.out 2>&1 || { tail /tmp/fio.out; exit 1; }",
        id, iodepth, ios);
    g_autofree char *out = vm_shell(vm, LOAD_S, script, error);

    return out != NULL;
}

bool write_and_verify(Vm *vm, const char *id, int jobs, GError **error)
{
    g_autofree char *script = g_strdup_printf(
        "fio --name=x --filename=/dev/vqlab/%s --direct=1 --ioengine=libaio "
        "--iodepth=64 --bsrange=512-32k --rw=randwrite --size=8m "
        "--offset_increment=8m --numjobs=%d --randseed=$$ --fsync=40 "
        "--verify=crc32c >/tmp/fio.out 2>&1 || "
        "{ tail /tmp/fio.out; exit 1; }; blkdiscard /dev/vqlab/%s",
        id, jobs, id);
    g_autofree char *out = vm_shell(vm, LOAD_S, script, error);

    return out != NULL;
}

/*
 * Returns when each disk has read: a fio that does not run yet would miss its
 * end. The first field of stat is how many reads the disk has completed.
 */
bool begin_load(Vm *vm, GError **error)
{
    g_autofree char *out = vm_shell(
        vm, LOAD_S,
        "cd /dev/vqlab; reads() { b=$(readlink -f $1); "
        "read -r n rest </sys/block/${b##*/}/stat; echo $n; }; "
        "for d in *; do eval was_$d=$(reads $d); fio --name=$d "
        "--filename=/dev/vqlab/$d --direct=1 --ioengine=libaio --iodepth=100 "
        "--bs=4k --rw=randread --time_based --runtime=600 >/dev/null 2>&1 & "
        "done; for d in *; do eval was=\\$was_$d; "
        "while [ $(reads $d) = $was ]; do :; done; done",
        error);

    return out != NULL;
}

/*
 * Killed, for fio that is asked to end may wait for ever, in io_getevents, for
 * requests which have long completed.  A process is gone when its last request
 * has come back, so this waits for the disks all the same.
 */
bool end_load(Vm *vm, GError **error)
{
    g_autofree char *out = vm_shell(
        vm, LOAD_S, "killall -9 fio; while pidof fio >/dev/null; do :; done",
        error);

    return out != NULL;
}

static int64_t count_completed(const Vm *vm)
{
    int64_t n = 0;

    for (size_t i = 0; i < ORDER_DISKS; i++) {
        n += order_counter(vm, &order_disks[i], "completed");
    }
    return n;
}

bool wait_for_completions(const Vm *vm, int64_t more, GError **error)
{
    int64_t until = now_ms() + LOAD_S * 1000, goal = count_completed(vm) + more;

    while (count_completed(vm) < goal) {
        if (now_ms() > until) {
            g_set_error(error, VQB_ERROR, VQB_FAILED,
                        "the load stands still at %d requests",
                        (int)count_completed(vm));
            return false;
        }
        g_usleep(10000);
    }
    return true;
}
