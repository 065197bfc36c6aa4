// SPDX-License-Identifier: GPL-2.0-or-later
#include "ablation.h"
#include "analysis/report/blocks.h"

#include <math.h>
#include <string.h>

#include "driver-costs.h"
#include "rings.h"
#include "time.h"

/* Fewer than one an element: by more than figures are rounded to. */
#define FEWER 1e-6

static bool writes_fewer(const struct counted *c, unsigned int label)
{
	for (unsigned int ring = 0; ring < c->rings->len; ring++)
		for (unsigned int order = 0; order < c->orders->len; order++)
			if (counted_cell(c, label, ring, order)->figure[COUNT_ENTRIES] < 1 - FEWER)
				return true;
	return false;
}

/* The first ordered variant, in the order of the files, that does or does not. */
static const char *first_ordered(const struct rings *rings, bool fewer)
{
	for (unsigned int i = 0; rings && i < rings->workloads->len; i++) {
		const struct counted *c =
			((struct ring_workload *)rings->workloads->pdata[i])->counted;

		for (unsigned int label = 0; c && label < c->labels->len; label++)
			if (counted_ordered(c, label) && writes_fewer(c, label) == fewer &&
			    (fewer || strcmp(c->variants->pdata[label], "qemu")))
				return c->variants->pdata[label];
	}
	return NULL;
}

/* The run's own string, or NULL. */
static const char *known(const struct run *run, const char *variant)
{
	int place = name_place(run->strategies, variant);

	return place < 0 ? NULL : run->strategies->pdata[place];
}

bool find_ablation(const struct results *r, struct ablation *a)
{
	*a = (struct ablation){{known(r->run, "off"), known(r->run, "qemu"),
				known(r->run, "in-place"), known(r->run, "batch-used"),
				known(r->run, "batch-used+round")}};
	if (!a->variant[SIDE_BATCH])
		a->variant[SIDE_BATCH] = first_ordered(r->rings, true);
	if (!a->variant[SIDE_ORDER])
		a->variant[SIDE_ORDER] = first_ordered(r->rings, false);
	return a->variant[SIDE_BATCH] != NULL;
}

int side_place(const struct ablation *a, const GPtrArray *variants, enum side side)
{
	return a->variant[side] ? name_place(variants, a->variant[side]) : -1;
}

double order_effect(const struct sides *s)
{
	return s->value[SIDE_ORDER] - s->value[SIDE_OFF];
}

double batch_effect(const struct sides *s)
{
	return s->value[SIDE_BATCH] - s->value[SIDE_ORDER];
}

double round_effect(const struct sides *s)
{
	return s->value[SIDE_ROUND] - s->value[SIDE_BATCH];
}

/* @figure < 0: the device's cost. */
static struct sides cell_sides(const struct ablation *a, const struct counted *c, unsigned int ring,
			       unsigned int order, int figure)
{
	struct sides s = {.agree = true};

	for (enum side side = 0; side < SIDES; side++) {
		int label = side_place(a, c->variants, side);
		const struct counted_cell *cell =
			label < 0 ? NULL : counted_cell(c, label, ring, order);

		s.value[side] = NAN;
		if (!cell || strcmp(cell->state, "ok"))
			continue;
		s.value[side] = figure < 0 ? device_cost(cell) : cell->figure[figure];
		s.agree &= cell->agree || figure >= COUNT_ENTRIES;
	}
	return s;
}

struct sides device_sides(const struct ablation *a, const struct counted *c, unsigned int ring,
			  unsigned int order)
{
	return cell_sides(a, c, ring, order, -1);
}

struct sides figure_sides(const struct ablation *a, const struct counted *c, unsigned int ring,
			  unsigned int order, enum count_figure figure)
{
	return cell_sides(a, c, ring, order, figure);
}

static const struct driver *side_driver(const struct ablation *a, const struct run *run,
					const struct workload *w, unsigned int ring, enum side side)
{
	int variant = side_place(a, run->strategies, side);

	return variant < 0 ? NULL : driver_of(run, w, ring, variant);
}

struct sides driver_sides(const struct ablation *a, const struct run *run, const struct workload *w,
			  unsigned int ring, unsigned int part)
{
	const struct driver *off = side_driver(a, run, w, ring, SIDE_OFF);
	struct sides s = {.agree = true};

	for (enum side side = 0; side < SIDES; side++) {
		const struct driver *d = side_driver(a, run, w, ring, side);

		s.value[side] = driver_cost(d, part);
		s.agree &= !d || !off || driver_alike(d, off);
	}
	return s;
}

struct sides interrupt_sides(const struct ablation *a, const struct run *run,
			     const struct workload *w, unsigned int ring)
{
	struct sides s = {.agree = true};

	for (enum side side = 0; side < SIDES; side++) {
		const struct driver *d = side_driver(a, run, w, ring, side);

		s.value[side] = d && d->interrupts != UINT64_MAX && driver_elements(d)
					? d->interrupts / driver_elements(d)
					: NAN;
	}
	return s;
}

static const struct block_ratio no_ratio = {0, NAN, NAN, NAN};

static struct block_ratio guest_ratio(const struct results *r, unsigned int w, unsigned int ring,
				      int variant, int base)
{
	double *x = g_new(double, r->n_blocks + 1);
	struct block_ratio ratio = no_ratio;

	for (unsigned int b = 0; variant >= 0 && base >= 0 && b < r->n_blocks; b++) {
		x[b] = log(cell_at(r, w, ring, variant)->samples[b].speed /
			   cell_at(r, w, ring, base)->samples[b].speed);
		if (!isfinite(x[b]))
			x[b] = NAN;
	}
	if (variant >= 0 && base >= 0)
		ratio = blocks_ratio(x, r->n_blocks, run_looks(r->run));
	g_free(x);
	return ratio;
}

struct ablation_rates guest_rates(const struct ablation *a, const struct results *r, unsigned int w,
				  unsigned int ring)
{
	int off = side_place(a, r->run->strategies, SIDE_OFF);
	int order = side_place(a, r->run->strategies, SIDE_ORDER);
	int batch = side_place(a, r->run->strategies, SIDE_BATCH);

	return (struct ablation_rates){
		off < 0 ? NAN : OVER(cell_at(r, w, ring, off), throughput).median,
		guest_ratio(r, w, ring, order, off), guest_ratio(r, w, ring, batch, order),
		guest_ratio(r, w, ring, batch, off)};
}

struct ablation_rates ring_rates(const struct ablation *a, const struct timed *t)
{
	int off = side_place(a, t->variants, SIDE_OFF);
	int order = side_place(a, t->variants, SIDE_ORDER);
	int batch = side_place(a, t->variants, SIDE_BATCH);

	return (struct ablation_rates){off < 0 ? NAN : ring_rate(t, off),
				       order < 0 || off < 0 ? no_ratio : ring_ratio(t, order, off),
				       batch < 0 || order < 0 ? no_ratio
							      : ring_ratio(t, batch, order),
				       batch < 0 || off < 0 ? no_ratio : ring_ratio(t, batch, off)};
}
