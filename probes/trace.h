/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_TRACE_H
#define VQLAB_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vqevent.h"

/*
 * The trace file: what vqprobe -o writes and --from reads.
 *
 * The file is a sequence of zstd frames, each with its size and checksum, so
 * `zstd -dc` unpacks it.  Unpacked it is struct vq_trace_header, then events as
 * in vqevent.h, each padded to a multiple of 8 bytes, in the order in which
 * they were taken from the ring buffer, which is the order in which the calls
 * returned.  A VQ_QUEUE event names each queue before its first event; VQ_END
 * is last.  Frames hold whole events, and the header is in a frame of its own:
 * after a crash every whole frame is good.  Little endian.
 */
#define VQ_TRACE_MAGIC "vqtrace"
#define VQ_TRACE_VERSION 1u

struct vq_trace_header {
	char magic[8]; /* VQ_TRACE_MAGIC */
	__u32 version;
	__u32 header_size;
	__u32 pid;
	__u32 reserved;
	__u64 start_mono_ns; /* CLOCK_MONOTONIC when watching began */
	__u64 start_real_ns; /* and CLOCK_REALTIME */
};

struct vq_trace_writer;

/* Creates @path for a watch of @pid from @start_mono_ns; NULL and @error if that
 * fails. */
struct vq_trace_writer *vq_trace_create(const char *path, uint32_t pid, uint64_t start_mono_ns,
					GError **error);

/* Appends an event.  Errors are kept for vq_trace_close. */
void vq_trace_write(struct vq_trace_writer *w, const struct vq_head *h);

/* Writes what is pending.  False and @error if anything could not be written. */
bool vq_trace_close(struct vq_trace_writer *w, GError **error);

typedef bool (*vq_trace_fn)(const struct vq_head *h, size_t size, void *data);

/*
 * Calls @fn for each event of @path, with its readable @size, in bounded
 * memory; stops with an error when @fn says false.  A file that ends early is
 * no error: @whole says whether VQ_END was seen.
 */
bool vq_trace_read(const char *path, struct vq_trace_header *header, vq_trace_fn fn, void *data,
		   bool *whole, GError **error);

#endif
