/*
 * The disks of test-qemu, and the load that runs on all of them
 *
 * There is one machine a process, so its state is global.  What goes wrong is
 * printed as a message of the test that runs, which then fails.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_RIG_H
#define VQLAB_RIG_H

#include "vm.h"

#define FULL_MS 30000 /* a ring is full by then or never */

typedef enum Kind {
    KIND_FULL,   /* more requests at a time than the ring has room for */
    KIND_CHAINS, /* no indirect descriptors: requests of many entries */
    KIND_LEGACY, /* cannot negotiate IN_ORDER; x-reorder-force */
    KIND_QEMU,   /* QEMU's own in_order=on, beside ours */
} Kind;

typedef struct Disk {
    char id[8]; /* the device's, and the serial number */
    const char *variant;
    Kind kind;
    bool packed;
    bool rounds;  /* x-reorder-flush=round; a full ring's in a thread of its own
                   */
    int64_t ring; /* entries; known once the guest is up */
} Disk;

extern Vm vm;
extern bool up;     /* the guest answers; without it all else fails */
extern Disk *disks; /* n_disks of them */
extern int n_disks;

void fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* fail() with the disk's name in front and a number behind. */
void disk_fail(const Disk *d, const char *what, int64_t n);

/* A step that the next ones need; on failure they fail, too. */
bool step(bool ok, GError **error);

/* Fails, and says so, unless the guest answers. */
bool ready(void);

/*
 * ",addr=..." with the next free PCI function, eight to a slot: there is a
 * device for each strategy, and a bus has 32 slots.  The caller frees it.
 */
char *next_pci_address(void);

/* One more disk, with its back end; before vm_boot. */
void add_disk(const char *variant, Kind kind, bool packed, bool rounds);

/* Sum over all queues of a counter in x-reorder-stats; @stats may be NULL. */
int64_t sum(JsonNode *stats, const char *name);

/* Is every ring completely full that shall be? */
bool rings_full(void);

/* fio on all disks at once; fio's verdict, and the strategies' counters. */
void load(void);

#endif /* VQLAB_RIG_H */
