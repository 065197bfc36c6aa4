// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver-costs.h"

#include <math.h>
#include <string.h>

double driver_elements(const struct driver *d)
{
	return d->elements ? d->elements : d->requests;
}

const struct driver *driver_of(const struct run *run, const struct workload *w, unsigned int ring,
			       unsigned int variant)
{
	for (unsigned int i = 0; i < run->counting->len; i++) {
		const struct trial *t = run->counting->pdata[i];

		if (strcmp(t->ring, run->rings->pdata[ring]) ||
		    strcmp(t->variant, run->variants->pdata[variant]))
			continue;
		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct phase *p = t->phases->pdata[j];

			if (!strcmp(p->workload, w->name) && p->driver && phase_counts(t, p))
				return p->driver;
		}
	}
	return NULL;
}

double driver_segments(const struct driver *d)
{
	double elements = d ? driver_elements(d) : 0;

	return elements && d->segments ? d->segments / elements : NAN;
}

bool driver_alike(const struct driver *d, const struct driver *off)
{
	/* False of a NAN. */
	return !(fabs(driver_segments(d) / driver_segments(off) - 1) > DRIVER_ALIKE);
}

static bool is_notice(unsigned int part)
{
	return !strcmp(driver_part_names[part], "kick") ||
	       !strcmp(driver_part_names[part], "interrupt");
}

double driver_cost(const struct driver *d, unsigned int part)
{
	double elements = d ? driver_elements(d) : 0, sum = 0;

	if (!elements)
		return NAN;
	if (part < DRIVER_PARTS)
		return d->part[part] / elements;
	if (part == DRIVER_ALL)
		return d->instructions / elements;
	for (unsigned int i = 0; i < DRIVER_PARTS; i++)
		if (is_notice(i) == (part == DRIVER_NOTICES))
			sum += d->part[i];
	return sum / elements;
}

bool driver_any(const struct run *run)
{
	for (unsigned int i = 0; i < run->counting->len; i++) {
		const struct trial *t = run->counting->pdata[i];

		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct phase *p = t->phases->pdata[j];

			if (p->driver && phase_counts(t, p))
				return true;
		}
	}
	return false;
}
