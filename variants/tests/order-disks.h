/*
 * The disks under x-order of a test's QEMU: one for each kind of order, their
 * counters, and loads on them
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_ORDER_DISKS_H
#define VQLAB_ORDER_DISKS_H

#include "vm.h"

#define ORDER_DISKS 8

typedef struct Disk {
    const char *id, *order;
    uint32_t seed;
    const char *device; /* properties */
    bool exact;         /* the order of its load is compared */
} Disk;

extern const Disk order_disks[ORDER_DISKS];

/* Does its device return requests in order, and several with one used entry? */
bool order_disk_is_ordered(const Disk *d);
bool order_disk_batches(const Disk *d);

/* The one of them with @id; aborts if there is none. */
const Disk *order_disk_called(const char *id);

/*
 * Adds the arguments for all of them; before vm_boot.  @many becomes whether
 * there is one more, "many", whose queues are in two threads.
 */
bool order_disks_add(Vm *vm, bool *many, GError **error);

/* The counter called @name of x-order; -1: QEMU does not say. */
int64_t order_counter(const Vm *vm, const Disk *d, const char *name);

/* The counter called @name in x-reorder-stats of its queue; -1: there is none.
 */
int64_t order_strategy_counter(Vm *vm, const Disk *d, const char *name);

/* Runs fio's random reads on the disk: @ios of 4 KiB, @iodepth in flight. */
bool read_disk(Vm *vm, const char *id, int iodepth, int ios, GError **error);

/*
 * Each of @jobs writes 8 MiB, and reads all of it again, through x-order; then
 * the disk is discarded.
 */
bool write_and_verify(Vm *vm, const char *id, int jobs, GError **error);

/* Begins a load on all disks; it goes on for 10 minutes or until the guest
 * ends. */
bool begin_load(Vm *vm, GError **error);

/* Ends it before; the guest is then idle. */
bool end_load(Vm *vm, GError **error);

/* Waits until all disks together have completed @more requests from now on. */
bool wait_for_completions(const Vm *vm, int64_t more, GError **error);

#endif /* VQLAB_ORDER_DISKS_H */
