// SPDX-License-Identifier: GPL-2.0-or-later
/* Histograms: log-linear for times, exact for small numbers. */
#include <stdlib.h>
#include <string.h>
#include <glib.h>

#include "hist.h"

/* See buckets.h for the formula; @bits instead of its 5. */
static size_t bucket_of(uint64_t value, unsigned bits)
{
	int m;

	if (value < 2u << bits)
		return value;
	m = 63 - __builtin_clzll(value) - bits;
	return ((size_t)m << bits) + (value >> m);
}

static uint64_t lower(size_t bucket, unsigned bits)
{
	size_t m = bucket >> bits;

	if (m < 2)
		return bucket;
	m--;
	return (uint64_t)(bucket - (m << bits)) << m;
}

size_t hist_bucket(uint64_t value)
{
	return bucket_of(value, HIST_SUB_BITS);
}

uint64_t hist_lower(size_t bucket)
{
	return lower(bucket, HIST_SUB_BITS);
}

uint64_t hist_middle(uint64_t lower)
{
	size_t m = hist_bucket(lower) >> HIST_SUB_BITS;

	return m < 2 ? lower : lower + ((uint64_t)1 << (m - 1)) / 2;
}

uint64_t counts_lower(size_t bucket)
{
	return lower(bucket, COUNTS_SUB_BITS);
}

void hist_add(struct hist *h, uint64_t value)
{
	h->n++;
	h->sum += value;
	h->count[hist_bucket(value)]++;
}

void counts_add(struct counts *c, uint64_t value)
{
	size_t bucket = bucket_of(value, COUNTS_SUB_BITS);

	if (bucket >= c->n) {
		size_t n = MAX(64, c->n);

		while (n <= bucket)
			n *= 2;
		c->count = g_renew(uint64_t, c->count, n);
		memset(c->count + c->n, 0, (n - c->n) * sizeof(*c->count));
		c->n = n;
	}
	c->count[bucket]++;
}

void counts_free(struct counts *c)
{
	g_free(c->count);
	c->count = NULL;
	c->n = 0;
}

/* The index at which the cumulated count reaches rank ceil(q * total). */
static size_t rank(const uint64_t *count, size_t n, double q)
{
	uint64_t total = 0, seen = 0, want;
	size_t i;

	for (i = 0; i < n; i++)
		total += count[i];
	if (!total)
		return 0;
	want = q * total;
	if (want < q * total || !want)
		want++;
	for (i = 0; i < n; i++) {
		seen += count[i];
		if (seen >= want)
			break;
	}
	return i;
}

uint64_t counts_total(const struct counts *c)
{
	uint64_t total = 0;

	for (size_t i = 0; i < c->n; i++)
		total += c->count[i];
	return total;
}

uint64_t hist_quantile(const struct hist *h, double q)
{
	return hist_middle(hist_lower(rank(h->count, HIST_BUCKETS, q)));
}

uint64_t counts_quantile(const struct counts *c, double q)
{
	return counts_lower(rank(c->count, c->n, q));
}

void hist_since(struct hist *then, const struct hist *now, struct hist *out)
{
	out->n = now->n - then->n;
	out->sum = now->sum - then->sum;
	for (size_t i = 0; i < HIST_BUCKETS; i++)
		out->count[i] = now->count[i] - then->count[i];
	*then = *now;
}

void counts_since(struct counts *then, const struct counts *now, struct counts *out)
{
	if (then->n < now->n) {
		then->count = g_renew(uint64_t, then->count, now->n);
		memset(then->count + then->n, 0, (now->n - then->n) * sizeof(*then->count));
		then->n = now->n;
	}
	out->n = now->n;
	out->count = g_new(uint64_t, now->n);
	for (size_t i = 0; i < now->n; i++) {
		out->count[i] = now->count[i] - then->count[i];
		then->count[i] = now->count[i];
	}
}
