// SPDX-License-Identifier: GPL-2.0-or-later
/* What is written to a trace is read again, and what is damaged is noticed. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>
#include <zstd.h>

#include "probes/trace/trace.h"
#include "traces.h"

/* A trace and what went into it. */
struct fixture {
	char *path;
	struct vq_trace_writer *w;
	GByteArray *events;
	unsigned n;
	/* while reading */
	size_t at;
	unsigned seen;
	bool wrong;
};

static void begin(struct fixture *f)
{
	GError *error = NULL;
	int fd = g_file_open_tmp("vqtrace-XXXXXX", &f->path, &error);

	g_assert_no_error(error);
	close(fd);
	f->events = g_byte_array_new();
	f->w = vq_trace_create(f->path, 4711, 123456789, &error);
	g_assert_no_error(error);
}

static void put(struct fixture *f, const union any_event *e)
{
	vq_trace_write(f->w, &e->h);
	g_byte_array_append(f->events, e->bytes, e->h.size);
	f->n++;
}

static void close_trace(struct fixture *f)
{
	GError *error = NULL;

	g_assert_true(vq_trace_close(f->w, &error));
	g_assert_no_error(error);
}

static void end(struct fixture *f)
{
	g_unlink(f->path);
	g_free(f->path);
	g_byte_array_unref(f->events);
	*f = (struct fixture){0};
}

/* The next event must be the one that was written there. */
static bool compare(const struct vq_head *h, size_t size, void *data)
{
	struct fixture *f = data;

	f->wrong |= size != h->size || f->at + size > f->events->len ||
		    memcmp(f->events->data + f->at, h, size);
	f->at += size;
	f->seen++;
	return !f->wrong;
}

static bool read_again(struct fixture *f, bool *whole, GError **error)
{
	struct vq_trace_header header;

	f->at = f->seen = 0;
	f->wrong = false;
	return vq_trace_read(f->path, &header, compare, f, whole, error);
}

static void read_bytes(struct fixture *f, char *bytes, size_t size, bool *ok, bool *whole,
		       GError **error)
{
	struct vq_trace_header header;
	FILE *file = fmemopen(bytes, size, "r");

	f->at = f->seen = 0;
	f->wrong = false;
	*ok = vq_trace_read_file(file, "memory", &header, compare, f, whole, error);
	fclose(file);
}

static void expect_all(struct fixture *f)
{
	GError *error = NULL;
	bool whole, ok = read_again(f, &whole, &error);

	g_assert_no_error(error);
	g_assert_true(ok && whole);
	g_assert_cmpuint(f->seen, ==, f->n);
	g_assert_cmpuint(f->at, ==, f->events->len);
}

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

/* The frame that @size bytes at @content make. */
static size_t frame(void *to, size_t room, const void *content, size_t size)
{
	return ZSTD_compress(to, room, content, size, 1);
}

/* Where the frames of @bytes end, header first. */
static GArray *frame_ends(const char *bytes, size_t size)
{
	GArray *ends = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (size_t at = 0; at < size;) {
		at += ZSTD_findFrameCompressedSize(bytes + at, size - at);
		g_array_append_val(ends, at);
	}
	return ends;
}

/* A small trace of several blocks: some seconds, and few events. */
static void small(struct fixture *f, char **bytes, size_t *size)
{
	static struct stream s;
	union any_event *e = g_new0(union any_event, 1);

	begin(f);
	stream_begin(&s, 6, 3, 6);
	for (unsigned i = 0; i < 90; i++) {
		stream_next(&s, e);
		if (e->h.size > 1000)
			continue;
		put(f, e);
		if (i % 30 == 29)
			s.ts += 3000000000u;
	}
	stream_end_event(&s, e);
	put(f, e);
	close_trace(f);
	expect_all(f);
	g_assert_true(g_file_get_contents(f->path, bytes, size, NULL));
	g_free(e);
}

/* Version 2 differs in what pops may say, and in nothing that is written. */
static void test_version_2(void)
{
	struct vq_trace_header h = {VQ_TRACE_MAGIC, 2, sizeof(h), 1, 0, 2, 3};
	g_autofree char *bytes = NULL, *old = NULL;
	g_autoptr(GArray) ends = NULL;
	struct fixture f = {0};
	GError *error = NULL;
	size_t size, past, n;
	bool ok, whole;

	small(&f, &bytes, &size);
	ends = frame_ends(bytes, size);
	past = g_array_index(ends, size_t, 0);
	old = g_malloc(4096 + size);
	n = frame(old, 4096, &h, sizeof(h));
	memcpy(old + n, bytes + past, size - past);
	read_bytes(&f, old, n + size - past, &ok, &whole, &error);
	g_assert_no_error(error);
	g_assert_true(ok && whole);
	g_assert_cmpuint(f.seen, ==, f.n);
	end(&f);
}

static void test_cut(void)
{
	g_autofree char *bytes = NULL;
	g_autoptr(GArray) ends = NULL;
	struct fixture f = {0};
	unsigned blocks = 0, seen = 0;
	size_t size;

	small(&f, &bytes, &size);
	ends = frame_ends(bytes, size);
	g_assert_cmpuint(ends->len, >=, 4);
	for (size_t n = 1; n <= size; n++) {
		GError *error = NULL;
		bool ok, whole;

		read_bytes(&f, bytes, n, &ok, &whole, &error);
		g_assert_false(f.wrong);
		if (n < g_array_index(ends, size_t, 0)) {
			g_assert_false(ok);
			g_assert_cmpstr(error->message, ==, "memory: not a vqprobe trace");
			g_clear_error(&error);
			continue;
		}
		g_assert_no_error(error);
		g_assert_true(ok);
		g_assert_cmpint(whole, ==, n == size);
		/* More is read with each block, and only then. */
		if (n == g_array_index(ends, size_t, blocks)) {
			g_assert_cmpint(f.seen > seen, ==, blocks > 0);
			seen = f.seen;
			blocks++;
		}
		g_assert_cmpuint(f.seen, ==, seen);
	}
	g_assert_cmpuint(seen, ==, f.n);
	end(&f);
}

static void test_flipped(void)
{
	g_autofree char *bytes = NULL;
	struct fixture f = {0};
	unsigned refused = 0;
	size_t size;

	small(&f, &bytes, &size);
	for (size_t bit = 0; bit < size * 8; bit++) {
		GError *error = NULL;
		bool ok, whole;

		bytes[bit / 8] ^= 1 << bit % 8;
		read_bytes(&f, bytes, size, &ok, &whole, &error);
		/* Not one event that is not one of ours. */
		g_assert_false(f.wrong);
		g_assert_true(!ok || !whole || f.seen == f.n);
		g_assert_cmpint(ok, ==, !error);
		refused += !ok;
		g_clear_error(&error);
		bytes[bit / 8] ^= 1 << bit % 8;
	}
	g_test_message("%u of %zu refused", refused, size * 8);
	g_assert_cmpuint(refused, >, size * 7);
	end(&f);
}

static void expect_error(const void *file, size_t size, const char *message)
{
	struct fixture f = {.events = g_byte_array_new()};
	GError *error = NULL;
	bool ok, whole;

	read_bytes(&f, (char *)file, size, &ok, &whole, &error);
	g_assert_false(ok);
	g_assert_cmpstr(error->message, ==, message);
	g_error_free(error);
	g_byte_array_unref(f.events);
}

static void test_no_trace(void)
{
	struct vq_trace_header h = {VQ_TRACE_MAGIC, 1, sizeof(h), 1, 0, 2, 3};
	struct vq_trace_header ours = h;
	g_autofree char *bytes = NULL;
	struct fixture f = {0};
	bool whole, ok;
	GError *error = NULL;
	char file[4096];
	size_t n;

	expect_error(file, frame(file, sizeof(file), &h, sizeof(h)),
		     "memory: a trace of version 1; this program reads versions 2 to 3");
	h.version = 4;
	expect_error(file, frame(file, sizeof(file), &h, sizeof(h)),
		     "memory: a trace of version 4; this program reads versions 2 to 3");
	expect_error("vqtrace", 8, "memory: not a vqprobe trace");
	expect_error(file, frame(file, sizeof(file), "nothing of ours", 15),
		     "memory: not a vqprobe trace");
	ours.version = VQ_TRACE_VERSION;
	n = frame(file, sizeof(file), &ours, sizeof(ours));
	n += frame(file + n, sizeof(file) - n, "no block", 8);
	expect_error(file, n, "memory: damaged");
	small(&f, &bytes, &n);
	bytes = g_realloc(bytes, n + 10);
	memcpy(bytes + n, "some more", 10);
	read_bytes(&f, bytes, n + 10, &ok, &whole, &error);
	g_assert_cmpstr(error->message, ==, "memory: damaged");
	g_assert_cmpuint(f.seen, ==, f.n);
	g_clear_error(&error);
	end(&f);

	f.path = g_strdup("/nowhere/trace");
	f.events = g_byte_array_new();
	g_assert_false(read_again(&f, &whole, &error));
	g_assert_cmpstr(error->message, ==, "/nowhere/trace: No such file or directory");
	g_clear_error(&error);
	g_assert_null(vq_trace_create(f.path, 1, 2, &error));
	g_assert_cmpstr(error->message, ==, "/nowhere/trace: No such file or directory");
	g_clear_error(&error);
	end(&f);
}

/* Bytes or events behind the last event. */
static void test_behind_the_end(void)
{
	g_autofree char *bytes = NULL;
	union any_event e = {.end = {.h = {VQ_END, sizeof(e.end), 0, 0, 0}}};
	struct fixture f = {0};
	GError *error = NULL;
	bool ok, whole;
	size_t n;

	small(&f, &bytes, &n);
	bytes = g_realloc(bytes, 2 * n);
	memcpy(bytes + n, bytes, n);
	read_bytes(&f, bytes, n + 20, &ok, &whole, &error);
	g_assert_cmpstr(error->message, ==, "memory: damaged: something after the last event");
	g_clear_error(&error);
	end(&f);

	begin(&f);
	put(&f, &e);
	put(&f, &e);
	close_trace(&f);
	g_assert_false(read_again(&f, &whole, &error));
	g_assert_nonnull(strstr(error->message, ": damaged: events after the last"));
	g_clear_error(&error);
	end(&f);
}

static void test_full_disk(void)
{
	GError *error = NULL;
	struct vq_trace_writer *w = vq_trace_create("/dev/full", 1, 2, &error);

	g_assert_no_error(error);
	g_assert_false(vq_trace_close(w, &error));
	g_assert_cmpstr(error->message, ==,
			"/dev/full: No space left on device: the trace is incomplete");
	g_error_free(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trace/random", test_random);
	g_test_add_func("/trace/extremes", test_extremes);
	g_test_add_func("/trace/flush-records", test_flush_records);
	g_test_add_func("/trace/unfinished", test_unfinished);
	g_test_add_func("/trace/compact", test_compact);
	g_test_add_func("/trace/cut", test_cut);
	g_test_add_func("/trace/flipped", test_flipped);
	g_test_add_func("/trace/no-trace", test_no_trace);
	g_test_add_func("/trace/version-2", test_version_2);
	g_test_add_func("/trace/behind-the-end", test_behind_the_end);
	g_test_add_func("/trace/full-disk", test_full_disk);
	return g_test_run();
}
