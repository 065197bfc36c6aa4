// SPDX-License-Identifier: GPL-2.0-or-later
#include "measures.h"

#include <math.h>
#include <string.h>

#include "probes/model/buckets.h"

uint64_t bins_total(const struct hist *h)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < h->n; i++)
		total += h->bins[i].count;
	return total;
}

void bins_clear(struct hist *h)
{
	g_free(h->bins);
	*h = (struct hist){};
}

void bins_add(struct hist *to, const struct hist *from)
{
	struct bin *bins = g_new(struct bin, to->n + from->n + 1);
	unsigned int n = 0, i = 0, j = 0;

	while (i < to->n || j < from->n) {
		bool mine = i < to->n && (j == from->n || to->bins[i].value <= from->bins[j].value);
		struct bin b = mine ? to->bins[i++] : from->bins[j++];

		if (n && bins[n - 1].value == b.value)
			bins[n - 1].count += b.count;
		else
			bins[n++] = b;
	}
	g_free(to->bins);
	*to = (struct hist){bins, n};
}

double bins_quantile(const struct hist *h, double q)
{
	uint64_t total = bins_total(h), seen = 0;

	for (unsigned int i = 0; i < h->n; i++) {
		seen += h->bins[i].count;
		if (seen >= q * total)
			return h->bins[i].value;
	}
	return NAN;
}

double times_quantile(const struct hist *h, double q)
{
	double lower = bins_quantile(h, q);

	return isnan(lower) ? NAN : hist_middle(lower);
}

double bins_share_from(const struct hist *h, unsigned int i)
{
	uint64_t total = bins_total(h), above = 0;

	for (; i < h->n; i++)
		above += h->bins[i].count;
	return total ? (double)above / total : 0;
}

/*
 * What the probes add to each call of @function, by calibration on an empty one: in
 * the mode that its entry's probe ran in, or, for want of that, in any.
 */
static const struct spread *bias_of(const struct probe *p, const char *function)
{
	const char *mode = "";
	const struct spread *any = NULL;

	for (unsigned int i = 0; i < p->sites->len; i++) {
		const struct site *s = p->sites->pdata[i];

		if (!strcmp(s->function, function) && !strcmp(s->kind, "entry"))
			mode = s->mode;
	}
	for (unsigned int i = 0; i < p->calibrations->len; i++) {
		const struct calibration *c = p->calibrations->pdata[i];

		if (strcmp(c->function, function))
			continue;
		if (!strcmp(c->mode, mode))
			return &c->bias;
		any = &c->bias;
	}
	return any;
}

static void correct(const struct probe *p, struct measures *m)
{
	const struct spread *fill = bias_of(p, "virtqueue_fill");
	const struct spread *flush = bias_of(p, "virtqueue_flush");
	double flushes = m->elements ? (double)m->flushes / m->elements : NAN;

	m->fill_bias = fill ? fill->median : NAN;
	m->flush_bias = flush ? flush->median * flushes : NAN;
	m->bias_spread = NAN;
	if (fill && flush)
		m->bias_spread = fill->p95 - fill->p05 + (flush->p95 - flush->p05) * flushes;
}

static void add_queue(struct measures *m, const struct queue *q)
{
	if (q->num) {
		m->ring_min = m->ring_min ? MIN(m->ring_min, q->num) : q->num;
		m->ring_max = MAX(m->ring_max, q->num);
	}
	m->queues++;
	m->elements += q->fills;
	m->flushes += q->flushes;
	m->published += q->published;
	m->violations += q->order_violations;
	m->resets += q->resets;
	m->conserved &= q->conserved;
	m->stash_max = MAX(m->stash_max, q->stash_max);
	m->stash_mean += q->stash_time_mean;
	bins_add(&m->depth, &q->depth);
	bins_add(&m->stash, &q->stash_count);
	bins_add(&m->batch, &q->batch);
	bins_add(&m->hold, &q->hold_ns);
	bins_add(&m->fill, &q->fill_ns);
	bins_add(&m->flush, &q->flush_ns);
}

static double mean_batch(const struct hist *batch)
{
	double sum = 0, flushes = 0;

	for (unsigned int i = 0; i < batch->n; i++) {
		if (!batch->bins[i].value)
			continue;
		sum += (double)batch->bins[i].value * batch->bins[i].count;
		flushes += batch->bins[i].count;
	}
	return flushes ? sum / flushes : NAN;
}

void measure(const struct probe *p, struct measures *m)
{
	double hold = 0, fill = 0, flush = 0, stashed = 0;

	*m = (struct measures){
		.conserved = true, .lost = p->lost_events, .unreadable = p->unreadable_rings};
	for (unsigned int i = 0; i < p->queues->len; i++) {
		const struct queue *q = p->queues->pdata[i];

		add_queue(m, q);
		hold += q->hold_sum_ns;
		fill += q->fill_sum_ns;
		flush += q->flush_sum_ns;
		stashed += q->stashed;
	}
	/* Divisions by no element are NAN, which prints as "-". */
	m->stashed = stashed / m->elements;
	m->hold_mean = hold / m->published;
	m->fill_cost = fill / m->elements;
	m->flush_cost = flush / m->elements;
	m->depth_p50 = bins_quantile(&m->depth, 0.5);
	m->depth_p99 = bins_quantile(&m->depth, 0.99);
	m->depth_max = m->depth.n ? m->depth.bins[m->depth.n - 1].value : 0;
	m->hold_p50 = times_quantile(&m->hold, 0.5);
	m->hold_p99 = times_quantile(&m->hold, 0.99);
	m->fill_p50 = times_quantile(&m->fill, 0.5);
	m->flush_p50 = times_quantile(&m->flush, 0.5);
	m->batch_mean = mean_batch(&m->batch);
	correct(p, m);
}

void measures_clear(struct measures *m)
{
	bins_clear(&m->depth);
	bins_clear(&m->stash);
	bins_clear(&m->batch);
	bins_clear(&m->hold);
	bins_clear(&m->fill);
	bins_clear(&m->flush);
}
