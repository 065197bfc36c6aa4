// SPDX-License-Identifier: GPL-2.0-or-later
/* Trace files: zstd frames, each with a block of events as code.c makes it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "code.h"
#include "trace.h"
#include "probes/tool/vqerror.h"

/* More costs time and gains nothing: what is left is the noise of the clock. */
#define LEVEL 6
/* What a crash may lose.  Less would make more blocks, and larger ones. */
#define BLOCK_NS 2000000000ll
/* Ends of zstd's own blocks, one a piece. */
#define FRAME_MAX (ZSTD_COMPRESSBOUND(VQ_BLOCK_MAX) + 4096)

struct vq_trace_writer {
	FILE *file;
	char *path;
	ZSTD_CCtx *zstd;
	struct vq_coder *coder;
	uint64_t block_ts; /* of the block's first event */
	int err;	   /* errno of the first failure */
	ZSTD_outBuffer frame;
};

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void add_piece(const void *piece, size_t n, void *data)
{
	struct vq_trace_writer *w = data;
	ZSTD_inBuffer in = {piece, n, 0};

	if (n && ZSTD_compressStream2(w->zstd, &w->frame, &in, ZSTD_e_flush) && !w->err)
		w->err = ENOMEM;
}

static void begin_frame(struct vq_trace_writer *w, size_t size)
{
	w->frame.pos = 0;
	ZSTD_CCtx_reset(w->zstd, ZSTD_reset_session_only);
	ZSTD_CCtx_setPledgedSrcSize(w->zstd, size);
}

static void end_frame(struct vq_trace_writer *w)
{
	ZSTD_inBuffer none = {NULL, 0, 0};

	if (ZSTD_compressStream2(w->zstd, &w->frame, &none, ZSTD_e_end) && !w->err)
		w->err = ENOMEM;
	if (w->err)
		return;
	errno = 0; /* of an earlier call, if it is one short write that fails */
	if (fwrite(w->frame.dst, 1, w->frame.pos, w->file) != w->frame.pos || fflush(w->file))
		w->err = errno ?: EIO;
}

static void write_block(struct vq_trace_writer *w)
{
	if (!vq_coder_events(w->coder))
		return;
	begin_frame(w, vq_coder_size(w->coder));
	vq_coder_take(w->coder, add_piece, w);
	end_frame(w);
	w->block_ts = 0;
}

/*
 * Opens @path to be written, in place if it is a device or a FIFO.  One without a reader
 * is refused: whoever waits for it here would not see the signal that is to end it.
 */
static FILE *open_to_write(const char *path, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
	FILE *f = NULL;

	if (fd >= 0 && !fcntl(fd, F_SETFL, 0))
		f = fdopen(fd, "w");
	if (f)
		return f;
	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "%s: %s%s", path, g_strerror(errno),
		    errno == ENXIO ? ": start its reader first" : "");
	if (fd >= 0)
		close(fd);
	return NULL;
}

struct vq_trace_writer *vq_trace_create(const char *path, uint32_t pid, uint64_t start_mono_ns,
					GError **error)
{
	struct vq_trace_writer *w = g_new0(struct vq_trace_writer, 1);
	struct vq_trace_header h = {
		.magic = VQ_TRACE_MAGIC,
		.version = VQ_TRACE_VERSION,
		.header_size = sizeof(h),
		.pid = pid,
		.start_mono_ns = start_mono_ns,
		.start_real_ns = now(CLOCK_REALTIME) - (now(CLOCK_MONOTONIC) - start_mono_ns),
	};

	w->file = open_to_write(path, error);
	if (!w->file) {
		g_free(w);
		return NULL;
	}
	w->path = g_strdup(path);
	w->coder = vq_encoder_new(VQ_TRACE_VERSION);
	w->frame = (ZSTD_outBuffer){g_malloc(FRAME_MAX), FRAME_MAX, 0};
	w->zstd = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	begin_frame(w, sizeof(h));
	add_piece(&h, sizeof(h), w);
	end_frame(w);
	return w;
}

void vq_trace_write(struct vq_trace_writer *w, const struct vq_head *h)
{
	if (w->block_ts && (int64_t)(h->ts - w->block_ts) > BLOCK_NS)
		write_block(w);
	if (!vq_coder_put(w->coder, h)) {
		write_block(w);
		vq_coder_put(w->coder, h);
	}
	if (!w->block_ts)
		w->block_ts = h->ts;
}

bool vq_trace_failed(const struct vq_trace_writer *w)
{
	return w->err;
}

bool vq_trace_close(struct vq_trace_writer *w, GError **error)
{
	bool ok;

	write_block(w);
	if (fclose(w->file) && !w->err)
		w->err = errno;
	ok = !w->err;
	if (!ok)
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "%s: %s: the trace is incomplete",
			    w->path, g_strerror(w->err));
	ZSTD_freeCCtx(w->zstd);
	vq_coder_free(w->coder);
	g_free(w->frame.dst);
	g_free(w->path);
	g_free(w);
	return ok;
}

/* A file being read: whole frames, one after the other. */
struct reader {
	FILE *file;
	const char *name;
	ZSTD_DCtx *zstd;
	struct vq_coder *coder;
	char *in;	 /* FRAME_MAX: frames, packed */
	size_t at, have; /* the next frame in @in; bytes there */
	char *out;	 /* VQ_BLOCK_MAX: the frame, unpacked */
};

static bool bad(const struct reader *r, GError **error, const char *why)
{
	g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT, "%s: %s", r->name, why);
	return false;
}

/* Are the @r->have bytes the begin of a frame, as far as they go? */
static bool is_cut_off(struct reader *r)
{
	ZSTD_inBuffer in = {r->in + r->at, r->have, 0};
	ZSTD_outBuffer out = {r->out, VQ_BLOCK_MAX, 0};

	return !ZSTD_isError(ZSTD_decompressStream(r->zstd, &out, &in)) && in.pos == in.size;
}

/* Reads on, with what is left of @in at its begin. */
static void fill_in(struct reader *r)
{
	memmove(r->in, r->in + r->at, r->have);
	r->at = 0;
	r->have += fread(r->in + r->have, 1, FRAME_MAX - r->have, r->file);
}

/* Unpacks the next whole frame: its size, 0 at the end or when the rest is cut
 * off, -1 if it is bad. */
static ssize_t read_frame(struct reader *r)
{
	size_t frame = ZSTD_findFrameCompressedSize(r->in + r->at, r->have), n;

	if (ZSTD_getErrorCode(frame) == ZSTD_error_srcSize_wrong) {
		fill_in(r);
		frame = ZSTD_findFrameCompressedSize(r->in, r->have);
	}
	if (!r->have || (ZSTD_getErrorCode(frame) == ZSTD_error_srcSize_wrong && is_cut_off(r)))
		return 0;
	if (ZSTD_isError(frame))
		return -1;
	n = ZSTD_decompressDCtx(r->zstd, r->out, VQ_BLOCK_MAX, r->in + r->at, frame);
	r->at += frame;
	r->have -= frame;
	return ZSTD_isError(n) || !n ? -1 : (ssize_t)n;
}

static bool read_header(struct reader *r, struct vq_trace_header *header, GError **error)
{
	ssize_t n = read_frame(r);

	memset(header, 0, sizeof(*header));
	if (ferror(r->file))
		return bad(r, error, g_strerror(errno));
	if (n >= (ssize_t)sizeof(*header))
		memcpy(header, r->out, sizeof(*header));
	if (memcmp(header->magic, VQ_TRACE_MAGIC, sizeof(header->magic)))
		return bad(r, error, "not a vqprobe trace");
	if (header->version >= VQ_TRACE_OLDEST && header->version <= VQ_TRACE_VERSION &&
	    n == sizeof(*header) && header->header_size == sizeof(*header))
		return true;
	g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT,
		    "%s: a trace of version %u; this program reads versions %u to %u", r->name,
		    header->version, VQ_TRACE_OLDEST, VQ_TRACE_VERSION);
	return false;
}

static bool read_block(struct reader *r, size_t n, vq_trace_fn fn, void *data, bool *whole,
		       GError **error)
{
	const struct vq_head *h;
	bool damaged = !vq_coder_open(r->coder, r->out, n);

	while (!damaged && (h = vq_coder_get(r->coder, &damaged))) {
		if (*whole)
			return bad(r, error, "damaged: events after the last");
		if (!fn(h, h->size, data))
			return bad(r, error, "malformed event: the trace is damaged");
		*whole = h->type == VQ_END;
	}
	return !damaged || bad(r, error, "damaged");
}

bool vq_trace_read_file(FILE *file, const char *name, struct vq_trace_header *header,
			vq_trace_fn fn, void *data, bool *whole, GError **error)
{
	struct reader r = {.file = file, .name = name};
	ssize_t n = 0;
	bool ok;

	*whole = false;
	r.zstd = ZSTD_createDCtx();
	r.in = g_malloc(FRAME_MAX);
	r.out = g_malloc(VQ_BLOCK_MAX);
	ok = read_header(&r, header, error);
	r.coder = vq_decoder_new(header->version);
	while (ok && (n = read_frame(&r)) > 0)
		ok = read_block(&r, n, fn, data, whole, error);
	if (ok && n < 0)
		ok = bad(&r, error, "damaged");
	else if (ok && ferror(file))
		ok = bad(&r, error, g_strerror(errno));
	else if (ok && *whole && r.have)
		ok = bad(&r, error, "damaged: something after the last event");
	ZSTD_freeDCtx(r.zstd);
	vq_coder_free(r.coder);
	g_free(r.in);
	g_free(r.out);
	return ok;
}

bool vq_trace_read(const char *path, struct vq_trace_header *header, vq_trace_fn fn, void *data,
		   bool *whole, GError **error)
{
	FILE *file = fopen(path, "re");
	bool ok;

	*whole = false;
	if (!file) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT, "%s: %s", path, g_strerror(errno));
		return false;
	}
	ok = vq_trace_read_file(file, path, header, fn, data, whole, error);
	fclose(file);
	return ok;
}
