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
 *     legacy   a device that cannot negotiate IN_ORDER, with x-reorder-force
 *
 * and network cards with strategies.  The tests below are steps of one story
 * and run in order: load, rebind of the driver, migration to another QEMU
 * process, reset of the machine under load.  After each, the load has to
 * come out right again.
 *
 * A driver that negotiated IN_ORDER completes its requests in the order in
 * which it made them, whatever ids it is shown: an element out of order
 * would hand fio the data of another block.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../../runners/netns.h"
#include "reorder.h"
#include "vm.h"

/*
 * What we ask for.  QEMUs of late 2026 give every queue 1024 entries all the
 * same, so the tests go by what the ring has.
 */
#define QUEUE_SIZE "queue-size=16"
#define LAPS 3 /* that a load makes of a full ring */
#define MIN_IOS 400
#define FULL_MS 30000 /* a ring is full by then or never */
#define N_NETS 4
#define NET_BYTES (16 << 20)

typedef enum Kind {
    KIND_FULL,
    KIND_CHAINS,
    KIND_LEGACY,
    KIND_QEMU, /* QEMU's own in_order=on, beside ours */
} Kind;

static const char *const kind_names[] = { "full", "chains", "legacy",
                                          "in_order" };

typedef struct Disk {
    char id[8]; /* the device's, and the serial number */
    const char *variant;
    Kind kind;
    bool packed;
    int64_t ring; /* entries; known once the guest is up */
} Disk;

static Vm vm;
static bool up; /* the guest answers; without it all else fails */
static Disk disks[32];
static int n_disks;

static void fail(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void fail(const char *format, ...)
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
    return g_strdup_printf("%s (%s, %s, %s)", d->id, d->variant,
                           d->packed ? "packed" : "split", kind_names[d->kind]);
}

static void disk_fail(const Disk *d, const char *what, int64_t n)
{
    g_autofree char *name = disk_name(d);

    fail("%s: %s: %" G_GINT64_FORMAT, name, what, n);
}

/* A step that the next ones need; on failure they fail, too. */
static bool step(bool ok, GError **error)
{
    if (!ok) {
        fail("%s", *error ? (*error)->message : "failed");
        g_clear_error(error);
        up = false;
    }
    return ok;
}

static bool ready(void)
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

static void add_disk(const char *variant, Kind kind, bool packed)
{
    static const char *const options[] = {
        QUEUE_SIZE,
        "queue-size=64,indirect_desc=off",
        QUEUE_SIZE ",disable-legacy=off,disable-modern=on,"
                   "x-reorder-force=on",
        "queue-size=256,in_order=on",
    };
    Disk *d = &disks[n_disks];

    *d = (Disk){ .variant = variant, .kind = kind, .packed = packed };
    g_snprintf(d->id, sizeof(d->id), "d%d", n_disks++);
    add_backend(d);
    vm_arg(&vm, "-device");
    vm_arg(&vm,
           "virtio-blk-pci,id=%s,serial=%s,drive=node-%s,num-queues=1,%s%s%s%s",
           d->id, d->id, d->id, options[kind], packed ? ",packed=on" : "",
           kind == KIND_QEMU ? "" : ",x-reorder=",
           kind == KIND_QEMU ? "" : variant);
}

static bool add_net(int i, GError **error)
{
    /* Each strategy once, the bitmap with both rings. */
    static const char *const variants[N_NETS] = { "hash-table", "array-window",
                                                  "bitmap", "bitmap" };
    int tap = netns_tap(i, error);

    if (tap < 0) {
        return false;
    }
    g_array_append_val(vm.keep, tap);
    vm_arg(&vm, "-netdev");
    vm_arg(&vm, "tap,id=tap%d,fd=%d,vhost=off", i, tap);
    vm_arg(&vm, "-device");
    vm_arg(&vm, "virtio-net-pci,id=net%d,netdev=tap%d,mac=%s,romfile=,%s=%s%s",
           i, i, netns_guest_mac(i), "x-reorder", variants[i],
           i % 2 ? ",packed=on" : "");
    return true;
}

static void test_bad_options(void)
{
    static const char *const device[] = {
        "x-reorder=bogus",
        "x-reorder-force=on",
        "x-reorder=bitmap,x-reorder-force=perhaps",
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

static void test_boot(void)
{
    g_autoptr(GError) error = NULL;
    const ReorderOps *const *ops;
    bool ok = true;
    int i;

    for (i = 0; i < 2; i++) {
        for (ops = reorder_strategies; *ops; ops++) {
            add_disk((*ops)->name, KIND_FULL, i);
            add_disk((*ops)->name, KIND_CHAINS, i);
        }
        add_disk("qemu", KIND_QEMU, i);
    }
    add_disk("hash-table", KIND_LEGACY, false);
    add_disk("array-window", KIND_LEGACY, false);
    add_disk("bitmap", KIND_LEGACY, false);
    for (i = 0; ok && i < N_NETS; i++) {
        ok = add_net(i, &error);
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

static int64_t sum(JsonNode *stats, const char *name)
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

/* Is every ring completely full that shall be? */
static bool rings_full(void)
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
    if (strcmp(strategy, d->variant) != 0 || !active) {
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

/* fio on all disks at once; fio's verdict, and the strategies' counters. */
static void load(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    JsonNode *before[G_N_ELEMENTS(disks)];
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

static void test_load(void)
{
    if (ready()) {
        load();
    }
}

/* One network card: TCP both ways, so that both queues work. */
static bool net_load(int i, GError **error)
{
    g_autofree char *device = g_strdup_printf("net%d", i);
    g_autofree char *out = NULL, *script = NULL;
    g_autoptr(JsonNode) stats = NULL;
    const char *argv[] = { "iperf3", "-s", "-B", netns_host_address(i), NULL };
    struct spawn s = { .argv = argv };
    struct child server;

    if (!spawn(&server, &s, error)) {
        return false;
    }
    script = g_strdup_printf(
        "for n in /sys/class/net/*; do [ $(cat $n/address) = %s ] && break; "
        "done; ifconfig ${n##*/} %s netmask " NETNS_MASK " up; "
        "for t in 1 2 3 4 5 6 7 8 9; do "
        "iperf3 -c %s -n %d && break; sleep 0.2; done && iperf3 -R -c %s -n %d",
        netns_guest_mac(i), netns_guest_address(i), netns_host_address(i),
        NET_BYTES, netns_host_address(i), NET_BYTES);
    out = vm_shell(&vm, 30, script, error);
    child_end(&server, SIGKILL, 1000);
    if (!out) {
        return false;
    }
    stats = vm_stats(&vm, device);
    if (sum(stats, "published") < 100 ||
        sum(stats, "published") != sum(stats, "fills")) {
        fail("%s: published %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
             " filled",
             device, sum(stats, "published"), sum(stats, "fills"));
    }
    return true;
}

static void test_net(void)
{
    g_autoptr(GError) error = NULL;
    int i;

    for (i = 0; ready() && i < N_NETS; i++) {
        step(net_load(i, &error), &error);
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

/* The machine is reset while requests are in flight and stashed. */
static void test_reset(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) a = NULL, b = NULL;
    g_autofree char *out = NULL;
    int64_t until = now_ms() + FULL_MS;

    if (!ready()) {
        return;
    }
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
