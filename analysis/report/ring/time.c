// SPDX-License-Identifier: GPL-2.0-or-later
#include "time.h"

#include <math.h>
#include <string.h>

double boot_log_ratio(const struct timed *t, unsigned int boot, unsigned int label,
		      unsigned int base)
{
	const struct timed_device *d = timed_device(t, boot, label);
	const struct timed_device *e = timed_device(t, boot, base);
	double x = NAN;

	if (d->rate && e->rate)
		x = rounds_log_ratio(d->rate, e->rate, MIN(d->turns, e->turns));
	/* A turn in which nothing came back is no speed. */
	return isfinite(x) ? x : NAN;
}

struct block_ratio ring_ratio_without(const struct timed *t, unsigned int label, unsigned int base,
				      const bool *out)
{
	double *x = g_new(double, t->boots->len + 1);
	struct block_ratio r;

	for (unsigned int b = 0; b < t->boots->len; b++)
		x[b] = out && out[b] ? NAN : boot_log_ratio(t, b, label, base);
	r = blocks_ratio(x, t->boots->len, t->looks);
	g_free(x);
	return r;
}

struct block_ratio ring_ratio(const struct timed *t, unsigned int label, unsigned int base)
{
	return ring_ratio_without(t, label, base, NULL);
}

double boot_rate(const struct timed *t, unsigned int boot, unsigned int label)
{
	const struct timed_device *d = timed_device(t, boot, label);
	g_autofree double *rate = NULL;

	if (!d->rate || !d->turns)
		return NAN;
	rate = g_memdup2(d->rate, d->turns * sizeof(*rate));
	return median(rate, d->turns);
}

double ring_rate(const struct timed *t, unsigned int label)
{
	double *rate = g_new(double, t->boots->len + 1), result = NAN;
	unsigned int n = 0;

	for (unsigned int b = 0; b < t->boots->len; b++) {
		rate[n] = boot_rate(t, b, label);
		n += isfinite(rate[n]);
	}
	if (n)
		result = median(rate, n);
	g_free(rate);
	return result;
}
