/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vqring run: all variants in one QEMU, taking turns; a boot is a block. */
#ifndef VQLAB_RING_ROUNDS_H
#define VQLAB_RING_ROUNDS_H

#include "machine.h"
#include "options.h"

#include <json-glib/json-glib.h>

/* One QEMU. */
struct boot {
	GPtrArray *devices;  /* of struct device, with their turns */
	GPtrArray *counters; /* the strategies' own, JSON text or NULL; by device */
	GArray *order;	     /* of uint32_t: the devices' turns as they came, round by round */
	char *failed;	     /* why QEMU did not start, or NULL */
	char *said;	     /* QEMU's last words, or "" */
	char *command_line;
	uint64_t seed;
	char *no_counter; /* why the processor counts no instructions, or NULL */
	bool iothreads;	  /* each blk device has one; else the main loop serves all */
	struct place place;
	double handover_ns[2]; /* before and after the turns: handover.h */
	/* The host at the first turn's start, at the last one's end, and between; NULL: no turns.
	 */
	JsonObject *before, *after, *host;
};

/* Runs all boots; of struct boot.  False with error set: nothing could be run. */
GPtrArray *rounds_run(struct options *o, GError **error);

#endif /* VQLAB_RING_ROUNDS_H */
