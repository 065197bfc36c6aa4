// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes inputs for fuzz-trace into the folder that it is given. */
#include <stdio.h>

#include "probes/trace/code.h"
#include "probes/trace/trace.h"
#include "traces.h"

static union any_event event;

static void add_piece(const void *piece, size_t n, void *data)
{
	g_byte_array_append(data, piece, n);
}

/* Hands @n events of a stream to @put. */
static void run(unsigned seed, unsigned n, void (*put)(void *to, const struct vq_head *h), void *to)
{
	static struct stream s;

	stream_begin(&s, seed, 1 + seed % 5, seed % 3 ? 1000 : 4);
	memset(&event, 0, sizeof(event));
	for (unsigned i = 0; i < s.n_queues; i++) {
		stream_queue_event(&s, i, &event);
		put(to, &event.h);
	}
	for (unsigned i = 0; i < n; i++) {
		stream_next(&s, &event);
		put(to, &event.h);
	}
	stream_end_event(&s, &event);
	put(to, &event.h);
}

static void put_coder(void *to, const struct vq_head *h)
{
	vq_coder_put(to, h);
}

static void put_trace(void *to, const struct vq_head *h)
{
	vq_trace_write(to, h);
}

static bool block_seed(const char *path, unsigned seed, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	struct vq_coder *c = vq_encoder_new(VQ_TRACE_VERSION);

	g_byte_array_append(bytes, (const void *)"b", 1);
	run(seed, 10 * seed, put_coder, c);
	vq_coder_take(c, add_piece, bytes);
	vq_coder_free(c);
	return g_file_set_contents(path, (const char *)bytes->data, bytes->len, error);
}

static bool file_seed(const char *path, unsigned seed, GError **error)
{
	struct vq_trace_writer *w = vq_trace_create(path, 1, 2, error);
	g_autofree char *bytes = NULL, *marked = NULL;
	gsize n;

	if (!w)
		return false;
	run(seed, 10 * seed, put_trace, w);
	if (!vq_trace_close(w, error) || !g_file_get_contents(path, &bytes, &n, error))
		return false;
	marked = g_malloc(n + 1);
	marked[0] = 'f';
	memcpy(marked + 1, bytes, n);
	return g_file_set_contents(path, marked, n + 1, error);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	for (unsigned seed = 1; argc == 2 && seed <= 12; seed++) {
		g_autofree char *path = g_strdup_printf("%s/seed-%u", argv[1], seed);

		if (!(seed % 2 ? block_seed : file_seed)(path, seed, &error)) {
			fprintf(stderr, "fuzz-trace-seeds: %s\n", error->message);
			return 1;
		}
	}
	return argc == 2 ? 0 : 2;
}
