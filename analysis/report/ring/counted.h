/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One workload of the kind ring that is counted: what `vqring count` wrote
 * (runners/ring/RING.md), read and checked.
 *
 * A cell is one (label, ring, order).  Its figures are means of runs in which the
 * devices stood elsewhere; they are instructions or entries, an element, never a time.
 */
#ifndef VQLAB_ANALYSIS_RING_COUNTED_H
#define VQLAB_ANALYSIS_RING_COUNTED_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/report/reader.h"

/* Of all that a cell has; those up to COUNT_THREAD are instructions. */
enum count_figure {
	COUNT_POP,
	COUNT_FILL,
	COUNT_FLUSH,
	COUNT_PUSH,
	COUNT_THREAD, /* all of the device's thread */
	COUNT_ENTRIES,
	COUNT_STORES,
	COUNT_READ, /* bytes of the ring */
	COUNT_WRITTEN,
	COUNT_DEPTH, /* mean reorder depth of the completions, seen from outside */
	COUNT_FIGURES,
};
extern const char *const count_figure_names[COUNT_FIGURES];

struct counted_cell {
	bool there;		      /* the file has this cell */
	char *state;		      /* ok, or what became of the device */
	char *evidence;		      /* "" if it is ok */
	double figure[COUNT_FIGURES]; /* NAN: not called, or not counted */
	double difference;	      /* of the runs, as a share of their mean; NAN */
	bool agree;		      /* by less than 0.005 */
	bool stores_exact;	      /* else COUNT_STORES and COUNT_WRITTEN are lower bounds */
	double windows_cut; /* by x-order, whose order was another there; NAN: none is in it */
};

/* A job that could not be run: all cells of an order lack that run. */
struct counted_gap {
	char *order, *why;
	unsigned int run;
};

struct counted {
	char *device, *load; /* virtio-blk, virtio-net; read, write, randrw, tx, rx */
	char *disk;
	uint64_t size, depth, batch, chain, segment;
	char *by; /* what counted: valgrind and its version */
	char *qemu;
	bool iothreads; /* else the main loop is the device's thread */
	uint64_t runs;
	GPtrArray *labels, *rings, *orders; /* char *, in the file's order */
	GPtrArray *variants;		    /* char *: what each label stands for */
	int off;			    /* the label of the baseline, or -1 */
	struct counted_cell *cells;
	GPtrArray *gaps; /* struct counted_gap */
};

/* NULL with what is wrong in @r; @top is of a file whose command is count. */
struct counted *read_counted(struct reader *r, JsonObject *top);
void counted_free(struct counted *c);

/* Never NULL: a cell that is not in the file is not there. */
const struct counted_cell *counted_cell(const struct counted *c, unsigned int label,
					unsigned int ring, unsigned int order);

#endif
