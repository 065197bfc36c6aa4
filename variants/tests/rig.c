/*
 * The disks of test-qemu, and the load on them: see rig.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"
#include "runners/tool/clock.h"
#include "runners/tool/json.h"

/*
 * What we ask for.  QEMUs of late 2026 give every queue 1024 entries all the
 * same, so the tests go by what the ring has.
 */
#define QUEUE_SIZE "queue-size=16"
#define LAPS 3 /* that a load makes of a full ring */
#define MIN_IOS 400

static const char *const kind_names[] = { "full", "chains", "legacy",
                                          "in_order" };

Vm vm;
bool up;
Disk *disks;
int n_disks;

void fail(const char *format, ...)
{
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_test_message("%s", text);
    g_test_fail();
}

static char *disk_name(const Disk *d)
{
    return g_strdup_printf("%s (%s, %s, %s%s)", d->id, d->variant,
                           d->packed ? "packed" : "split", kind_names[d->kind],
                           d->rounds ? ", rounds" : "");
}

void disk_fail(const Disk *d, const char *what, int64_t n)
{
    g_autofree char *name = disk_name(d);

    fail("%s: %s: %" G_GINT64_FORMAT, name, what, n);
}

/*
 * A guest that does not answer is slow, or waits: for an element in flight, or
 * for an interrupt about what was published since QEMU last decided on one.
 */
static void tell_waiting(void)
{
    int i;

    for (i = 0; vm.qmp && i < n_disks; i++) {
        const char *id = disks[i].id;
        int64_t inuse = qmp_in_flight(vm.qmp, id, 0);
        int64_t used = qmp_queue_status(vm.qmp, id, 0, "used-idx");

        if (inuse != 0) {
            disk_fail(&disks[i], "in flight, or -1: QEMU does not say", inuse);
        }
        if (qmp_queue_status(vm.qmp, id, 0, "signalled-used") != used) {
            disk_fail(&disks[i], "not decided whether to notify of", used);
        }
    }
}

bool step(bool ok, GError **error)
{
    if (!ok) {
        fail("%s", *error ? (*error)->message : "failed");
        g_clear_error(error);
        tell_waiting();
        up = false;
    }
    return ok;
}

bool ready(void)
{
    if (!up) {
        fail("no guest: see the failure before");
    }
    return up;
}

static void add_backend(const Disk *d)
{
    g_autofree char *path = NULL;
    int fd;

    if (d->kind != KIND_CHAINS) {
        path = vm_nbd_path(&vm);
        vm_arg(&vm, "-blockdev");
        vm_arg(&vm,
               "driver=nbd,node-name=node-%s,read-only=on,server.type=unix,"
               "server.path=%s",
               d->id, path);
        return;
    }
    path = g_strdup_printf("%s/%s.raw", vm.dir, d->id);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 8 << 20) < 0) {
        fail("%s: cannot be made", path);
    }
    close(fd);
    vm_arg(&vm, "-blockdev");
    vm_arg(&vm, "driver=file,node-name=node-%s,filename=%s,aio=threads", d->id,
           path);
}

char *next_pci_address(void)
{
    static int n = 2 * 8; /* slots 0 and 1 are the machine's */
    char *address =
        g_strdup_printf(",addr=%x.%d,multifunction=on", n / 8, n % 8);

    n++;
    return address;
}

/* Where a round ends: in the main loop, and in a disk's own thread. */
static char *round_options(const Disk *d)
{
    bool threaded = d->rounds && d->kind == KIND_FULL;

    if (threaded) {
        vm_arg(&vm, "-object");
        vm_arg(&vm, "iothread,id=thread-%s", d->id);
    }
    return g_strdup_printf("%s%s%s", d->rounds ? ",x-reorder-flush=round" : "",
                           threaded ? ",iothread=thread-" : "",
                           threaded ? d->id : "");
}

void add_disk(const char *variant, Kind kind, bool packed, bool rounds)
{
    static const char *const options[] = {
        QUEUE_SIZE,
        "queue-size=64,indirect_desc=off",
        QUEUE_SIZE ",disable-legacy=off,disable-modern=on,"
                   "x-reorder-force=on",
        "queue-size=256,in_order=on",
    };
    g_autofree char *address = next_pci_address(), *rest = NULL;
    Disk *d;

    disks = g_renew(Disk, disks, n_disks + 1);
    d = &disks[n_disks];
    *d = (Disk){
        .variant = variant, .kind = kind, .packed = packed, .rounds = rounds
    };
    g_snprintf(d->id, sizeof(d->id), "d%d", n_disks++);
    add_backend(d);
    rest = round_options(d);
    vm_arg(&vm, "-device");
    vm_arg(&vm,
           "virtio-blk-pci,id=%s,serial=%s,drive=node-%s,num-queues=1,"
           "%s%s%s%s%s%s",
           d->id, d->id, d->id, options[kind], address,
           packed ? ",packed=on" : "", kind == KIND_QEMU ? "" : ",x-reorder=",
           kind == KIND_QEMU ? "" : variant, rest);
}

int64_t sum(JsonNode *stats, const char *name)
{
    JsonArray *queues =
        stats ? json_list(json_node_get_object(stats), "queues") : NULL;
    int64_t total = 0;
    guint i;

    for (i = 0; queues && i < json_array_get_length(queues); i++) {
        total += json_int(json_array_get_object_element(queues, i), name, 0);
    }
    return total;
}

bool rings_full(void)
{
    int i;

    for (i = 0; i < n_disks; i++) {
        if (disks[i].kind == KIND_FULL &&
            qmp_in_flight(vm.qmp, disks[i].id, 0) != disks[i].ring) {
            return false;
        }
    }
    return true;
}

/*
 * Called while fio runs, with the disks held: lets them go when all rings are
 * full.  After a while it does so in any case; @data tells.
 */
static gboolean release_when_full(void *data, GError **error)
{
    int64_t *until = data;

    if (*until > 0 && rings_full()) {
        *until = 0;
        vm_hold_disks(&vm, false);
    } else if (*until > 0 && now_ms() > *until) {
        *until = -1;
        vm_hold_disks(&vm, false);
    }
    return TRUE;
}

/* Requests of one load. */
static int64_t n_ios(const Disk *d)
{
    return d->kind == KIND_FULL ? MAX(LAPS * d->ring, MIN_IOS) : MIN_IOS;
}

static void fio_job(GString *jobs, const Disk *d)
{
    int64_t iodepth = d->kind == KIND_FULL     ? d->ring + 16
                      : d->kind == KIND_CHAINS ? 256
                                               : 64;

    g_string_append_printf(jobs,
                           "[%s]\nfilename=/dev/vqlab/%s\n"
                           "iodepth=%" G_GINT64_FORMAT "\n",
                           d->id, d->id, iodepth);
    if (d->kind == KIND_CHAINS) {
        g_string_append(jobs, "rw=randwrite\nbsrange=4k-64k\n"
                              "verify=crc32c\nsize=4M\n");
    } else {
        g_string_append_printf(
            jobs,
            "rw=randread\nbs=4k\nverify=pattern\n"
            "verify_pattern=%%o\nnumber_ios=%" G_GINT64_FORMAT "\n",
            n_ios(d));
    }
}

/* Writes the job file of one load on all disks into the guest. */
static bool put_jobs(GError **error)
{
    g_autoptr(GString) jobs =
        g_string_new("[global]\nioengine=libaio\ndirect=1\n"
                     "thread\nverify_fatal=1\n");
    int i;

    for (i = 0; i < n_disks; i++) {
        fio_job(jobs, &disks[i]);
    }
    return link_put(vm.link, "/tmp/all.fio", 0644, jobs->str, jobs->len, 10000,
                    error);
}

/* One disk's counters over a load in which it was idle before and after. */
static void check_stats(const Disk *d, JsonNode *before)
{
    static const char *const same[] = { "fills", "published" };
    g_autoptr(JsonNode) after = vm_stats(&vm, d->id);
    int64_t pops = sum(after, "pops") - sum(before, "pops");
    int64_t stashed = sum(after, "stashed") - sum(before, "stashed");
    int64_t batch = sum(after, "max_batch");
    const char *strategy = "";
    bool active = false;
    size_t i;

    if (after) {
        strategy = json_str(json_node_get_object(after), "strategy", "");
        active = json_flag(json_node_get_object(after), "active", false);
    }
    if (d->kind == KIND_QEMU) {
        if (strcmp(strategy, "off") != 0 || pops != 0) {
            disk_fail(d, "vqlab is not off; pops", pops);
        }
        return;
    }
    if (strcmp(strategy, d->variant) != 0 || !active ||
        strcmp(json_str(json_node_get_object(after), "flush", ""),
               d->rounds ? "round" : "each") != 0) {
        disk_fail(d, "its strategy is not active; pops", pops);
        return;
    }
    if (pops < (d->kind == KIND_CHAINS ? 64 : n_ios(d))) {
        disk_fail(d, "too few pops", pops);
    }
    for (i = 0; i < G_N_ELEMENTS(same); i++) {
        if (sum(after, same[i]) - sum(before, same[i]) != pops) {
            disk_fail(d, same[i], sum(after, same[i]) - sum(before, same[i]));
            disk_fail(d, "while pops", pops);
        }
    }
    if (d->kind != KIND_CHAINS && stashed < n_ios(d) / 20) {
        disk_fail(d, "hardly anything came out of order; stashed", stashed);
    }
    if (batch > d->ring) {
        disk_fail(d, "a batch larger than its ring", batch);
    }
    if (batch < 2) {
        disk_fail(d, "nothing was ever held back; largest batch", batch);
    }
}

void load(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    g_autofree JsonNode **before = g_new0(JsonNode *, n_disks);
    int64_t until = now_ms() + FULL_MS;
    int i;

    for (i = 0; i < n_disks; i++) {
        before[i] = vm_stats(&vm, disks[i].id);
    }
    if (put_jobs(&error)) {
        vm_hold_disks(&vm, true);
        link_set_watch(vm.link, release_when_full, &until);
        out = vm_shell(&vm, 60, "fio /tmp/all.fio 2>&1 >/tmp/fio.log >&2",
                       &error);
        link_set_watch(vm.link, NULL, NULL);
        vm_hold_disks(&vm, false);
    }
    if (until != 0) {
        fail("the rings did not all become full");
    }
    step(out != NULL, &error);
    for (i = 0; i < n_disks; i++) {
        if (up) {
            check_stats(&disks[i], before[i]);
        }
        g_clear_pointer(&before[i], json_node_unref);
    }
}
