/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vqring random: seeded drivers that do anything a driver may.
 *
 * A boot is a QEMU with all variants in it; its kind of device, its disk and the order in
 * which that completes are drawn from its seed.  In it each device has one life after
 * another: from a reset, with features and a ring that are drawn, through operations that
 * are drawn, to the next reset, often with elements in flight.  What is drawn depends on
 * the boot's seed, the variant and the life's number, and on nothing else; how fast the
 * device is does not repeat.
 */
#ifndef VQLAB_RING_RANDOM_H
#define VQLAB_RING_RANDOM_H

#include "dice.h"
#include "machine.h"
#include "options.h"

/* What the drivers of a device did. */
struct tally {
	uint64_t lives, operations, elements;
	uint64_t resets; /* with elements in flight */
	uint64_t full;	 /* times that a ring was completely full */
	uint64_t sleeps; /* until an interrupt */
};

/* A device that was caught: where. */
struct caught {
	struct device *device;
	uint64_t life, operation; /* its number in this life, from 1 */
	char *shape;		  /* what the life's driver was like */
	char *last;		  /* its last operations */
};

struct random_boot {
	uint64_t seed;
	struct load load; /* what every life's is within */
	char *order;	  /* x-order's, or NULL */
	const char *disk;
	char *failed, *said;
	GPtrArray *devices; /* of struct device */
	struct tally *tallies;
	GPtrArray *caught; /* of struct caught */
	bool ring_reset;   /* VIRTIO_F_RING_RESET is offered */
};

/* Draws what all lives of the boot share. */
void random_draw_boot(struct random_boot *b, const struct options *o);

/* Draws the load of one life of @d, number @life, which keeps order or not. */
void random_draw_life(const struct random_boot *b, const struct options *o, struct device *d,
		      uint64_t life, struct dice *dice, struct load *l);

/* The load in a line, for who wants to see what broke. */
char *random_describe(const struct load *l, bool in_order);

/*
 * A life: from reset to reset, at most @most operations, and with @never_full no ring is
 * ever completely full.  Fills @caught if the device was.
 */
void random_live(struct device *d, struct load *l, struct memory *m, struct dice *dice,
		 bool never_full, uint64_t most, struct tally *t, struct caught *caught);

/* Runs all boots; of struct random_boot.  NULL with error set: nothing could be run. */
GPtrArray *random_run(struct options *o, GError **error);

/* The table on standard output; true if no device was caught. */
bool random_table(const struct options *o, GPtrArray *boots);

/* The JSON, as RING.md describes it; the caller frees it. */
JsonNode *random_report(const struct options *o, GPtrArray *boots);

#endif /* VQLAB_RING_RANDOM_H */
