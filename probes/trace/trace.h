/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_TRACE_H
#define VQLAB_PROBES_TRACE_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "probes/vqevent.h"

/*
 * The trace file: what vqprobe -o writes, and vqprobe --from, vqreplay and
 * vqreport --verify read.  TRACE.md documents it byte by byte.
 *
 * A header, then blocks of events, each a zstd frame with its size and
 * checksum, which holds at most 1 MiB unpacked and about two seconds.  A block
 * is written at once and stands for itself: after a crash, all whole blocks
 * are good.  Nothing of an event is lost, but its padding in memory.
 */
#define VQ_TRACE_MAGIC "vqtrace"
#define VQ_TRACE_VERSION 4u
#define VQ_TRACE_OLDEST 2u /* that is read */

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

/* Has an event not been written?  No later one will be, then. */
bool vq_trace_failed(const struct vq_trace_writer *w);

/* Writes what is pending.  False and @error if anything could not be written. */
bool vq_trace_close(struct vq_trace_writer *w, GError **error);

/*
 * Takes an event as it was written, byte by byte; @size is h->size.  It is
 * valid until the return.  False ends the reading with an error.
 */
typedef bool (*vq_trace_fn)(const struct vq_head *h, size_t size, void *data);

/*
 * Calls @fn for each event of @path, in bounded memory (6 MiB), whatever the
 * file holds.  False with @error, "FILE: what", if it is no trace, of another
 * version or damaged; the events before the damage have been seen then.  A file
 * that ends early is no error: @whole says whether VQ_END was seen.
 *
 * The events come in the order in which they were written, which is that in
 * which the kernel handed them out: that of the calls' returns as the probes
 * saw them.  So those of one queue, which QEMU handles one at a time, are in
 * order; of two queues with threads of their own, an event may come after one
 * that has a slightly later ts.  The VQ_QUEUE event that names a queue comes
 * before all others of it; the records of a long flush come one after the
 * other but for events of other queues; nothing follows VQ_END.
 *
 * What is in an event may still be anything: vq_model_event() checks it.
 */
bool vq_trace_read(const char *path, struct vq_trace_header *header, vq_trace_fn fn, void *data,
		   bool *whole, GError **error);

/* The same from @file, to its end; @name is for messages.  Not closed. */
bool vq_trace_read_file(FILE *file, const char *name, struct vq_trace_header *header,
			vq_trace_fn fn, void *data, bool *whole, GError **error);

#endif
