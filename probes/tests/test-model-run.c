// SPDX-License-Identifier: GPL-2.0-or-later
/* The model on rings where one used entry stands for several elements. */
#include "events.h"

/* As virtio 1.3, 2.7.9 has it: of [1, 2] the last one's entry, in the first one's place. */
static void test_by_hand(void)
{
	struct driver d;
	struct used earlier = {5, 3, 1};

	begin(&d, 8, false, true);
	for (int i = 0; i < 3; i++)
		pop(&d, i);
	d.ts = 1100;
	fill(&d, 2);
	flush(&d, NULL, 0);
	fill(&d, 0);
	flush1(&d, 0);
	d.ts = 1600;
	fill(&d, 1);
	d.ts = 2000;
	flush(&d, (struct used[]){{2, 20, 1}, earlier}, 2);
	g_assert_cmpuint(d.q->published, ==, 3);
	g_assert_cmpuint(vq_queue_used_entries(d.q), ==, 2);
	g_assert_true(vq_queue_batches(d.q));
	g_assert_cmpuint(vq_queue_order_violations(d.q), ==, 0);
	g_assert_cmpuint(d.q->hold.sum, ==, 1300);
	g_assert_cmpuint(d.q->last.published, ==, 2);
	g_assert_cmpuint(count(&d.q->batch, 2), ==, 1);
	g_assert_true(vq_queue_agrees(d.q));
	end(&d);
}

/* What reads like each element's own entry is out of order, unless the device batches. */
static void test_unclear(void)
{
	struct used swapped[] = {{1, 10, 1}, {0, 0, 1}}, run[] = {{3, 30, 1}, {3, 30, 1}};
	struct driver d;

	begin(&d, 8, false, true);
	for (int i = 0; i < 4; i++)
		pop(&d, i);
	for (int i = 0; i < 4; i++)
		fill(&d, i);
	flush(&d, swapped, 2);
	g_assert_false(vq_queue_batches(d.q));
	g_assert_cmpuint(vq_queue_order_violations(d.q), ==, 1);
	g_assert_cmpuint(vq_queue_used_entries(d.q), ==, 2);
	flush(&d, run, 2);
	g_assert_true(vq_queue_batches(d.q));
	g_assert_cmpuint(vq_queue_order_violations(d.q), ==, 0);
	g_assert_cmpuint(vq_queue_used_entries(d.q), ==, 2);
	g_assert_true(vq_queue_agrees(d.q));
	end(&d);
}

/* An entry does not stand for one that is not complete, nor for more than were flushed. */
static void test_never(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	for (int i = 0; i < 3; i++)
		pop(&d, i);
	fill(&d, 1);
	flush1(&d, 1);
	g_assert_cmpuint(vq_queue_order_violations(d.q), ==, 1);
	fill(&d, 0);
	fill(&d, 2);
	flush1(&d, 2);
	g_assert_cmpuint(vq_queue_order_violations(d.q), ==, 2);
	g_assert_false(vq_queue_batches(d.q));
	end(&d);
}

/* The last one's length is in the entry. */
static void test_length(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 0);
	fill(&d, 1);
	flush(&d, (struct used[]){{1, 11, 1}, {7, 0, 1}}, 2);
	g_assert_cmpuint(d.q->length_mismatches, ==, 1);
	g_assert_cmpuint(vq_queue_used_entries(d.q), ==, 1);
	end(&d);
}

/*
 * A device and a driver on a ring in memory, beside one that writes each entry: the model
 * must say the same of both.
 */
struct element {
	uint32_t id, ndescs, len;
	bool filled, complete;
};

struct pair {
	struct driver run, each;
	struct vq_used_entry *ring; /* of the one that batches: as the last writer left it */
	GQueue flight;		    /* struct element *, in the order of pops */
	GArray *ids;
	uint64_t entries, gone;
	uint32_t avail; /* packed: the driver's place, two laps */
	bool watched;
};

static uint32_t lap_flags(const struct pair *p, uint32_t slot, bool used)
{
	bool wrap = slot / p->run.num % 2 == 0;

	return used ? (wrap ? 0x8080u << 16 : 0) : (wrap ? 1u << 7 : 1u << 15) << 16;
}

static void pair_pop(struct pair *p)
{
	uint32_t ndescs = p->run.packed ? g_test_rand_int_range(1, 4) : 1, k;
	struct element *e;

	if (!p->ids->len || p->run.inuse + ndescs > p->run.num)
		return;
	e = g_new0(struct element, 1);
	k = g_test_rand_int_range(0, MIN(p->ids->len, 3));
	e->id = g_array_index(p->ids, uint32_t, k);
	g_array_remove_index(p->ids, k);
	e->ndescs = ndescs;
	g_queue_push_tail(&p->flight, e);
	for (k = 0; p->run.packed && k < ndescs; k++, p->avail++)
		p->ring[p->avail % p->run.num] =
			(struct vq_used_entry){0x777, e->id | lap_flags(p, p->avail, false)};
	if (p->watched) {
		elem(&p->run, VQ_POP, e->id, ndescs, 0);
		elem(&p->each, VQ_POP, e->id, ndescs, 0);
	} else {
		p->run.inuse += ndescs;
		p->each.inuse += ndescs;
	}
}

static void pair_fill(struct pair *p)
{
	struct element *e;

	if (!p->flight.length)
		return;
	e = g_queue_peek_nth(&p->flight, g_test_rand_int_range(0, p->flight.length));
	if (e->filled)
		e = g_queue_peek_head(&p->flight);
	if (e->filled)
		return;
	e->filled = true;
	e->len = g_test_rand_int_range(0, 2) * 512;
	e->complete = g_test_rand_int_range(0, 4) > 0;
	if (!p->watched)
		return;
	elem(&p->run, VQ_FILL, e->id, e->ndescs, e->len);
	elem(&p->each, VQ_FILL, e->id, e->ndescs, e->len);
}

/* An entry for all complete elements up to the first that is not, and for that. */
static void pair_flush(struct pair *p)
{
	g_autofree struct used *u = g_new(struct used, p->run.num);
	g_autofree struct vq_used_entry *slot = g_new0(struct vq_used_entry, p->run.num + 1);
	uint32_t at = p->run.used_idx + (p->run.packed && !p->run.wrap ? p->run.num : 0);
	uint32_t total = 0, first = 0, n = 0, flags;
	struct element *e;

	while ((e = g_queue_peek_head(&p->flight)) && e->filled) {
		struct element *next = g_queue_peek_nth(&p->flight, 1);

		u[n++] = (struct used){e->id, e->len, e->ndescs};
		total += e->ndescs;
		if (!e->complete || !next || !next->filled) {
			p->ring[(at + first) % p->run.num] =
				p->run.packed
					? (struct vq_used_entry){e->len,
								 e->id | lap_flags(p, at + first,
										   true)}
					: (struct vq_used_entry){e->id, e->len};
			first = total;
			p->entries += p->watched;
		}
		g_array_append_val(p->ids, e->id);
		g_free(g_queue_pop_head(&p->flight));
	}
	for (uint32_t i = 0; i < total; i++)
		slot[i] = p->ring[(at + i) % p->run.num];
	p->run.inuse -= total;
	if (p->watched) {
		flags = (p->run.packed ? VQ_FLUSH_PACKED : 0) | VQ_FLUSH_IN_ORDER |
			(p->run.wrap ? VQ_FLUSH_OLD_WRAP : 0);
		flush_slots(&p->run, slot, total, flags);
		flush(&p->each, u, n);
		return;
	}
	p->each.inuse -= total;
	p->run.used_idx += total;
	if (p->run.packed && p->run.used_idx >= p->run.num) {
		p->run.used_idx -= p->run.num;
		p->run.wrap = !p->run.wrap;
	}
	p->each.used_idx = p->run.used_idx;
	p->each.wrap = p->run.wrap;
}

static void pair_detach(struct pair *p)
{
	struct element *e = g_queue_peek_tail(&p->flight);

	/* Not where the driver would have to know of it. */
	if (!e || e->filled || p->run.packed || !p->watched)
		return;
	elem(&p->run, VQ_UNPOP, e->id, e->ndescs, 0);
	elem(&p->each, VQ_UNPOP, e->id, e->ndescs, 0);
	g_array_prepend_val(p->ids, e->id);
	g_free(g_queue_pop_tail(&p->flight));
}

static void pair_end(struct pair *p)
{
	g_queue_clear_full(&p->flight, g_free);
	g_array_unref(p->ids);
	g_free(p->ring);
	end(&p->run);
	end(&p->each);
}

static void pair_walk(struct pair *p, bool packed, uint32_t num, unsigned before, unsigned steps)
{
	*p = (struct pair){.ring = g_new0(struct vq_used_entry, num),
			   .ids = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
	begin(&p->run, num, packed, true);
	begin(&p->each, num, packed, true);
	for (uint32_t i = 0; i < num; i++)
		g_array_append_val(p->ids, i);
	for (unsigned step = 0; step < before + steps; step++) {
		int what = g_test_rand_int_range(0, 100);

		p->watched = step >= before;
		p->run.ts = p->each.ts += g_test_rand_int_range(1, 1000);
		if (what < 45)
			pair_pop(p);
		else if (what < 88)
			pair_fill(p);
		else if (what < 98)
			pair_flush(p);
		else
			pair_detach(p);
	}
}

static void assert_same_counts(const struct counts *a, const struct counts *b)
{
	for (size_t i = 0; i < MAX(a->n, b->n); i++)
		g_assert_cmpuint(count(a, i), ==, count(b, i));
}

static void test_random(void)
{
	static const uint32_t nums[] = {4, 8, 100, 256, 1024};

	for (unsigned i = 0; i < 40 * G_N_ELEMENTS(nums); i++) {
		struct pair p;
		const struct vq_queue *q, *each;

		pair_walk(&p, i & 1, nums[i % G_N_ELEMENTS(nums)], 0, 2000);
		q = p.run.q;
		each = p.each.q;
		g_assert_cmpuint(vq_queue_used_entries(q), ==, p.entries);
		g_assert_cmpuint(q->published, ==, each->published);
		g_assert_cmpuint(vq_queue_order_violations(q), ==, 0);
		g_assert_cmpuint(vq_queue_used_entries(each), ==, each->published);
		g_assert_cmpuint(vq_queue_order_violations(each), ==, 0);
		g_assert_cmpuint(q->hold.sum, ==, each->hold.sum);
		g_assert_cmpuint(q->hold.n, ==, each->hold.n);
		g_assert_cmpuint(q->stashed, ==, each->stashed);
		assert_same_counts(&q->depth, &each->depth);
		assert_same_counts(&q->stash, &each->stash);
		assert_same_counts(&q->batch, &each->batch);
		g_assert_cmpuint(q->assumed_published, ==, 0);
		g_assert_true(vq_queue_agrees(q));
		g_assert_true(vq_queue_agrees(each));
		pair_end(&p);
	}
}

/* Elements from before the watch have no number, and may share an entry with one that has. */
static void test_begun_late(void)
{
	static const uint32_t nums[] = {4, 8, 100, 256};

	for (unsigned i = 0; i < 200 * G_N_ELEMENTS(nums); i++) {
		struct pair p;
		const struct vq_queue *q, *each;

		pair_walk(&p, i & 1, nums[i % G_N_ELEMENTS(nums)], 300, 3000);
		q = p.run.q;
		each = p.each.q;
		g_assert_cmpuint(vq_queue_order_violations(q), ==, 0);
		g_assert_true(vq_queue_conserved(each));
		g_assert_cmpuint(q->anomalies + q->unmatched_published + q->unfilled_published, ==,
				 0);
		g_assert_true(vq_queue_conserved(q));
		if (!p.run.packed) /* a chain of unknown length is one element there */
			g_assert_cmpuint(q->published, ==, each->published);
		pair_end(&p);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/run/by-hand", test_by_hand);
	g_test_add_func("/model/run/unclear", test_unclear);
	g_test_add_func("/model/run/never", test_never);
	g_test_add_func("/model/run/length", test_length);
	g_test_add_func("/model/run/random", test_random);
	g_test_add_func("/model/run/begun-late", test_begun_late);
	return g_test_run();
}
