// SPDX-License-Identifier: GPL-2.0-or-later
/* Trace files: zstd frames of whole events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

#include "target.h"
#include "trace.h"

#define BLOCK (256u * 1024)
#define LEVEL 3

struct vq_trace_writer {
	FILE *file;
	char *path;
	ZSTD_CCtx *zstd;
	int err; /* errno of the first failure */
	size_t fill;
	char block[BLOCK];
	char packed[]; /* ZSTD_compressBound(BLOCK) */
};

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void write_frame(struct vq_trace_writer *w)
{
	size_t n;

	if (!w->fill)
		return;
	n = ZSTD_compress2(w->zstd, w->packed, ZSTD_compressBound(BLOCK), w->block, w->fill);
	w->fill = 0;
	if (w->err)
		return;
	if (ZSTD_isError(n))
		w->err = ENOMEM;
	else if (fwrite(w->packed, 1, n, w->file) != n || fflush(w->file))
		w->err = errno ?: EIO;
}

struct vq_trace_writer *vq_trace_create(const char *path, uint32_t pid, uint64_t start_mono_ns,
					GError **error)
{
	struct vq_trace_writer *w = g_malloc0(sizeof(*w) + ZSTD_compressBound(BLOCK));
	struct vq_trace_header *h = (void *)w->block;

	w->file = fopen(path, "we");
	if (!w->file) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
		g_free(w);
		return NULL;
	}
	w->path = g_strdup(path);
	w->zstd = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	g_strlcpy(h->magic, VQ_TRACE_MAGIC, sizeof(h->magic));
	h->version = VQ_TRACE_VERSION;
	h->header_size = sizeof(*h);
	h->pid = pid;
	h->start_mono_ns = start_mono_ns;
	h->start_real_ns = now(CLOCK_REALTIME) - (now(CLOCK_MONOTONIC) - start_mono_ns);
	w->fill = sizeof(*h);
	write_frame(w);
	return w;
}

void vq_trace_write(struct vq_trace_writer *w, const struct vq_head *h)
{
	size_t size = (h->size + 7u) & ~7u;

	if (w->fill + size > BLOCK)
		write_frame(w);
	memcpy(w->block + w->fill, h, h->size);
	memset(w->block + w->fill + h->size, 0, size - h->size);
	w->fill += size;
}

bool vq_trace_close(struct vq_trace_writer *w, GError **error)
{
	bool ok;

	write_frame(w);
	if (fclose(w->file) && !w->err)
		w->err = errno;
	ok = !w->err;
	if (!ok)
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "%s: %s: the trace is incomplete",
			    w->path, g_strerror(w->err));
	ZSTD_freeCCtx(w->zstd);
	g_free(w->path);
	g_free(w);
	return ok;
}

/* A file being read: whole frames, one after the other. */
struct reader {
	FILE *file;
	ZSTD_DCtx *zstd;
	char *in;    /* the frame, packed */
	size_t have; /* bytes in @in */
	char *out;   /* BLOCK: the frame, unpacked */
};

#define IN_MAX ZSTD_COMPRESSBOUND(BLOCK)

/* Unpacks the next whole frame: its size, 0 at the end, -1 if it is bad. */
static ssize_t read_frame(struct reader *r)
{
	size_t frame, n;

	r->have += fread(r->in + r->have, 1, IN_MAX - r->have, r->file);
	if (!r->have)
		return 0;
	frame = ZSTD_findFrameCompressedSize(r->in, r->have);
	if (ZSTD_isError(frame))
		return r->have < IN_MAX ? 0 : -1; /* cut off, or no frame of ours */
	n = ZSTD_decompressDCtx(r->zstd, r->out, BLOCK, r->in, frame);
	memmove(r->in, r->in + frame, r->have - frame);
	r->have -= frame;
	return ZSTD_isError(n) ? -1 : (ssize_t)n;
}

static bool bad(const char *path, GError **error, const char *why)
{
	g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT, "%s: %s", path, why);
	return false;
}

static bool read_events(struct reader *r, const char *path, vq_trace_fn fn, void *data, bool *whole,
			GError **error)
{
	ssize_t n;

	while ((n = read_frame(r)) > 0) {
		size_t at = 0;

		while (at < (size_t)n) {
			const struct vq_head *h = (const void *)(r->out + at);
			size_t left = n - at;

			if (*whole || left < sizeof(*h) || h->size < sizeof(*h) || h->size > left ||
			    !fn(h, left, data))
				return bad(path, error, "malformed event: the trace is damaged");
			*whole = h->type == VQ_END;
			at += (h->size + 7u) & ~7u;
		}
	}
	return n == 0 || bad(path, error, "damaged");
}

bool vq_trace_read(const char *path, struct vq_trace_header *header, vq_trace_fn fn, void *data,
		   bool *whole, GError **error)
{
	struct reader r = {.file = fopen(path, "re")};
	ssize_t n;
	bool ok;

	*whole = false;
	if (!r.file)
		return bad(path, error, g_strerror(errno));
	r.zstd = ZSTD_createDCtx();
	r.in = g_malloc(IN_MAX);
	r.out = g_malloc(BLOCK);
	n = read_frame(&r);
	memset(header, 0, sizeof(*header));
	if (n >= (ssize_t)sizeof(*header))
		memcpy(header, r.out, sizeof(*header));
	if (memcmp(header->magic, VQ_TRACE_MAGIC, sizeof(header->magic)))
		ok = bad(path, error, "not a vqprobe trace");
	else if (header->version != VQ_TRACE_VERSION)
		ok = bad(path, error, "a trace of another version of vqprobe");
	else
		ok = read_events(&r, path, fn, data, whole, error);
	ZSTD_freeDCtx(r.zstd);
	g_free(r.in);
	g_free(r.out);
	fclose(r.file);
	return ok;
}
