// SPDX-License-Identifier: GPL-2.0-or-later
#include "costs.h"

#include <math.h>
#include <string.h>

double device_cost(const struct counted_cell *cell)
{
	const double *f = cell->figure;
	double push = f[COUNT_PUSH];

	return f[COUNT_POP] + (isnan(push) ? f[COUNT_FILL] + f[COUNT_FLUSH] : push);
}

bool counted_ordered(const struct counted *c, unsigned int label)
{
	return strcmp(c->variants->pdata[label], "off") != 0;
}

int counted_off(const struct counted *c)
{
	return c->off;
}

static bool is_ok(const struct counted_cell *cell)
{
	return !strcmp(cell->state, "ok");
}

static double figure_of(const struct counted_cell *cell, int figure)
{
	return figure < 0 ? device_cost(cell) : cell->figure[figure];
}

/* Does the figure rest on how often the used index was stored?  A packed ring has none. */
static bool by_stores(const struct counted *c, unsigned int ring, int figure)
{
	return figure == COUNT_STORES ||
	       (figure == COUNT_WRITTEN && !strcmp(c->rings->pdata[ring], "split"));
}

/* @figure < 0: the device's cost. */
static struct cost compare_cells(const struct counted *c, unsigned int label, unsigned int ring,
				 unsigned int order, int figure)
{
	const struct counted_cell *cell = counted_cell(c, label, ring, order), *base;
	struct cost cost = {.value = NAN, .over = NAN, .state = cell->state};
	int off = counted_off(c);

	if (!is_ok(cell))
		return cost;
	base = off < 0 ? NULL : counted_cell(c, off, ring, order);
	cost.value = figure_of(cell, figure);
	/* The runs' difference is of instructions; the ring's traffic is one run's, exactly. */
	cost.agree = cell->agree || figure >= COUNT_ENTRIES;
	cost.exact = cell->stores_exact || !by_stores(c, ring, figure);
	if (!base || !is_ok(base)) {
		cost.state = "no off";
		return cost;
	}
	cost.over = cost.value - figure_of(base, figure);
	cost.agree &= base->agree || figure >= COUNT_ENTRIES;
	return cost;
}

struct cost figure_cost(const struct counted *c, unsigned int label, unsigned int ring,
			unsigned int order, enum count_figure figure)
{
	return compare_cells(c, label, ring, order, figure);
}

struct cost order_cost(const struct counted *c, unsigned int label, unsigned int ring,
		       unsigned int order)
{
	return compare_cells(c, label, ring, order, -1);
}

double order_depth(const struct counted *c, unsigned int ring, unsigned int order)
{
	int off = counted_off(c);

	return off < 0 ? NAN : counted_cell(c, off, ring, order)->figure[COUNT_DEPTH];
}

/* Elements that ordered devices made visible at a time: where there are most of them. */
static double order_batch(const struct counted *c, unsigned int ring, unsigned int order)
{
	double least = NAN;

	for (unsigned int i = 0; i < c->labels->len; i++) {
		const struct counted_cell *cell = counted_cell(c, i, ring, order);

		if (counted_ordered(c, i) && is_ok(cell) && cell->stores_exact)
			least = fmin(least, cell->figure[COUNT_STORES]);
	}
	return 1 / least;
}

int nearest_order(const struct counted *c, unsigned int ring, double depth, double batch)
{
	double best = INFINITY;
	int nearest = -1;

	for (unsigned int i = 0; i < c->orders->len; i++) {
		double far = fabs(log1p(order_depth(c, ring, i)) - log1p(depth));
		double apart = fabs(log(order_batch(c, ring, i)) - log(batch));

		if (isfinite(apart))
			far += apart;
		if (far < best) { /* false of a NAN */
			best = far;
			nearest = i;
		}
	}
	return nearest;
}

int cheapest_ordered(const struct counted *c, unsigned int ring, unsigned int order)
{
	double least = INFINITY;
	int cheapest = -1;

	for (unsigned int i = 0; i < c->labels->len; i++) {
		double cost = order_cost(c, i, ring, order).value;

		if (counted_ordered(c, i) && cost < least) {
			least = cost;
			cheapest = i;
		}
	}
	return cheapest;
}
