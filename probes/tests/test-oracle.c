// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model against an oracle that works each measure out of the whole history,
 * by the definitions, at each step; and the histograms.
 */
#include "events.h"

struct past {
	uint32_t id, ndescs, len;
	bool filled, published, gone;
	uint64_t filled_ts;
};

struct oracle {
	struct past *past;
	unsigned n, max;
	uint64_t stashed, violations, hold, stash_max;
	double area;
	uint64_t s, last_ts, first_ts;
	uint64_t depth[4096], stash[4096];
};

static unsigned frontier(const struct oracle *o)
{
	unsigned f = 0;

	while (f < o->n && (o->past[f].filled || o->past[f].gone))
		f++;
	return f;
}

static void oracle_time(struct oracle *o, uint64_t ts)
{
	if (!o->first_ts)
		o->first_ts = o->last_ts = ts;
	o->area += (double)o->s * (ts - o->last_ts);
	o->last_ts = ts;
	/* S now: filled beyond F */
}

static uint64_t stash_now(const struct oracle *o)
{
	uint64_t s = 0;

	for (unsigned i = frontier(o); i < o->n; i++)
		s += o->past[i].filled;
	return s;
}

static void oracle_fill(struct oracle *o, unsigned seq, uint64_t ts)
{
	unsigned d = seq - frontier(o);

	oracle_time(o, ts);
	o->depth[d]++;
	o->stashed += d > 0;
	o->past[seq].filled = true;
	o->past[seq].filled_ts = ts;
	o->s = stash_now(o);
	o->stash[o->s]++;
	o->stash_max = MAX(o->stash_max, o->s);
}

static void oracle_publish(struct oracle *o, unsigned seq, uint64_t ts)
{
	o->hold += ts - o->past[seq].filled_ts;
	for (unsigned i = 0; i < seq; i++)
		if (!o->past[i].published && !o->past[i].gone) {
			o->violations++;
			break;
		}
	o->past[seq].published = true;
}

/* One random walk of @steps calls; @violate: publishes out of order at times. */
static void random_walk(bool packed, bool in_order, uint32_t num, unsigned steps)
{
	struct driver d;
	struct oracle o = {.max = steps};
	g_autoptr(GArray) ids = g_array_new(false, false, sizeof(uint32_t));
	g_autoptr(GArray) pending = g_array_new(false, false, sizeof(unsigned));
	g_autofree struct used *u = g_new(struct used, num);

	o.past = g_new0(struct past, steps + 1);
	for (uint32_t i = 0; i < num; i++)
		g_array_append_val(ids, i);
	begin(&d, num, packed, in_order);
	for (unsigned step = 0; step < steps; step++) {
		int what = g_test_rand_int_range(0, 100);
		struct past *last = o.n ? &o.past[o.n - 1] : NULL;
		bool in_hand = last && !last->filled && !last->gone;

		d.ts += g_test_rand_int_range(1, 1000);
		if (what < 45) {
			uint32_t ndescs = packed ? g_test_rand_int_range(1, 4) : 1, k;

			if (d.inuse + ndescs > num || !ids->len)
				continue;
			k = g_test_rand_int_range(0, ids->len);
			o.past[o.n] = (struct past){g_array_index(ids, uint32_t, k),
						    ndescs,
						    g_test_rand_int(),
						    0,
						    0,
						    0,
						    0};
			g_array_remove_index_fast(ids, k);
			elem(&d, VQ_POP, o.past[o.n].id, ndescs, 0);
			oracle_time(&o, d.ts);
			o.n++;
		} else if (what < 80) {
			unsigned f = frontier(&o), seq;

			if (f == o.n)
				continue;
			seq = g_test_rand_int_range(f, o.n);
			if (o.past[seq].filled || o.past[seq].gone)
				seq = f;
			elem(&d, VQ_FILL, o.past[seq].id, o.past[seq].ndescs, o.past[seq].len);
			oracle_fill(&o, seq, d.ts);
			g_array_append_val(pending, seq);
		} else if (what < 94) {
			unsigned n = 0, f = frontier(&o);

			for (unsigned i = 0; in_order && i < f; i++)
				if (o.past[i].filled && !o.past[i].published) {
					u[n++] = (struct used){o.past[i].id, o.past[i].len,
							       o.past[i].ndescs};
					oracle_publish(&o, i, d.ts);
					g_array_append_val(ids, o.past[i].id);
				}
			for (unsigned i = 0; !in_order && i < pending->len; i++) {
				unsigned seq = g_array_index(pending, unsigned, i);

				u[n++] = (struct used){o.past[seq].id, o.past[seq].len,
						       o.past[seq].ndescs};
				oracle_publish(&o, seq, d.ts);
				g_array_append_val(ids, o.past[seq].id);
			}
			g_array_set_size(pending, 0);
			flush(&d, u, n);
			oracle_time(&o, d.ts);
		} else if (in_hand && what < 97) {
			if (what == 94)
				count_event(&d, VQ_REWIND, VQ, last->ndescs);
			else
				elem(&d, VQ_UNPOP, last->id, last->ndescs, 0);
			oracle_time(&o, d.ts);
			g_array_append_val(ids, last->id);
			o.n--;
			o.s = stash_now(&o);
		} else if (what >= 97 && frontier(&o) < o.n) {
			struct past *p = &o.past[g_test_rand_int_range(frontier(&o), o.n)];

			if (p->filled || p->gone)
				continue;
			elem(&d, VQ_DETACH, p->id, p->ndescs, 0);
			oracle_time(&o, d.ts);
			g_array_append_val(ids, p->id);
			p->gone = true;
			o.s = stash_now(&o);
		}
	}
	g_assert_cmpuint(d.q->stashed, ==, o.stashed);
	g_assert_cmpuint(d.q->stash_max, ==, o.stash_max);
	g_assert_cmpuint(d.q->order_violations, ==, o.violations);
	g_assert_cmpuint(d.q->hold.sum, ==, o.hold);
	for (unsigned i = 0; i < 4096; i++) {
		g_assert_cmpuint(count(&d.q->depth, i), ==, o.depth[i]);
		g_assert_cmpuint(count(&d.q->stash, i), ==, o.stash[i]);
	}
	g_assert_cmpfloat_with_epsilon(vq_queue_stash_mean(d.q), o.area / (o.last_ts - o.first_ts),
				       1e-9);
	g_assert_cmpuint(d.q->length_mismatches + d.q->assumed_published + d.q->unreadable_rings,
			 ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	if (in_order)
		g_assert_cmpuint(o.violations, ==, 0);
	else
		g_assert_cmpuint(o.violations, >, 0);
	g_free(o.past);
	end(&d);
}

static void test_random(void)
{
	static const uint32_t nums[] = {4, 8, 100, 256, 1024};

	for (unsigned i = 0; i < 4 * G_N_ELEMENTS(nums); i++)
		random_walk(i & 1, i & 2, nums[i / 4], 3000);
}

static void test_hist(void)
{
	size_t last = 0;

	for (uint64_t v = 0; v < 100000; v++) {
		size_t b = hist_bucket(v);

		g_assert_true(b == last || b == last + 1);
		g_assert_cmpuint(hist_lower(b), <=, v);
		g_assert_cmpuint(hist_lower(b + 1), >, v);
		g_assert_cmpuint(v - hist_lower(b), <=, v / 32);
		/* Of [a, b) the middle: a + (b - a) / 2. */
		g_assert_cmpuint(hist_middle(hist_lower(b)), ==,
				 hist_lower(b) + (hist_lower(b + 1) - hist_lower(b)) / 2);
		last = b;
	}
	for (int k = 17; k < 64; k++) {
		uint64_t v = 1ull << k;

		g_assert_cmpuint(hist_lower(hist_bucket(v)), ==, v);
		g_assert_cmpuint(hist_bucket(v - 1) + 1, ==, hist_bucket(v));
	}
	g_assert_cmpuint(hist_bucket(UINT64_MAX), ==, HIST_BUCKETS - 1);
	g_assert_cmpuint(hist_middle(hist_lower(HIST_BUCKETS - 1)), ==, 63ull << 58 | 1ull << 57);
}

static void test_quantile(void)
{
	g_autofree struct hist *h = g_new0(struct hist, 1);
	struct counts c = {0};

	g_assert_cmpuint(hist_quantile(h, 0.5), ==, 0);
	for (int i = 1; i <= 100; i++) {
		hist_add(h, i);
		counts_add(&c, i);
	}
	g_assert_cmpuint(h->sum, ==, 5050);
	g_assert_cmpuint(counts_quantile(&c, 0.5), ==, 50);
	g_assert_cmpuint(counts_quantile(&c, 0.99), ==, 99);
	g_assert_cmpuint(counts_quantile(&c, 1), ==, 100);
	g_assert_cmpuint(counts_quantile(&c, 0), ==, 1);
	g_assert_cmpuint(hist_quantile(h, 0.5), ==, 50);
	g_assert_cmpuint(hist_quantile(h, 0.99), ==, 99); /* the middle of [98, 100) */
	counts_free(&c);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/random-against-oracle", test_random);
	g_test_add_func("/hist/buckets", test_hist);
	g_test_add_func("/hist/quantile", test_quantile);
	return g_test_run();
}
