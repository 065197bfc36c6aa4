// SPDX-License-Identifier: GPL-2.0-or-later
#include "match.h"

#include <math.h>
#include <string.h>

#include "rings.h"

/* Mean depth and elements a publish, over the phases with probes of the ordered variants. */
static void watched_order(const struct results *r, unsigned int w, unsigned int ring,
			  struct match *m)
{
	double depths = 0, elements = 0, published = 0, publishes = 0;

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = cell_at(r, w, ring, v);

		if (!c->ordered)
			continue;
		for (unsigned int i = 0; i < c->depth.n; i++) {
			depths += (double)c->depth.bins[i].value * c->depth.bins[i].count;
			elements += c->depth.bins[i].count;
		}
		for (unsigned int i = 0; i < c->n_samples; i++) {
			const struct measures *x = &c->samples[i].m;

			if (!c->samples[i].probed || !(x->batch_mean > 0))
				continue;
			published += x->published;
			publishes += x->published / x->batch_mean;
		}
	}
	m->depth = elements ? depths / elements : NAN;
	m->batch = publishes ? published / publishes : NAN;
}

struct match find_match(const struct results *r, unsigned int w, unsigned int ring)
{
	const struct workload *workload = r->run->workloads->pdata[w];
	const struct ring_workload *of = counted_of(r->rings, class_of(workload));
	struct match m = {.depth = NAN, .batch = NAN};
	int place, order;

	watched_order(r, w, ring, &m);
	/* vqring drives one direction at a time. */
	if (!strcmp(workload->direction, "both"))
		return m;
	place = of ? name_place(of->counted->rings, r->run->rings->pdata[ring]) : -1;
	if (place < 0)
		return m;
	/* One that was not watched is taken to be in order, and that is said. */
	order = nearest_order(of->counted, place, isnan(m.depth) ? 0 : m.depth,
			      isnan(m.batch) ? 1 : m.batch);
	if (order < 0)
		return m;
	m.counted = of->counted;
	m.ring = place;
	m.order = order;
	return m;
}
