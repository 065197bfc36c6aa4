/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What order costs, from counted cells: the only place that computes with them. */
#ifndef VQLAB_ANALYSIS_RING_COSTS_H
#define VQLAB_ANALYSIS_RING_COSTS_H

#include "counted.h"

/* Counts that differ by less than this share, as two runs of a cell may, are level. */
#define COUNTS_LEVEL 0.005

/*
 * A figure of a cell beside that of off, in the same ring and order.  NAN where it, or
 * off's, was not counted: state says why.
 */
struct cost {
	double value, over; /* its own; and less off's */
	bool agree;	    /* both cells' runs do */
	bool exact;	    /* else value is a lower bound */
	const char *state;  /* the cell's, "no off", or "ok" */
};

/*
 * What the device does on the ring for an element: virtqueue_pop, in which a strategy may
 * number it, and virtqueue_push, or fill and flush where it calls these itself, as
 * virtio-net does in reception.
 */
double device_cost(const struct counted_cell *cell);

/* The label that stands for off, or -1. */
int counted_off(const struct counted *c);

/* Is it a label of a variant that publishes in order? */
bool counted_ordered(const struct counted *c, unsigned int label);

/* Of one figure; off's own has over 0. */
struct cost figure_cost(const struct counted *c, unsigned int label, unsigned int ring,
			unsigned int order, enum count_figure figure);

/* The same of device_cost(). */
struct cost order_cost(const struct counted *c, unsigned int label, unsigned int ring,
		       unsigned int order);

/* Of off: how far the completions were out of order there; NAN */
double order_depth(const struct counted *c, unsigned int ring, unsigned int order);

/*
 * The counted order that is most like what was watched in a guest: @depth, the mean
 * reorder depth of ordered queues, and @batch, the elements that they published at a
 * time, each compared on the log scale.  -1 if none was counted, or @depth is NAN.
 */
int nearest_order(const struct counted *c, unsigned int ring, double depth, double batch);

/* The ordered label with the least order_cost() in a ring and order; -1 if there is none. */
int cheapest_ordered(const struct counted *c, unsigned int ring, unsigned int order);

#endif
