// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of recordings that no in-order queue made, or only a part of one. */
#include "analysis/replay/source-open.h"
#include "replay-rig.h"
#include "probes/trace/trace.h"

/* A recording, event by event. */
static void put_elem(struct vq_trace_writer *w, uint16_t type, uint32_t id, uint32_t len)
{
	struct vq_elem_event e = {
		.h = {.type = type, .size = sizeof(e), .vq = 1},
		.id = id,
		.ndescs = 1,
		.len = len,
	};

	vq_trace_write(w, &e.h);
}

static void put_flush(struct vq_trace_writer *w, uint32_t num, uint32_t flags)
{
	struct vq_flush_event e = {
		.h = {.type = VQ_FLUSH, .size = sizeof(e), .vq = 1}, .num = num, .flags = flags};

	vq_trace_write(w, &e.h);
}

static struct vq_trace_writer *begin_trace(void)
{
	g_autofree char *path = in_folder("trace.vqt");
	struct vq_queue_event q = {
		.h = {.type = VQ_QUEUE, .size = sizeof(q), .vq = 1}, .vdev = 2, .device = "disk"};
	struct vq_trace_writer *w = vq_trace_create(path, 1, 0, NULL);

	g_assert_nonnull(w);
	vq_trace_write(w, &q.h);
	return w;
}

static struct source *end_trace(struct vq_trace_writer *w)
{
	g_autofree char *path = in_folder("trace.vqt");
	g_autoptr(GError) error = NULL;
	struct source *s;

	g_assert_true(vq_trace_close(w, NULL));
	s = source_open(path, "trace", NULL, &error);
	g_assert_no_error(error);
	return s;
}

/* A queue without order gives id 1 back, and gets it again, past id 0. */
static struct source *unordered(uint32_t size)
{
	struct vq_trace_writer *w = begin_trace();

	put_elem(w, VQ_POP, 0, 0);
	for (uint32_t len = 5; len <= 6; len++) {
		put_elem(w, VQ_POP, 1, 0);
		put_elem(w, VQ_FILL, 1, len);
		put_flush(w, size, 0);
	}
	put_elem(w, VQ_FILL, 0, 7);
	put_flush(w, size, 0);
	return end_trace(w);
}

static void test_unordered(void)
{
	g_autofree char *room = NULL, *full = NULL;
	struct source *s = unordered(8);

	g_assert_cmpuint(source_queue(s, 0)->hoisted, ==, 0);
	g_assert_cmpint(source_queue(s, 0)->order, ==, RECORDED_NONE);
	room = as_text(s);
	g_assert_cmpstr(room, ==,
			"ring split 8\npop 0 1\npop 1 1\nfill 1 5\nflush\n"
			"pop 2 1\nfill 2 6\nflush\nfill 0 7\nflush\n");
	/* An ordered ring of two would have held the driver back. */
	s = unordered(2);
	g_assert_cmpuint(source_queue(s, 0)->hoisted, ==, 1);
	g_assert_cmpuint(source_queue(s, 0)->ignored, ==, 0);
	full = as_text(s);
	g_assert_cmpstr(full, ==,
			"ring split 2\npop 0 1\npop 1 1\nfill 1 5\nflush\nfill 0 0\nflush\n"
			"pop 1 1\nfill 1 6\nflush\nflush\n");
}

/* A recording that begins in the middle, and a ring that is another after a reset. */
static void test_middle(void)
{
	struct vq_count_event reset = {.h = {.type = VQ_RESET, .size = sizeof(reset), .vq = 2}};
	struct vq_trace_writer *w = begin_trace();
	struct replay *r;

	put_elem(w, VQ_FILL, 3, 9);
	put_elem(w, VQ_DETACH, 2, 0);
	put_elem(w, VQ_POP, 1, 0);
	put_elem(w, VQ_FILL, 1, 4);
	put_flush(w, 4, 0);
	put_elem(w, VQ_POP, 2, 0);
	vq_trace_write(w, &reset.h);
	put_elem(w, VQ_FILL, 2, 5);
	put_elem(w, VQ_POP, 7, 0);
	put_elem(w, VQ_FILL, 7, 6);
	put_flush(w, 5, VQ_FLUSH_PACKED | VQ_FLUSH_OLD_WRAP);
	r = proved(end_trace(w), NULL);
	g_assert_cmpuint(r->source->queues->len, ==, 2);
	g_assert_false(source_queue(r->source, 0)->shape.packed);
	g_assert_cmpuint(source_queue(r->source, 0)->ignored, ==, 2);
	g_assert_true(source_queue(r->source, 1)->shape.packed);
	g_assert_cmpuint(source_queue(r->source, 1)->shape.size, ==, 5);
	g_assert_cmpuint(source_queue(r->source, 1)->ignored, ==, 1);
	g_assert_cmpuint(r->counts.fills, ==, 2);
	for (guint v = 0; v < r->variants->len; v++) {
		const struct variant *x = r->variants->pdata[v];

		g_assert_cmpstr(x->wrong, ==, NULL);
		g_assert_cmpuint(x->published, ==, 2);
	}
	replay_free(r);
}

/* What QEMU published is not what order says. */
static void test_recorded(void)
{
	struct {
		struct vq_flush_event e;
		struct vq_used_entry used;
	} flush = {{.h = {.type = VQ_FLUSH, .size = sizeof(flush), .vq = 1},
		    .num = 4,
		    .total = 1,
		    .n = 1,
		    .flags = VQ_FLUSH_IN_ORDER},
		   {0, 0}};

	for (uint32_t first = 0; first < 2; first++) {
		struct vq_trace_writer *w = begin_trace();
		struct replay *r;

		put_elem(w, VQ_POP, 0, 0);
		put_elem(w, VQ_POP, 1, 0);
		put_elem(w, VQ_FILL, 0, 5);
		put_elem(w, VQ_FILL, 1, 5);
		for (uint32_t i = 0; i < 2; i++) {
			flush.used = (struct vq_used_entry){first ^ i, 5};
			flush.e.old_idx = i;
			vq_trace_write(w, &flush.e.h);
		}
		r = proved(end_trace(w), NULL);
		for (guint v = 1; v < r->variants->len; v++) {
			const struct variant *x = r->variants->pdata[v];

			g_assert_cmpint(x->recorded, ==, first ? RECORDED_DIFFERS : RECORDED_SAME);
			g_assert_cmpuint(x->recorded_at, ==, 0);
		}
		replay_free(r);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorded/without order", test_unordered);
	g_test_add_func("/recorded/from the middle", test_middle);
	g_test_add_func("/recorded/the order itself", test_recorded);
	return run_in_folder();
}
