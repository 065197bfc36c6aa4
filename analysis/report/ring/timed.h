/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One workload of the kind ring that is timed, on one ring: what `vqring run` wrote of
 * each boot (runners/ring/RING.md), read and checked.
 *
 * A boot is a block.  In it, all devices stand in one QEMU and take turns.
 */
#ifndef VQLAB_ANALYSIS_RING_TIMED_H
#define VQLAB_ANALYSIS_RING_TIMED_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/report/reader.h"
#include "probes/tool/interval.h"

/* What one device did in one boot. */
struct timed_device {
	bool there;
	char *state, *rule, *evidence; /* "" if it is ok */
	double *rate;		       /* elements/s of its turns, one a round; NULL: not ok */
	unsigned int turns;
};

struct timed_boot {
	int block;
	GPtrArray *host; /* struct meanwhile: of its turns, in each QEMU; empty: not recorded */
	char *changed;	 /* settings of the host that were not the run's, or "" */
	uint64_t other_qemus;
	char *failed;		      /* why QEMU did not start, or "" */
	struct timed_device *devices; /* by label */
	unsigned int n;		      /* of them: labels known when it was read */
};

struct timed {
	char *base; /* the label to which is compared; NULL: the first that stands for off */
	char *device, *load, *order; /* order: "natural" if none was asked for */
	uint64_t size, depth, chain;
	enum looks looks;	      /* who ended the run */
	const GPtrArray *settings;    /* the run's, of its host; NULL: whatever they are */
	GPtrArray *labels, *variants; /* char * */
	GPtrArray *boots;	      /* struct timed_boot, by block */
};

struct timed *timed_new(void);
void timed_free(struct timed *t);

/* Adds the boots of one file, whose command is run, as those of @block. */
void timed_add(struct timed *t, struct reader *r, JsonObject *top, int block);

/* The place of that label, or -1. */
int timed_off(const struct timed *t);

/* Never NULL: a device that the boot lacks is not there. */
const struct timed_device *timed_device(const struct timed *t, unsigned int boot,
					unsigned int label);

#endif
