/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_CODE_H
#define VQLAB_PROBES_TRACE_CODE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "columns.h"
#include "probes/vqevent.h"

/*
 * Events to a block of bytes and back, without loss: what trace.c puts into a
 * zstd frame.  TRACE.md documents the bytes.  A block stands for itself:
 * nothing in it refers to another one.
 */
#define VQ_BLOCK_MAX (1024u * 1024) /* bytes of a block before it is compressed */

struct vq_coder;

/* For one direction. */
struct vq_coder *vq_encoder_new(uint32_t version); /* of the trace: 2 or later */
struct vq_coder *vq_decoder_new(uint32_t version);
void vq_coder_free(struct vq_coder *c);

/* Appends @h, all h->size bytes, to the block; false, and nothing is done, if
 * the block is full.  An empty block takes any event. */
bool vq_coder_put(struct vq_coder *c, const struct vq_head *h);

/* Events in the block. */
uint32_t vq_coder_events(const struct vq_coder *c);

/*
 * The block, vq_coder_size() bytes, one piece after the other: @fn is called
 * for each.  Pieces differ in kind, so that each deserves its own statistics
 * from a compressor; some are empty.  Then begins an empty block.
 */
size_t vq_coder_size(const struct vq_coder *c);
void vq_coder_take(struct vq_coder *c, vq_piece_fn fn, void *data);

/* Begins to decode the @size bytes at @block, which must stay until the last
 * event is taken.  False if this cannot be a block. */
bool vq_coder_open(struct vq_coder *c, const void *block, size_t size);

/* The next event, valid until the next call; NULL at the end of the block, or
 * if the block is malformed, then *@bad is set. */
const struct vq_head *vq_coder_get(struct vq_coder *c, bool *bad);

#endif
