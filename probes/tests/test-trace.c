// SPDX-License-Identifier: GPL-2.0-or-later
/* What is written to a trace is read again. */
#include "probes/trace/code.h"
#include "trace-file.h"

static void put_stream(struct fixture *f, struct stream *s, unsigned n)
{
	static union any_event e;

	memset(&e, 0, sizeof(e.flush));
	for (unsigned i = 0; i < s->n_queues; i++) {
		stream_queue_event(s, i, &e);
		put(f, &e);
	}
	for (unsigned i = 0; i < n; i++) {
		stream_next(s, &e);
		put(f, &e);
	}
	stream_end_event(s, &e);
	put(f, &e);
}

static void test_random(void)
{
	static const unsigned odds[] = {0, 1, 2, 10, 1000000};
	static const unsigned queues[] = {1, 2, 7, 64, 65, 100};
	static struct stream s;

	for (unsigned seed = 0; seed < 60; seed++) {
		struct fixture f = {0};

		begin(&f);
		stream_begin(&s, seed, queues[seed % 6], odds[seed % 5]);
		put_stream(&f, &s, 200 + seed * 50);
		close_trace(&f);
		expect_all(&f);
		end(&f);
	}
}

/* Each type with each field at its limits, on a queue that is known and not. */
static void test_extremes(void)
{
	static const uint8_t fill[] = {0x00, 0xff, 0x7f, 0x80, 0x01};
	static const uint16_t sizes[VQ_EVENT_TYPES] = {24, 40, 40, 56, 40, 40, 32, 32, 32, 136, 32};
	struct fixture f = {0};
	union any_event e;

	begin(&f);
	for (unsigned type = 0; type < VQ_EVENT_TYPES - 1; type++)
		for (unsigned i = 0; i < sizeof(fill) * sizeof(fill); i++)
			for (unsigned more = 0; more < 3; more++) {
				memset(&e, fill[i / sizeof(fill)], sizeof(e));
				memset(&e, fill[i % sizeof(fill)], sizeof(e.h));
				e.h.type = type;
				e.h.size = sizes[type] + (more == 1 ? 1 : more == 2 ? 120 : 0);
				put(&f, &e);
			}
	e.h.size = UINT16_MAX;
	put(&f, &e);
	e.h.size = sizeof(e.h);
	put(&f, &e);
	e.h.type = VQ_END;
	e.h.size = sizeof(e.end);
	put(&f, &e);
	close_trace(&f);
	expect_all(&f);
	end(&f);
}

/* Records that look as if they went on with the one before, and do not. */
static void test_flush_records(void)
{
	static const struct {
		uint16_t total, pos, n;
	} record[] = {{40, 0, 16},  {40, 16, 16}, {40, 32, 8},	{40, 40, 0}, {40, 0, 16},
		      {40, 16, 15}, {40, 31, 9},  {40, 16, 16}, {3, 0, 3},   {3, 3, 0},
		      {0, 0, 0},    {0, 0, 0},	  {1, 0, 0},	{16, 0, 16}, {16, 0, 15}};
	struct fixture f = {0};
	union any_event e;

	begin(&f);
	for (unsigned spare = 0; spare < 2; spare++)
		for (unsigned i = 0; i < G_N_ELEMENTS(record); i++) {
			unsigned n = record[i].total <= 1 ? 1 : record[i].total <= 4 ? 4 : 16;

			memset(&e, 0, sizeof(e));
			e.h = (struct vq_head){VQ_FLUSH, 48 + 8 * n, 7, 1000, 0x1000};
			e.flush.num = 64;
			e.flush.total = record[i].total;
			e.flush.pos = record[i].pos;
			e.flush.n = record[i].n;
			e.flush.used[n - 1].second = spare;
			put(&f, &e);
		}
	e.h = (struct vq_head){VQ_END, sizeof(e.end), 0, 0, 0};
	put(&f, &e);
	close_trace(&f);
	expect_all(&f);
	end(&f);
}

/* A writer that dies leaves what is older than a block. */
static void test_unfinished(void)
{
	struct fixture f = {0};
	union any_event e = {.elem = {.h = {VQ_POP, sizeof(e.elem), 5, 1000, 0x1000}}};
	GError *error = NULL;
	bool whole;

	begin(&f);
	for (unsigned i = 0; i < 10; i++)
		put(&f, &e);
	e.h.ts += 10000000000u;
	put(&f, &e);
	g_assert_true(read_again(&f, &whole, &error));
	g_assert_no_error(error);
	g_assert_false(whole);
	g_assert_cmpuint(f.seen, ==, 10);
	close_trace(&f);
	g_assert_true(read_again(&f, &whole, &error));
	g_assert_cmpuint(f.seen, ==, 11);
	end(&f);
}

/* A long trace is compact: what it costs is the times, not the rest. */
static void test_compact(void)
{
	static struct stream s;
	struct fixture f = {0};
	GStatBuf st;

	begin(&f);
	stream_begin(&s, 1, 2, 1000000000);
	put_stream(&f, &s, 300000);
	close_trace(&f);
	expect_all(&f);
	g_assert_cmpint(g_stat(f.path, &st), ==, 0);
	g_test_message("%u events, %u bytes, in the file %u", f.n, f.events->len,
		       (unsigned)st.st_size);
	g_assert_cmpint(st.st_size, <, f.events->len / 6);
	end(&f);
}

/* Any calls, on queues of few ids and on such of more than are remembered. */
static void wild_event(struct stream *s, union any_event *e)
{
	static const unsigned ids[] = {3, 40, 300, 5000};
	unsigned queue = stream_random(s, 16) | (stream_random(s, 4) ? 3 : 0);
	unsigned below = ids[queue % 4], type = stream_random(s, 4);
	unsigned n = stream_random(s, 4), room = n <= 1 ? 1 : 4;
	uint32_t flags = queue / 4 & 1 ? VQ_FLUSH_PACKED : 0;

	memset(e, 0, sizeof(e->flush) + VQ_FLUSH_CHUNK * sizeof(e->flush.used[0]));
	e->h = (struct vq_head){VQ_POP + type % 3, sizeof(e->elem), 5, s->ts++, 0x1000 * queue};
	if (e->h.type != VQ_FLUSH) {
		if (!stream_random(s, 50))
			e->h.type = VQ_UNPOP + stream_random(s, 2);
		e->elem.id = stream_random(s, below);
		e->elem.ndescs = stream_random(s, 4);
		e->elem.inuse = stream_random(s, 2);
		e->elem.len = e->h.type == VQ_FILL ? stream_random(s, 8) : 0;
		return;
	}
	e->h.size = sizeof(e->flush) + room * sizeof(e->flush.used[0]);
	e->flush.num = 256;
	e->flush.flags = flags | (queue / 8 & 1 ? VQ_FLUSH_IN_ORDER : 0);
	e->flush.total = e->flush.n = n;
	for (unsigned i = 0; i < n; i++) {
		uint32_t id = stream_random(s, below), len = stream_random(s, 8);
		uint32_t used = stream_random(s, 2) ? 0x80800000 : 0;

		e->flush.used[i] = flags ? (struct vq_used_entry){len, id | used}
					 : (struct vq_used_entry){id, len};
	}
}

static void add_to_sum(const void *piece, size_t n, void *data)
{
	g_checksum_update(data, piece, n);
}

/*
 * What is written does not change: a trace is read by any vqprobe of its version, whose
 * expectations must be those of the writer.  Blocks, since packing may change with zstd.
 */
static void test_same_bytes(void)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct vq_coder *c = vq_encoder_new(VQ_TRACE_VERSION);
	static union any_event e[2];
	static struct stream s;

	stream_begin(&s, 1, 7, 1000);
	for (unsigned i = 0; i < 240000; i++) {
		if (i & 1)
			wild_event(&s, &e[1]);
		else
			stream_next(&s, &e[0]);
		if (!vq_coder_put(c, &e[i & 1].h)) {
			vq_coder_take(c, add_to_sum, sum);
			vq_coder_put(c, &e[i & 1].h);
		}
	}
	vq_coder_take(c, add_to_sum, sum);
	vq_coder_free(c);
	g_assert_cmpstr(g_checksum_get_string(sum), ==,
			"648b4a7d41c5164c7d78633c55aec6270f161c8379d08784e5d3b64cfc493e34");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trace/random", test_random);
	g_test_add_func("/trace/extremes", test_extremes);
	g_test_add_func("/trace/flush-records", test_flush_records);
	g_test_add_func("/trace/unfinished", test_unfinished);
	g_test_add_func("/trace/compact", test_compact);
	g_test_add_func("/trace/same-bytes", test_same_bytes);
	return g_test_run();
}
