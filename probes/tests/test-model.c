// SPDX-License-Identifier: GPL-2.0-or-later
/* The model against sequences that were worked out by hand. */
#include "events.h"

/* Three popped; filled 2, 0, 1 at 1100, 1300, 1600; in order. */
static void test_in_order(void)
{
	struct driver d;
	struct used first = {0, 0, 1}, rest[] = {{1, 10, 1}, {2, 20, 1}};

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	d.ts = 1100;
	fill(&d, 2); /* depth 2, S = 1 */
	flush(&d, NULL, 0);
	d.ts = 1300;
	fill(&d, 0); /* depth 0, F = 1, S = 1 */
	flush(&d, &first, 1);
	d.ts = 1600;
	fill(&d, 1); /* depth 0, F = 3, S = 0 */
	d.ts = 2000;
	flush(&d, rest, 2);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(count(&d.q->stash, 0), ==, 1);
	g_assert_cmpuint(count(&d.q->stash, 1), ==, 2);
	g_assert_cmpuint(d.q->stashed, ==, 1);
	g_assert_cmpuint(d.q->stash_max, ==, 1);
	/* S = 1 from 1100 to 1600, of 1000 to 2000. */
	g_assert_cmpfloat(vq_queue_stash_mean(d.q), ==, 0.5);
	g_assert_cmpuint(count(&d.q->batch, 0), ==, 1);
	g_assert_cmpuint(count(&d.q->batch, 1), ==, 1);
	g_assert_cmpuint(count(&d.q->batch, 2), ==, 1);
	/* hold: 0 for 0; 400 for 1; 900 for 2 */
	g_assert_cmpuint(d.q->hold.sum, ==, 1300);
	g_assert_cmpuint(d.q->hold.n, ==, 3);
	g_assert_cmpuint(d.q->fill.sum, ==, 15);
	g_assert_cmpuint(d.q->flush.sum, ==, 21);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Without ordering the same completions violate the order, once. */
static void test_unordered(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	flush1(&d, 1);
	fill(&d, 0);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->order_violations, ==, 1);
	g_assert_cmpuint(d.q->stashed, ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

static void test_order_within_batch(void)
{
	struct driver d;
	struct used swapped[] = {{1, 10, 1}, {0, 0, 1}};

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 0);
	fill(&d, 1);
	flush(&d, swapped, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 1);
	end(&d);
}

static void test_detach(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	for (int i = 0; i < 4; i++)
		pop(&d, i);
	fill(&d, 2);		      /* depth 2 */
	elem(&d, VQ_DETACH, 0, 1, 0); /* F = 1 */
	fill(&d, 1);		      /* depth 0, F = 3 */
	fill(&d, 3);		      /* depth 0 */
	flush(&d, (struct used[]){{1, 10, 1}, {2, 20, 1}, {3, 30, 1}}, 3);
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 2);
	g_assert_cmpuint(d.q->detached, ==, 1);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* unpop gives the number back; its own detach is not counted a second time. */
static void test_unpop(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	elem(&d, VQ_UNPOP, 1, 1, 0);
	d.inuse++; /* the one detach that QEMU does */
	elem(&d, VQ_DETACH, 1, 1, 0);
	pop(&d, 1);
	pop(&d, 2);
	fill(&d, 2); /* 0 and 1 are before it: depth 2 */
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(d.q->unpopped, ==, 1);
	g_assert_cmpuint(d.q->detached, ==, 0);
	/* A later detach of that element is one. */
	elem(&d, VQ_DETACH, 1, 1, 0);
	g_assert_cmpuint(d.q->detached, ==, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {2, 20, 1}}, 2);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Taken back in the order of their pops, as virtio-net does. */
static void test_unpop_forwards(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	elem(&d, VQ_UNPOP, 1, 1, 0);
	elem(&d, VQ_UNPOP, 2, 1, 0);
	pop(&d, 1);
	fill(&d, 1);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {1, 10, 1}}, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* F has passed elements that are then popped again: it goes back with them. */
static void test_unpop_behind_frontier(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	fill(&d, 0);
	elem(&d, VQ_UNPOP, 1, 1, 0);
	elem(&d, VQ_UNPOP, 2, 1, 0);
	pop(&d, 1);
	pop(&d, 2);
	fill(&d, 2);
	fill(&d, 1);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	end(&d);
}

/* One element hangs, and very many pass it. */
static void test_straggler(void)
{
	const uint32_t n = 300000;
	struct driver d;
	uint32_t deepest;

	begin(&d, 8, false, false);
	pop(&d, 0);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = 1 + i % 7;

		pop(&d, id);
		if (i % 5)
			fill(&d, id), flush1(&d, id);
		else
			elem(&d, VQ_DETACH, id, 1, 0);
	}
	deepest = counts_quantile(&d.q->depth, 1);
	g_assert_cmpuint(deepest, <=, n);
	g_assert_cmpuint(deepest, >=, n - n / 32768);
	g_assert_cmpuint(d.q->o.n_elem, <=, 64);
	g_assert_cmpuint(d.q->depth.n, <=, 1 << 18);
	g_assert_cmpuint(d.q->stash_max, ==, n - n / 5);
	g_assert_true(vq_queue_conserved(d.q));
	fill(&d, 0);
	g_assert_cmpuint(vq_outstanding_stash(&d.q->o), ==, 0);
	g_assert_cmpuint(d.q->o.gone->len, ==, n / 5);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->o.gone->len, ==, 0);
	end(&d);
}

static void test_rewind(void)
{
	struct driver d;

	begin(&d, 8, true, true);
	elem(&d, VQ_POP, 0, 1, 0);
	elem(&d, VQ_POP, 1, 3, 0);
	elem(&d, VQ_POP, 2, 2, 0);
	count_event(&d, VQ_REWIND, VQ, 99); /* refused */
	count_event(&d, VQ_REWIND, VQ, 5);  /* descriptors: two elements */
	g_assert_cmpuint(d.q->unpopped, ==, 2);
	elem(&d, VQ_POP, 1, 3, 0);
	elem(&d, VQ_FILL, 1, 3, 0);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	elem(&d, VQ_FILL, 0, 1, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {1, 0, 3}}, 2);
	g_assert_cmpuint(d.q->published, ==, 2);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

static void test_reset(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	count_event(&d, VQ_RESET, VDEV + 8, 0); /* another device */
	g_assert_cmpuint(d.q->resets, ==, 0);
	count_event(&d, VQ_RESET, VDEV, 0);
	g_assert_cmpuint(d.q->resets, ==, 1);
	g_assert_cmpuint(d.q->dropped, ==, 1);
	pop(&d, 1); /* ids start anew */
	fill(&d, 1);
	flush1(&d, 1);
	count_event(&d, VQ_QUEUE_RESET, VDEV, 2);
	g_assert_cmpuint(d.q->resets, ==, 1);
	count_event(&d, VQ_QUEUE_RESET, VDEV, 3);
	g_assert_cmpuint(d.q->resets, ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* A full packed ring of chains: the index moves by its size, to where it was. */
static void test_packed_full(void)
{
	struct driver d;
	struct used u[50];

	begin(&d, 100, true, true);
	for (int lap = 0; lap < 3; lap++) {
		for (int i = 0; i < 50; i++) {
			elem(&d, VQ_POP, i, 2, 0);
			u[i] = (struct used){i, 3 * i, 2};
		}
		for (int i = 49; i >= 0; i--)
			elem(&d, VQ_FILL, i, 2, 3 * i);
		flush(&d, u, 50);
	}
	g_assert_cmpuint(d.q->published, ==, 150);
	g_assert_cmpuint(count(&d.q->batch, 50), ==, 3);
	g_assert_cmpuint(count(&d.q->depth, 49), ==, 3);
	g_assert_cmpuint(d.q->length_mismatches + d.q->assumed_published, ==, 0);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* What a strategy could do wrong, each seen. */
static void test_wrongs(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 12345, 1}}, 1);
	g_assert_cmpuint(d.q->length_mismatches, ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	flush1(&d, 1); /* never filled */
	g_assert_cmpuint(d.q->unfilled_published, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	flush1(&d, 7); /* never popped */
	g_assert_cmpuint(d.q->unmatched_published, ==, 1);
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	fill(&d, 0);
	flush1(&d, 0);
	flush1(&d, 0); /* twice */
	g_assert_cmpuint(d.q->unmatched_published, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	fill(&d, 0);
	fill(&d, 0);
	g_assert_cmpuint(d.q->anomalies, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	d.inuse++; /* an event was lost */
	pop(&d, 1);
	fill(&d, 0);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->inuse_mismatches, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/in-order", test_in_order);
	g_test_add_func("/model/unordered", test_unordered);
	g_test_add_func("/model/order-within-batch", test_order_within_batch);
	g_test_add_func("/model/detach", test_detach);
	g_test_add_func("/model/unpop", test_unpop);
	g_test_add_func("/model/unpop-forwards", test_unpop_forwards);
	g_test_add_func("/model/unpop-behind-frontier", test_unpop_behind_frontier);
	g_test_add_func("/model/straggler", test_straggler);
	g_test_add_func("/model/rewind", test_rewind);
	g_test_add_func("/model/reset", test_reset);
	g_test_add_func("/model/packed-full", test_packed_full);
	g_test_add_func("/model/wrongs", test_wrongs);
	return g_test_run();
}
