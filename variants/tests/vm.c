/*
 * A real QEMU with the lab's guest in it: see vm.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/tool/text.h"
#include "runners/machine/boot.h"
#include "vm.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#define BOOT_MS 300000 /* as the others: only what hangs takes so long */
#define MIGRATE_MS 300000
#define POWEROFF_MS 120000
#define QMP_MS 30000

static bool vm_fail(GError **error, const char *what)
{
    g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", what,
                g_strerror(errno));
    return false;
}

/* The last line that a script of the runners prints. */
static char *vm_setup(const char *script, GError **error)
{
    const char *argv[] = { script, NULL };
    char *out = NULL;
    int status;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, &out, NULL,
                      &status, error) ||
        !g_spawn_check_wait_status(status, error)) {
        g_prefix_error(error, "%s: ", script);
        g_free(out);
        return NULL;
    }
    return g_strstrip(out);
}

char *vm_nbd_path(const Vm *vm)
{
    return g_strdup_printf("%s/nbd", vm->dir);
}

static int vm_open_log(const Vm *vm, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/%s", vm->dir, name);

    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static bool vm_start_nbdkit(Vm *vm, GError **error)
{
    g_autofree char *path = vm_nbd_path(vm);
    g_autofree char *plugin =
        g_canonicalize_filename("build/runners/latency.so", NULL);
    g_autofree char *line =
        g_strdup_printf("nbdkit -f -t 64 %s size=16M service=heavy-tail "
                        "base_us=300 tail_us=5000 tail_permille=20 seed=1 "
                        "-U %s",
                        plugin, path);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    int log = vm_open_log(vm, "nbdkit.log");
    struct spawn s = { .argv = (const char *const *)argv,
                       .out = log,
                       .err = log };
    int64_t until = now_ms() + 10000;
    bool ok = spawn(&vm->nbdkit, &s, error);

    close(log);
    while (ok && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        if (child_ended(&vm->nbdkit, 10) || now_ms() > until) {
            g_set_error(error, VQB_ERROR, VQB_FAILED,
                        "nbdkit does not serve: see %s/nbdkit.log", vm->dir);
            ok = false;
        }
    }
    return ok;
}

bool vm_prepare(Vm *vm, GError **error)
{
    memset(vm, 0, sizeof(*vm));
    vm->agent_fd = -1;
    vm->args = g_ptr_array_new_with_free_func(g_free);
    vm->keep = g_array_new(FALSE, FALSE, sizeof(int));
    vm->qemu_dir = vm_setup("runners/setup/qemu.sh", error);
    vm->guest_dir =
        vm->qemu_dir ? vm_setup("runners/setup/guest.sh", error) : NULL;
    if (!vm->guest_dir) {
        return false;
    }
    /* Relative, because a socket's path must be short. */
    /* Absolute: children run in /. */
    vm->dir = g_canonicalize_filename("build/variants/test-qemu.XXXXXX", NULL);
    if (!g_mkdtemp(vm->dir)) {
        return vm_fail(error, vm->dir);
    }
    return vm_start_nbdkit(vm, error);
}

void vm_hold_disks(Vm *vm, bool hold)
{
    if (vm->nbdkit.pid > 0) {
        kill(vm->nbdkit.pid, hold ? SIGSTOP : SIGCONT);
    }
}

static void vm_close(Vm *vm)
{
    child_end(&vm->qemu, SIGKILL, 1000);
    qmp_close(g_steal_pointer(&vm->qmp));
}

void vm_end(Vm *vm, bool keep_files)
{
    vm_close(vm);
    child_end(&vm->nbdkit, SIGKILL, 1000);
    link_free(g_steal_pointer(&vm->link));
    if (vm->agent_fd >= 0) {
        close(vm->agent_fd);
        vm->agent_fd = -1;
    }
    if (vm->dir && !keep_files) {
        remove_tree(vm->dir);
    }
}

void vm_arg(Vm *vm, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(vm->args, g_strdup_vprintf(format, args));
    va_end(args);
}

static void vm_push(GPtrArray *argv, const char *const *args)
{
    for (; *args; args++) {
        g_ptr_array_add(argv, g_strdup(*args));
    }
}

/* Starts one QEMU and opens its QMP; @incoming may be NULL. */
static bool vm_start(Vm *vm, const char *incoming, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) keep = g_array_copy(vm->keep);
    g_autofree char *console =
        g_strdup_printf("%s/console-%d.log", vm->dir, vm->starts++);
    g_autofree char *chardev = NULL;
    struct spawn s = { 0 };
    int qmp[2], log;
    bool ok;

    if (!guest_qemu_program(argv, vm->qemu_dir, error)) {
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) < 0) {
        return vm_fail(error, "socketpair");
    }
    guest_qemu_args(argv, vm->guest_dir, vm->agent_fd, -1, console);
    chardev = g_strdup_printf("socket,id=qmp,fd=%d", qmp[1]);
    vm_push(argv, (const char *[]){ "-accel", "tcg", "-m", "1024", "-d",
                                    "guest_errors", "-mon",
                                    "chardev=qmp,mode=control", "-chardev",
                                    chardev, NULL });
    if (incoming) {
        vm_push(argv, (const char *[]){ "-incoming", incoming, NULL });
    }
    g_ptr_array_add(vm->args, NULL);
    vm_push(argv, (const char *const *)vm->args->pdata);
    g_ptr_array_set_size(vm->args, vm->args->len - 1);
    g_ptr_array_add(argv, NULL);
    g_array_append_val(keep, vm->agent_fd);
    g_array_append_val(keep, qmp[1]);
    log = vm_open_log(vm, "qemu.log");
    s.argv = (const char *const *)argv->pdata;
    s.out = s.err = log;
    s.keep = (const int *)(void *)keep->data;
    s.n_keep = keep->len;
    ok = spawn(&vm->qemu, &s, error);
    close(log);
    close(qmp[1]);
    vm->qmp = qmp_open(qmp[0], QMP_MS, ok ? error : NULL);
    return ok && vm->qmp;
}

bool vm_boot(Vm *vm, GError **error)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return vm_fail(error, "socketpair");
    }
    vm->agent_fd = pair[1];
    vm->link = link_new(pair[0]);
    return vm_start(vm, NULL, error) &&
           link_wait_hello(vm->link, BOOT_MS, error);
}

bool vm_wait_agent(Vm *vm, GError **error)
{
    int fd = dup(link_fd(vm->link));

    /* A new link has not seen a hello yet. */
    link_free(vm->link);
    vm->link = link_new(fd);
    return link_wait_hello(vm->link, BOOT_MS, error);
}

static bool vm_qmp(struct qmp *q, const char *command, const char *args,
                   GError **error)
{
    g_autoptr(JsonNode) n = qmp_call(q, command, args, QMP_MS, error);

    return n != NULL;
}

/* Waits for the end of the migration that was started on @q. */
static bool vm_migrated(struct qmp *q, GError **error)
{
    int64_t until = now_ms() + MIGRATE_MS;

    do {
        g_autoptr(JsonNode) n =
            qmp_call(q, "query-migrate", NULL, QMP_MS, error);
        JsonObject *o = n ? json_node_get_object(n) : NULL;
        const char *status = o ? json_str(o, "status", "") : "";

        if (!o) {
            return false;
        }
        if (strcmp(status, "completed") == 0) {
            return true;
        }
        if (strcmp(status, "failed") == 0 || now_ms() > until) {
            g_set_error(error, VQB_ERROR, VQB_FAILED, "migration: %s: %s",
                        status, json_str(o, "error-desc", "no reason given"));
            return false;
        }
        g_usleep(20000);
    } while (true);
}

bool vm_migrate(Vm *vm, GError **error)
{
    g_autofree char *uri =
        g_strdup_printf("unix:%s/migration-%d", vm->dir, vm->starts);
    g_autofree char *args = g_strdup_printf("{\"uri\":\"%s\"}", uri);
    struct child old = vm->qemu;
    struct qmp *q = vm->qmp;
    bool ok;

    vm->qmp = NULL;
    ok = vm_start(vm, uri, error) &&
         vm_qmp(q, "migrate-set-parameters", "{\"max-bandwidth\":17179869184}",
                error) &&
         vm_qmp(q, "migrate", args, error) && vm_migrated(q, error);
    qmp_close(q);
    child_end(&old, SIGKILL, 1000);
    return ok;
}

bool vm_poweroff(Vm *vm, GError **error)
{
    g_autofree char *how = NULL;

    if (!link_poweroff(vm->link, POWEROFF_MS, error)) {
        return false;
    }
    if (child_ended(&vm->qemu, POWEROFF_MS) && vm->qemu.status == 0) {
        return true;
    }
    how = vm->qemu.ended ? child_status(&vm->qemu) : g_strdup("still runs");
    g_set_error(error, VQB_ERROR, VQB_FAILED, "QEMU after poweroff: %s", how);
    return false;
}

/* Of nothing, GByteArray has no data. */
static const char *vm_bytes(const GByteArray *a)
{
    return a->len ? (const char *)a->data : "";
}

char *vm_shell(Vm *vm, int limit_s, const char *script, GError **error)
{
    const char *argv[] = { "sh", "-c", script, NULL };
    const struct link_command c = { .argv = argv, .limit_s = limit_s };
    const struct link_result *r =
        link_run(vm->link, &c, 1000 * (limit_s + 5), error);
    g_autofree char *said = NULL;

    if (!r) {
        return NULL;
    }
    if (r->end != LINK_EXITED || r->code != 0) {
        said = vq_text_clean(vm_bytes(r->err), r->err->len, 400, VQ_ASCII);
        g_set_error(error, VQB_ERROR, VQB_FAILED,
                    "in the guest: %.60s: %s %d: %s", script,
                    r->end == LINK_EXITED  ? "exit"
                    : r->end == LINK_LIMIT ? "time limit, signal"
                                           : "signal or errno",
                    r->code, said);
        return NULL;
    }
    return g_strndup(vm_bytes(r->out), r->out->len);
}

JsonNode *vm_stats(Vm *vm, const char *id)
{
    g_autofree char *path =
        g_strdup_printf("/machine/peripheral/%s/virtio-backend", id);
    g_autofree char *text = qmp_get_string(vm->qmp, path, "x-reorder-stats");

    return text ? json_from_string(text, NULL) : NULL;
}

int64_t vm_ring_size(Vm *vm, const char *id)
{
    g_autofree char *args = g_strdup_printf(
        "{\"path\":\"/machine/peripheral/%s/virtio-backend\",\"queue\":0}", id);
    g_autoptr(JsonNode) n =
        qmp_call(vm->qmp, "x-query-virtio-queue-status", args, QMP_MS, NULL);

    return n ? json_int(json_node_get_object(n), "vring-num", -1) : -1;
}

char *vm_log(const Vm *vm)
{
    g_autofree char *path = g_strdup_printf("%s/qemu.log", vm->dir);

    return read_file(path, 1 << 20, NULL, NULL);
}

char *vm_refusal(const Vm *vm, const char *const *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    struct spawn s = { 0 };

    if (!guest_qemu_program(argv, vm->qemu_dir, NULL)) {
        return NULL;
    }
    vm_push(argv, (const char *[]){ "-nodefaults", "-display", "none", NULL });
    vm_push(argv, args);
    g_ptr_array_add(argv, NULL);
    s.argv = (const char *const *)argv->pdata;
    out = capture(&s, true, 65536, 20000, &error);
    if (out || !strstr(error->message, "exit status 1")) {
        return NULL;
    }
    return g_strdup(error->message);
}
