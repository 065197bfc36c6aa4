// SPDX-License-Identifier: GPL-2.0-or-later
/* The model where it does not see all: watches that begin late or pause, rings that
 * cannot be read, events that are none. */
#include "events.h"

/* Attached while two are in use: no depth before both are done. */
static void test_mid_stream(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	d.inuse = 2;
	pop(&d, 2);
	fill(&d, 2);
	fill(&d, 0);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->in_flight_start, ==, 2);
	g_assert_cmpuint(d.q->unsettled, ==, 2);
	g_assert_false(vq_queue_settled(d.q));
	pop(&d, 3);
	pop(&d, 4);
	fill(&d, 4);
	d.ts = 2000; /* S counts from here */
	fill(&d, 1);
	g_assert_true(vq_queue_settled(d.q));
	d.ts = 3000;
	flush(&d, (struct used[]){{1, 10, 1}, {2, 20, 1}}, 2);
	fill(&d, 3);
	d.ts = 5000;
	flush(&d, (struct used[]){{3, 30, 1}, {4, 40, 1}}, 2);
	g_assert_cmpuint(d.q->unmatched_fills, ==, 2);
	g_assert_cmpfloat(vq_queue_stash_mean(d.q), ==, 1000.0 / 3000);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 1);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Watched in windows: what was in flight between two is as old as the watch. */
static void test_gap(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	d.ts = 1000;
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	fill(&d, 1); /* depth 1, S = 1 until the window ends */
	d.ts = 2000;
	fill(&d, 2); /* depth 2 */
	vq_model_gap(d.m);
	g_assert_cmpuint(d.q->cut, ==, 1);
	g_assert_cmpuint(vq_outstanding_stash(&d.q->o), ==, 0);
	g_assert_false(vq_queue_settled(d.q));
	g_assert_true(vq_queue_conserved(d.q));
	g_assert_cmpfloat(vq_queue_stash_mean(d.q), ==, 1);
	/* Unseen: fill and flush of 0.  1 and 2 are published in the window. */
	d.inuse--;
	d.used_idx++;
	d.ts = 10000;
	pop(&d, 3);
	flush(&d, (struct used[]){{1, 10, 1}, {2, 20, 1}}, 2);
	g_assert_true(vq_queue_settled(d.q));
	fill(&d, 3);
	flush1(&d, 3);
	g_assert_cmpuint(d.q->in_flight_start, ==, 2);
	g_assert_cmpuint(d.q->published, ==, 3);
	g_assert_cmpuint(d.q->unmatched_published, ==, 0);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 1);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	/* The gap has no share in it: S was 1 for 1000 ns, 0 since. */
	g_assert_cmpfloat(d.q->stash_area, ==, 1000);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Chains that were filled before the watch, published in it: one, then two. */
static void test_mid_stream_packed(void)
{
	struct driver d;

	begin(&d, 8, true, true);
	d.inuse = 8;
	d.used_idx = 7;
	flush(&d, (struct used[]){{0, 0, 3}}, 1);
	g_assert_cmpuint(d.q->in_flight_start, ==, 8);
	flush(&d, (struct used[]){{1, 10, 2}, {2, 20, 3}}, 2);
	g_assert_true(vq_queue_settled(d.q));
	g_assert_cmpuint(d.q->published, ==, 3);
	elem(&d, VQ_POP, 0, 2, 0);
	elem(&d, VQ_FILL, 0, 2, 5);
	flush(&d, (struct used[]){{0, 5, 2}}, 1);
	g_assert_cmpuint(d.q->inuse_mismatches, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* The driver reused a packed slot before it could be read. */
static void test_overwritten(void)
{
	struct driver d;
	struct vq_flush_event *e = g_malloc0(sizeof(*e) + 2 * sizeof(e->used[0]));

	begin(&d, 2, true, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	fill(&d, 0);
	e->h = (struct vq_head){VQ_FLUSH, sizeof(*e) + 2 * sizeof(e->used[0]), 7, 2000, VQ};
	e->num = e->total = e->n = 2;
	e->flags = VQ_FLUSH_PACKED | VQ_FLUSH_IN_ORDER | VQ_FLUSH_OLD_WRAP;
	e->used[0] = (struct vq_used_entry){0, 5 | 1u << 31}; /* avail in the next lap */
	e->used[1] = (struct vq_used_entry){10, 1 | 0x8080u << 16};
	g_assert_true(vq_model_event(d.m, &e->h, e->h.size));
	g_assert_cmpuint(d.q->assumed_published, ==, 1);
	g_assert_cmpuint(d.q->published, ==, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	g_free(e);
	end(&d);
}

static void test_unreadable(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	flush_flags(&d, (struct used[]){{0, 0, 1}}, 1, VQ_FLUSH_UNREADABLE);
	g_assert_cmpuint(d.q->unreadable_rings, ==, 1);
	g_assert_cmpuint(d.q->assumed_published, ==, 1);
	g_assert_cmpuint(d.q->unfilled_published, ==, 0); /* 1 was due, not 0 */
	end(&d);
}

static void test_malformed(void)
{
	struct driver d;
	struct vq_elem_event e = {.h = {VQ_POP, sizeof(e), 0, 1, VQ}};
	struct vq_flush_event f = {
		.h = {VQ_FLUSH, sizeof(f), 0, 1, VQ}, .num = 8, .n = 1, .total = 1};

	begin(&d, 8, false, false);
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e) - 1));
	e.h.type = VQ_EVENT_TYPES;
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	e.h.type = 0;
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	e.h.type = VQ_POP;
	e.h.vq = 4; /* not named */
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	g_assert_false(vq_model_event(d.m, &f.h, sizeof(f))); /* no room for its entry */
	f.n = 0;
	f.total = 9; /* more than the ring has */
	g_assert_false(vq_model_event(d.m, &f.h, sizeof(f)));
	f.total = 0;
	f.num = 0;
	g_assert_false(vq_model_event(d.m, &f.h, sizeof(f)));
	g_assert_cmpuint(d.m->events, ==, 0);
	end(&d);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/mid-stream", test_mid_stream);
	g_test_add_func("/model/mid-stream-packed", test_mid_stream_packed);
	g_test_add_func("/model/gap", test_gap);
	g_test_add_func("/model/overwritten", test_overwritten);
	g_test_add_func("/model/unreadable", test_unreadable);
	g_test_add_func("/model/malformed", test_malformed);
	return g_test_run();
}
