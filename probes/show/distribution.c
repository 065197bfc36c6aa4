// SPDX-License-Identifier: GPL-2.0-or-later
/* Distributions as bars, for people; JSON has them in finer steps. */
#include <inttypes.h>
#include <string.h>

#include "distribution.h"
#include "probes/tool/text.h"
#include "units.h"

#define BAR 40

/* Counts in [0], [1], [2, 4), [4, 8)...: the bits of the number. */
struct powers {
	uint64_t count[65], n;
};

static void add(struct powers *p, uint64_t value, uint64_t count)
{
	p->count[value ? 64 - __builtin_clzll(value) : 0] += count;
	p->n += count;
}

static void range(char *text, size_t size, unsigned bits, bool time)
{
	uint64_t from = bits ? 1ull << (bits - 1) : 0, to = bits ? 2 * (from - 1) + 1 : 0;
	vq_field a, b;

	if (time) {
		vq_format_time(a, from);
		vq_format_time(b, to + 1);
		g_snprintf(text, size, "%6s to %6s", a, b);
	} else if (from == to) {
		g_snprintf(text, size, "%16" PRIu64, from);
	} else {
		g_snprintf(text, size, "%6" PRIu64 " to %6" PRIu64, from, to);
	}
}

static void add_bars(GString *out, const struct powers *p, bool time)
{
	static const char stars[] = "****************************************";
	unsigned first = 0, last = 64;
	uint64_t most = 1;

	_Static_assert(sizeof(stars) == BAR + 1, "as long");
	while (first < 64 && !p->count[first])
		first++;
	while (last > first && !p->count[last])
		last--;
	for (unsigned i = first; i <= last; i++)
		most = MAX(most, p->count[i]);
	for (unsigned i = first; i <= last; i++) {
		/* What is there at all shows. */
		int bar = p->count[i] ? MAX(1, (double)p->count[i] / most * BAR) : 0;
		char text[40];

		range(text, sizeof(text), i, time);
		g_string_append_printf(out, "  %s %10" PRIu64 "%s%.*s\n", text, p->count[i],
				       bar ? " " : "", bar, stars);
	}
}

static void add_title(GString *out, const struct vq_queue *q, const char *what)
{
	g_autofree char *device = vq_text_clean(q->device, -1, SIZE_MAX, VQ_ASCII);

	g_string_append_printf(out, "\n%s.%u %s: ", device, q->index, what);
}

static void add_times(GString *out, const struct vq_queue *q, const char *what,
		      const struct hist *h)
{
	static const double at[] = {0.5, 0.9, 0.99, 0.999, 1};
	static const char *const name[] = {"p50", "p90", "p99", "p99.9", "max"};
	struct powers p = {0};
	vq_field mean;

	for (size_t i = 0; i < HIST_BUCKETS; i++)
		if (h->count[i])
			add(&p, hist_lower(i), h->count[i]);
	if (!p.n)
		return;
	add_title(out, q, what);
	vq_format_time(mean, h->sum / h->n);
	g_string_append_printf(out, "mean %s", mean);
	for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
		vq_field f;

		vq_format_time(f, hist_quantile(h, at[i]));
		g_string_append_printf(out, ", %s %s", name[i], f);
	}
	g_string_append_c(out, '\n');
	add_bars(out, &p, true);
}

static void add_numbers(GString *out, const struct vq_queue *q, const char *what,
			const struct counts *c)
{
	struct powers p = {0};

	for (size_t i = 0; i < c->n; i++)
		if (c->count[i])
			add(&p, counts_lower(i), c->count[i]);
	if (!p.n)
		return;
	add_title(out, q, what);
	g_string_append_printf(out,
			       "p50 %" PRIu64 ", p90 %" PRIu64 ", p99 %" PRIu64 ", p99.9 %" PRIu64
			       ", max %" PRIu64 "\n",
			       counts_quantile(c, 0.5), counts_quantile(c, 0.9),
			       counts_quantile(c, 0.99), counts_quantile(c, 0.999),
			       counts_quantile(c, 1));
	add_bars(out, &p, false);
}

/* Without return probes there are no durations of pop and fill: all are 0. */
static bool is_measured(const struct hist *h)
{
	return h->sum > 0;
}

void vq_distributions_add(GString *out, const struct vq_queue *q)
{
	if (!q->first_ts)
		return;
	if (!vq_queue_orderless(q)) {
		add_numbers(out, q, "depth, elements", &q->depth);
		add_numbers(out, q, "stash, elements", &q->stash);
	}
	add_numbers(out, q, "batch, elements a flush", &q->batch);
	add_times(out, q, "hold", &q->hold);
	add_times(out, q, "flush", &q->flush);
	if (is_measured(&q->fill))
		add_times(out, q, "fill", &q->fill);
	if (is_measured(&q->pop))
		add_times(out, q, "pop", &q->pop);
}
