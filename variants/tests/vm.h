/*
 * A real QEMU with the lab's guest in it, for tests
 *
 * Everything that runs dies with the test, however it ends: the children are
 * killed by the kernel when their parent is gone.  Files are kept in a folder
 * below build/, which is removed unless a test failed.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_VM_H
#define VQLAB_VM_H

#include "runners/machine/link.h"
#include "runners/machine/qmp.h"
#include "runners/tool/spawn.h"

typedef struct Vm {
    char *qemu_dir; /* as runners/setup/qemu.sh and guest.sh print them */
    char *guest_dir;
    char *dir;       /* sockets, disks and logs */
    GPtrArray *args; /* QEMU's, beyond what makes it a guest of the lab */
    GArray *keep;    /* int: descriptors that QEMU inherits */
    struct child qemu;
    struct child nbdkit;
    struct link *link;
    struct qmp *qmp;
    int agent_fd; /* QEMU's end of the link; a second QEMU gets it, too */
    int starts;
} Vm;

/*
 * Sets up QEMU and the guest, which takes minutes if they are not in the
 * cache, makes the folder and starts nbdkit with the latency plugin.
 */
bool vm_prepare(Vm *vm, GError **error);
void vm_end(Vm *vm, bool keep_files);

/* Adds an argument for QEMU; before vm_boot. */
void vm_arg(Vm *vm, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The socket of nbdkit, for -blockdev driver=nbd. */
char *vm_nbd_path(const Vm *vm);

/* Lets nbdkit answer no request, or again. */
void vm_hold_disks(Vm *vm, bool hold);

/* Starts QEMU and waits until the guest's agent answers. */
bool vm_boot(Vm *vm, GError **error);

/* Waits for an agent which is being booted anew. */
bool vm_wait_agent(Vm *vm, GError **error);

/* A second QEMU takes the guest over; the first one is ended. */
bool vm_migrate(Vm *vm, GError **error);

/* Powers the guest off and waits for QEMU's end. */
bool vm_poweroff(Vm *vm, GError **error);

/*
 * What the shell script prints in the guest.  NULL with error set if it does
 * not exit with 0 within @limit_s.
 */
char *vm_shell(Vm *vm, int limit_s, const char *script, GError **error);

/* x-reorder-stats of the device called @id, or NULL. */
JsonNode *vm_stats(Vm *vm, const char *id);

/* Entries in queue 0 of the device called @id; -1 if there is none. */
int64_t vm_ring_size(Vm *vm, const char *id);

/* What the QEMUs have printed so far. */
char *vm_log(const Vm *vm);

/*
 * Runs QEMU with these arguments and no guest; it has to refuse them.
 * Returns what it said, or NULL if it did not refuse.
 */
char *vm_refusal(const Vm *vm, const char *const *args);

#endif /* VQLAB_VM_H */
