// SPDX-License-Identifier: GPL-2.0-or-later
#include "ratios.h"

#include <math.h>
#include <string.h>

#define DISTURBED 0.01 /* of a turn */
#define FAR 1.5

static double turn_rate(const struct turn *t)
{
	return t->seconds > 0 ? t->elements / t->seconds : NAN;
}

/* Elements/s by round; NULL if the device did not take all turns. */
static double *rates_of(const struct boot *boot, unsigned int i, unsigned int *rounds)
{
	const struct device *d = boot->devices->pdata[i];
	double *rate;

	*rounds = d->turns->len;
	if (boot->failed || d->state != DEVICE_OK || !d->turns->len)
		return NULL;
	rate = g_new(double, d->turns->len);
	for (unsigned int k = 0; k < d->turns->len; k++)
		rate[k] = turn_rate(&g_array_index(d->turns, struct turn, k));
	return rate;
}

struct block_ratio ratios_of(const GPtrArray *boots, unsigned int i, unsigned int k)
{
	g_autofree double *log_ratio = g_new(double, boots->len + 1);

	for (unsigned int n = 0; n < boots->len; n++) {
		unsigned int rounds, others;
		g_autofree double *a = rates_of(boots->pdata[n], i, &rounds);
		g_autofree double *b = rates_of(boots->pdata[n], k, &others);

		log_ratio[n] = a && b ? rounds_log_ratio(a, b, MIN(rounds, others)) : NAN;
	}
	return blocks_ratio(log_ratio, boots->len, LOOK_ONCE);
}

double ratios_rate_in(const struct boot *boot, unsigned int i)
{
	unsigned int rounds;
	g_autofree double *rate = rates_of(boot, i, &rounds);

	return rate ? median(rate, rounds) : NAN;
}

double ratios_rate(const GPtrArray *boots, unsigned int i)
{
	g_autofree double *rate = g_new(double, boots->len + 1);
	unsigned int good = 0;

	for (unsigned int n = 0; n < boots->len; n++) {
		rate[good] = ratios_rate_in(boots->pdata[n], i);
		good += !isnan(rate[good]);
	}
	return good ? median(rate, good) : NAN;
}

const struct boot *ratios_named(const GPtrArray *boots)
{
	for (unsigned int n = 0; n < boots->len; n++) {
		const struct boot *b = boots->pdata[n];

		if (!b->failed)
			return b;
	}
	return NULL;
}

int ratios_off(const GPtrArray *boots)
{
	const struct boot *b = ratios_named(boots);

	for (unsigned int i = 0; b && i < b->devices->len; i++)
		if (!strcmp(((struct device *)b->devices->pdata[i])->variant, "off"))
			return i;
	return -1;
}

void ratios_handover(const GPtrArray *boots, double *least, double *most)
{
	*least = *most = NAN;
	for (unsigned int n = 0; n < boots->len; n++) {
		const struct boot *b = boots->pdata[n];

		for (int k = 0; k < 2 && !b->failed; k++) {
			*least = fmin(*least, b->handover_ns[k]);
			*most = fmax(*most, b->handover_ns[k]);
		}
	}
}

void ratios_split(const GPtrArray *boots, GPtrArray **near, GPtrArray **far)
{
	double least, most, limit;

	*near = g_ptr_array_new();
	*far = g_ptr_array_new();
	ratios_handover(boots, &least, &most);
	limit = least * FAR;
	for (unsigned int n = 0; n < boots->len; n++) {
		struct boot *b = boots->pdata[n];

		if (b->failed)
			continue;
		if (b->handover_ns[0] < limit && b->handover_ns[1] < limit)
			g_ptr_array_add(*near, b);
		else if (b->handover_ns[0] >= limit && b->handover_ns[1] >= limit)
			g_ptr_array_add(*far, b);
	}
}

double ratios_widest(const GPtrArray *boots)
{
	const struct boot *b = ratios_named(boots);
	double widest = 0;

	for (unsigned int i = 1; b && i < b->devices->len; i++)
		for (unsigned int k = 0; k < i; k++) {
			struct block_ratio r = ratios_of(boots, i, k);
			double half = (r.hi - r.lo) / 2 / r.ratio;

			if (!isfinite(half))
				return NAN;
			widest = fmax(widest, half);
		}
	return widest > 0 ? widest : NAN;
}

double ratios_disturbed(const GPtrArray *boots)
{
	double disturbed = 0, all = 0;

	for (unsigned int n = 0; n < boots->len; n++) {
		const struct boot *b = boots->pdata[n];

		for (unsigned int i = 0; i < b->devices->len; i++) {
			const struct device *d = b->devices->pdata[i];

			for (unsigned int k = 0; k < d->turns->len; k++) {
				const struct turn *t = &g_array_index(d->turns, struct turn, k);

				all++;
				disturbed += t->unrest.device_waited > DISTURBED * t->seconds ||
					     t->unrest.stolen > DISTURBED * t->seconds;
			}
		}
	}
	return all > 0 ? disturbed / all : 0;
}
