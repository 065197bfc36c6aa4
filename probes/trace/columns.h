/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_COLUMNS_H
#define VQLAB_PROBES_TRACE_COLUMNS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A block of a trace: numbers of one kind stand side by side, in a column, for
 * they resemble each other.  TRACE.md documents the bytes.
 *
 * Each vq_col_ function serves both directions: encoding, it writes what its
 * argument holds; decoding, it stores there what it reads, and 0 once the
 * block has proved bad.  So what calls them describes the format once, for
 * the writer and the reader.
 */

/* A time takes a byte in each of so many columns. */
#define VQ_PLANES 4

enum vq_column {
	VQ_COL_RAW,  /* what no other column can hold */
	VQ_COL_TYPE, /* one column for each type that the event before may have had */
	VQ_COL_QUEUE = VQ_COL_TYPE + 5,
	VQ_COL_POP_ID,
	VQ_COL_POP_NDESCS,
	VQ_COL_POP_INUSE,
	VQ_COL_FILL_RANK,
	VQ_COL_FILL_NDESCS,
	VQ_COL_FILL_LEN,
	VQ_COL_FLUSH_HEAD,
	VQ_COL_FLUSH_TOTAL,
	VQ_COL_FLUSH_USED,
	VQ_COL_POP_DUR,
	VQ_COL_FILL_DUR = VQ_COL_POP_DUR + VQ_PLANES,
	VQ_COL_FLUSH_DUR = VQ_COL_FILL_DUR + VQ_PLANES,
	VQ_COL_POP_GAP = VQ_COL_FLUSH_DUR + VQ_PLANES,	   /* after a pop */
	VQ_COL_POP_GAP_ELSE = VQ_COL_POP_GAP + VQ_PLANES,  /* after another event */
	VQ_COL_FILL_GAP = VQ_COL_POP_GAP_ELSE + VQ_PLANES, /* after a fill */
	VQ_COL_FILL_GAP_POP = VQ_COL_FILL_GAP + VQ_PLANES, /* after a pop */
	VQ_COL_FILL_GAP_ELSE = VQ_COL_FILL_GAP_POP + VQ_PLANES,
	VQ_COL_FLUSH_GAP = VQ_COL_FILL_GAP_ELSE + VQ_PLANES,
	VQ_COLUMNS_BEFORE_4 = VQ_COL_FLUSH_GAP + VQ_PLANES, /* in versions before 4 */
	VQ_COL_FILL_THREAD = VQ_COLUMNS_BEFORE_4,
	VQ_COLUMNS
};

/* What a block begins with. */
struct vq_columns_head {
	uint32_t events;
	uint32_t size[VQ_COLUMNS];
};

/* For one direction. */
struct vq_columns {
	bool encoding;
	bool bad; /* decoding: what was read makes no sense, since open */
	unsigned n;
	struct vq_columns_head head;
	struct vq_cursor {
		const uint8_t *at, *end;
	} read[VQ_COLUMNS];
	GByteArray *write[VQ_COLUMNS];
	size_t total; /* bytes in all of them */
};

/* Blocks have @n columns, which is VQ_COLUMNS where one writes. */
struct vq_columns *vq_columns_new(bool encoding, unsigned n);
void vq_columns_free(struct vq_columns *c);

/* Encoding: the size of the block so far; then the block itself, of so many
 * events, in pieces; the columns are empty afterwards. */
typedef void (*vq_piece_fn)(const void *piece, size_t n, void *data);
size_t vq_columns_size(const struct vq_columns *c);
void vq_columns_take(struct vq_columns *c, uint32_t events, vq_piece_fn fn, void *data);

/* Decoding: begins with the @size bytes at @block, which must stay; false if
 * this is no block.  And has all of it been read? */
bool vq_columns_open(struct vq_columns *c, const void *block, size_t size, uint32_t *events);
bool vq_columns_used_up(const struct vq_columns *c);

/* Encoding: @n more bytes in a column. */
void vq_columns_append(struct vq_columns *c, enum vq_column col, const void *bytes, size_t n);

/* The rest is inline, for it is done a dozen times an event. */

/* @n bytes as they are. */
static inline void vq_col_bytes(struct vq_columns *c, enum vq_column col, void *bytes, size_t n)
{
	struct vq_cursor *r = &c->read[col];

	if (c->encoding) {
		vq_columns_append(c, col, bytes, n);
	} else if ((size_t)(r->end - r->at) < n) {
		c->bad = true;
		memset(bytes, 0, n);
	} else {
		memcpy(bytes, r->at, n);
		r->at += n;
	}
}

#define VQ_COL_ESCAPE 255   /* the number is in the raw column, as 8 bytes */
#define VQ_COL_NEGATIVE 254 /* in the last plane: the number is below 0 */

/* A number that is below 255 as a rule: a byte then. */
static inline void vq_col_small(struct vq_columns *c, enum vq_column col, uint64_t *value)
{
	uint8_t byte = MIN(*value, VQ_COL_ESCAPE);

	vq_col_bytes(c, col, &byte, 1);
	if (byte == VQ_COL_ESCAPE)
		vq_col_bytes(c, VQ_COL_RAW, value, sizeof(*value));
	else
		*value = byte;
}

/* A number that lies close to @guess as a rule, modulo 2 to the 32nd. */
static inline void vq_col_near(struct vq_columns *c, enum vq_column col, uint32_t *value,
			       uint32_t guess)
{
	int32_t diff = *value - guess;
	uint64_t zigzag = (uint32_t)diff << 1 ^ (uint32_t)(diff >> 31);

	vq_col_small(c, col, &zigzag);
	diff = (uint32_t)zigzag >> 1 ^ -((uint32_t)zigzag & 1);
	*value = guess + diff;
}

/* The last plane of @value, whose size without its sign is @size. */
static inline uint8_t vq_col_last_plane(uint64_t value, uint64_t size)
{
	if (size >> 24 >= (size == value ? VQ_COL_NEGATIVE : 1))
		return VQ_COL_ESCAPE;
	return size == value ? size >> 24 : VQ_COL_NEGATIVE;
}

/* A time in ns, signed if seen so: a byte in each of VQ_PLANES columns from @col on, if it
 * is less than 254 << 24, or its size less than 1 << 24. */
static inline void vq_col_time(struct vq_columns *c, enum vq_column col, uint64_t *value)
{
	uint64_t size = *value >> 63 ? -*value : *value;
	uint8_t low[VQ_PLANES - 1] = {size, size >> 8, size >> 16};
	uint8_t last = vq_col_last_plane(*value, size);

	for (int i = 0; i < VQ_PLANES - 1; i++)
		vq_col_bytes(c, col + i, &low[i], 1);
	vq_col_bytes(c, col + VQ_PLANES - 1, &last, 1);
	if (last == VQ_COL_ESCAPE) {
		vq_col_bytes(c, VQ_COL_RAW, value, sizeof(*value));
		return;
	}
	size = low[0] | low[1] << 8 | low[2] << 16;
	*value = last == VQ_COL_NEGATIVE ? -size : size | (uint64_t)last << 24;
}

#endif
