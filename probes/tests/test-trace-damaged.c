// SPDX-License-Identifier: GPL-2.0-or-later
/* Traces that are cut, damaged, of another version, or none are noticed. */
#include <zstd.h>

#include "probes/trace/code.h"
#include "trace-file.h"

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

static void add_piece(const void *piece, size_t n, void *data)
{
	g_byte_array_append(data, piece, n);
}

/* Versions before 4 have no column of threads; 2 is else like 3. */
static void test_older(gconstpointer version)
{
	struct vq_trace_header h = {
		VQ_TRACE_MAGIC, GPOINTER_TO_UINT(version), sizeof(h), 1, 0, 2, 3};
	struct vq_coder *coder = vq_encoder_new(h.version);
	g_autoptr(GByteArray) block = g_byte_array_new();
	g_autofree char *bytes = NULL, *old = NULL;
	struct fixture f = {0};
	GError *error = NULL;
	size_t size, n, room;
	bool ok, whole;

	small(&f, &bytes, &size);
	for (size_t at = 0; at < f.events->len;) {
		union any_event e = {0};

		memcpy(&e, f.events->data + at, sizeof(e.h));
		memcpy(&e, f.events->data + at, e.h.size);
		g_assert_true(vq_coder_put(coder, &e.h));
		at += e.h.size;
	}
	vq_coder_take(coder, add_piece, block);
	room = 4096 + 2 * block->len;
	old = g_malloc(room);
	n = frame(old, room, &h, sizeof(h));
	n += frame(old + n, room - n, block->data, block->len);
	read_bytes(&f, old, n, &ok, &whole, &error);
	g_assert_no_error(error);
	g_assert_true(ok && whole);
	g_assert_cmpuint(f.seen, ==, f.n);
	vq_coder_free(coder);
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
		     "memory: a trace of version 1; this program reads versions 2 to 4");
	h.version = 5;
	expect_error(file, frame(file, sizeof(file), &h, sizeof(h)),
		     "memory: a trace of version 5; this program reads versions 2 to 4");
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
	g_test_add_func("/trace/cut", test_cut);
	g_test_add_func("/trace/flipped", test_flipped);
	g_test_add_func("/trace/no-trace", test_no_trace);
	g_test_add_data_func("/trace/version-2", GUINT_TO_POINTER(2), test_older);
	g_test_add_data_func("/trace/version-3", GUINT_TO_POINTER(3), test_older);
	g_test_add_func("/trace/behind-the-end", test_behind_the_end);
	g_test_add_func("/trace/full-disk", test_full_disk);
	return g_test_run();
}
