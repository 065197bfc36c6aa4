/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vqring's command line: what to drive, how, and how often. */
#ifndef VQLAB_RING_OPTIONS_H
#define VQLAB_RING_OPTIONS_H

#include "runners/machine/folders.h"
#include "device.h"

/* An order without x-order: the disk's own.  null-co completes a batch last to first. */
#define ORDER_NATURAL "natural"

/* Rings that are completely full; packed rings of a size that is no power of two. */
enum { AVOID_FULL = 1, AVOID_ODD_SIZE = 2 };

struct options {
	struct load load;
	struct qemuinfo qemu;
	char **variants; /* VARIANT or LABEL=VARIANT; one several times is A/A */
	char **rings;	 /* count and random: split, packed */
	char **orders;	 /* count: of x-order; run: one or none */
	char *disk, *json;
	char *props;	     /* of every device, each after a comma; "": none */
	const char *backend; /* run: who serves virtio-net (backend.h), or NULL; not owned */
	unsigned int disk_mib, memory_mib, poll_us;
	unsigned int rounds, turn_ms, boots, runs, jobs;
	uint64_t elements; /* of a turn, instead of a time; 0: turn_ms says */
	uint64_t order_seed;
	bool pin;		   /* timed turns may have two processors of their own */
	bool hold;		   /* wait before and after the load */
	bool any_load;		   /* random: load.kind is drawn */
	unsigned int avoid;	   /* random: what is known to break, AVOID_* */
	uint64_t operations, life; /* random: of a device in a boot; this one only, or 0 */
	unsigned int seconds;	   /* random: boots until then, or 0 */
	bool together;		   /* does not wait for others that measure */
	bool check;		   /* only whether the options go together: qemu is not read */
	char **orders_lacking;	   /* count: those that this QEMU has not; else NULL */
};

/* Reads the options of @command, "run", "count" or "random"; BAD_INPUT with error set. */
bool options_read(struct options *o, const char *command, int argc, char **argv, GError **error);
void options_free(struct options *o);

/* The devices for one QEMU, labels made unique; of struct device, owned. */
GPtrArray *options_devices(const struct options *o, char **variants);

#endif /* VQLAB_RING_OPTIONS_H */
