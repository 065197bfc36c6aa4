/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trace file for tests, and what went into it. */
#ifndef VQLAB_PROBES_TESTS_TRACE_FILE_H
#define VQLAB_PROBES_TESTS_TRACE_FILE_H

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

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

static inline void begin(struct fixture *f)
{
	GError *error = NULL;
	int fd = g_file_open_tmp("vqtrace-XXXXXX", &f->path, &error);

	g_assert_no_error(error);
	close(fd);
	f->events = g_byte_array_new();
	f->w = vq_trace_create(f->path, 4711, 123456789, &error);
	g_assert_no_error(error);
}

static inline void put(struct fixture *f, const union any_event *e)
{
	vq_trace_write(f->w, &e->h);
	g_byte_array_append(f->events, e->bytes, e->h.size);
	f->n++;
}

static inline void close_trace(struct fixture *f)
{
	GError *error = NULL;

	g_assert_true(vq_trace_close(f->w, &error));
	g_assert_no_error(error);
}

static inline void end(struct fixture *f)
{
	g_unlink(f->path);
	g_free(f->path);
	g_byte_array_unref(f->events);
	*f = (struct fixture){0};
}

/* The next event must be the one that was written there. */
static inline bool compare(const struct vq_head *h, size_t size, void *data)
{
	struct fixture *f = data;

	f->wrong |= size != h->size || f->at + size > f->events->len ||
		    memcmp(f->events->data + f->at, h, size);
	f->at += size;
	f->seen++;
	return !f->wrong;
}

static inline bool read_again(struct fixture *f, bool *whole, GError **error)
{
	struct vq_trace_header header;

	f->at = f->seen = 0;
	f->wrong = false;
	return vq_trace_read(f->path, &header, compare, f, whole, error);
}

static inline void read_bytes(struct fixture *f, char *bytes, size_t size, bool *ok, bool *whole,
			      GError **error)
{
	struct vq_trace_header header;
	FILE *file = fmemopen(bytes, size, "r");

	f->at = f->seen = 0;
	f->wrong = false;
	*ok = vq_trace_read_file(file, "memory", &header, compare, f, whole, error);
	fclose(file);
}

static inline void expect_all(struct fixture *f)
{
	GError *error = NULL;
	bool whole, ok = read_again(f, &whole, &error);

	g_assert_no_error(error);
	g_assert_true(ok && whole);
	g_assert_cmpuint(f->seen, ==, f->n);
	g_assert_cmpuint(f->at, ==, f->events->len);
}

#endif
