/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_LINES_H
#define VQLAB_PROBES_LINES_H

#include <glib.h>
#include <stdint.h>

#include "probes/vqevent.h"

/*
 * The way of events from the BPF programs to the loader: a ring of cache lines
 * in memory that both see (struct vq_line in vqevent.h).
 *
 * A program takes as many lines as its event needs by moving the head, writes
 * them, and says so in each line's tag.  The loader reads lines whose tag is
 * that of their place, and moves the tail.  Nothing locks, nothing waits; what
 * finds no room is counted by the program.
 *
 * Why not the kernel's ring buffer: a record is reserved under a lock and
 * committed by a locked instruction, which waits for a cache line that the other
 * processor has just read.  A plain store does not.  An event costs 60 ns less
 * (pop, by kernel.bpf_stats: 335 and 272 ns).
 */

struct vqprobe_bpf;
struct vq_lines;

/* Takes an event, h->size bytes, valid during the call. */
typedef void (*vq_line_fn)(void *data, const struct vq_head *h);

/* The size of the ring in KiB, a power of two from 4 on; before loading. */
void vq_lines_prepare(struct vqprobe_bpf *skel, unsigned kib);

/* Of a loaded @skel, which must outlive it.  NULL with @error. */
struct vq_lines *vq_lines_open(struct vqprobe_bpf *skel, GError **error);
void vq_lines_close(struct vq_lines *l); /* may be NULL */

/* Calls @fn for each complete event, in the order in which they took their
 * lines; not for those that come meanwhile, which might be so many that it never ends. */
void vq_lines_take(struct vq_lines *l, vq_line_fn fn, void *data);

#endif
