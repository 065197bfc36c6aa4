/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU without a guest: the machine microvm under the qtest accelerator, its memory
 * shared with vqring, and each device with an iothread of its own.
 */
#ifndef VQLAB_RING_MACHINE_H
#define VQLAB_RING_MACHINE_H

#include "runners/machine/folders.h"
#include "runners/machine/qmp.h"
#include "device.h"
#include "runners/tool/spawn.h"

struct machine_setup {
	struct qemuinfo *qemu;
	const struct load *load; /* what the devices must be able to do */
	GPtrArray *devices;	 /* of struct device: label, variant; bus is set */
	struct memory *memory;
	const char *disk;	  /* null, file, or the options of -blockdev with their driver= */
	const char *backend;	  /* backend.h's, who serves the cards, or NULL: QEMU */
	const char *order;	  /* x-order's, or NULL: without */
	uint64_t order_seed;	  /* x-order's */
	unsigned int patience_ms; /* x-order's, or 0: its own */
	const char *props;	  /* of each device, beside those of its variant; NULL: none */
	unsigned int disk_mib;
	unsigned int poll_us; /* how long an iothread polls before it sleeps */
	char **wrapper;	      /* program and arguments before QEMU's, or NULL */
	char **environment;   /* NAME=VALUE..., or NULL */
	int limit_ms;	      /* for each answer */
	uint64_t seed;	      /* of the order in which the devices stand on the bus */
};

struct machine {
	struct child child;
	struct qtest qtest;
	struct qmp *qmp;
	int log;	    /* what QEMU wrote: a file without a name */
	char *command_line; /* for the report */
	bool iothreads;	    /* false: the main loop serves all devices */
};

/*
 * Starts it and waits until it answers.  QEMUs before 8 have no iothreads for virtio
 * by MMIO without KVM: then without.  machine_stop is needed in any case.
 */
bool machine_start(struct machine *m, const struct machine_setup *s, GError **error);
void machine_stop(struct machine *m);

/* How QEMU ended and what it wrote last, or NULL while it runs; the caller frees it. */
char *machine_ended(struct machine *m);

/* @d is one of its devices, and is spoken to there from now on. */
void machine_connect(struct machine *m, struct device *d);

/* If QEMU has died under @d, which was caught: then its words are evidence. */
void machine_explain(struct machine *m, struct device *d);

/* The last line of what QEMU wrote, or ""; the caller frees it. */
char *machine_said(const struct machine *m);

/* The thread that serves @d; 0: unknown. */
pid_t machine_thread(struct machine *m, const struct device *d);

/*
 * Windows that x-order has cut short: there the order was not the one that was asked for.
 * -1: there is no x-order, or it cannot be known.
 */
int64_t machine_cut(struct machine *m, const struct device *d);

/* The strategy's own counters (x-reorder-stats), JSON, or NULL; the caller frees it. */
char *machine_counters(struct machine *m, const struct device *d);

/* Completes this QEMU in other orders than the disk's?  One that was not built here does not. */
bool machine_knows_x_order(const struct qemuinfo *q);

#endif /* VQLAB_RING_MACHINE_H */
