/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TRACE_COLUMNS_H
#define VQLAB_PROBES_TRACE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* For one direction; blocks have @n columns, which is VQ_COLUMNS where one writes. */
struct vq_columns;
struct vq_columns *vq_columns_new(bool encoding, unsigned n);
void vq_columns_free(struct vq_columns *c);

/* Decoding: what was read makes no sense; has it been so since open? */
void vq_columns_fail(struct vq_columns *c);
bool vq_columns_bad(const struct vq_columns *c);

/* @n bytes as they are. */
void vq_col_bytes(struct vq_columns *c, enum vq_column col, void *bytes, size_t n);

/* A number that is below 255 as a rule: a byte then. */
void vq_col_small(struct vq_columns *c, enum vq_column col, uint64_t *value);

/* A number that lies close to @guess as a rule, modulo 2 to the 32nd. */
void vq_col_near(struct vq_columns *c, enum vq_column col, uint32_t *value, uint32_t guess);

/* A time in ns, VQ_PLANES columns from @col on; signed if seen so. */
void vq_col_time(struct vq_columns *c, enum vq_column col, uint64_t *value);

/* Encoding: the size of the block so far; then the block itself, of so many
 * events, in pieces; the columns are empty afterwards. */
typedef void (*vq_piece_fn)(const void *piece, size_t n, void *data);
size_t vq_columns_size(const struct vq_columns *c);
void vq_columns_take(struct vq_columns *c, uint32_t events, vq_piece_fn fn, void *data);

/* Decoding: begins with the @size bytes at @block, which must stay; false if
 * this is no block.  And has all of it been read? */
bool vq_columns_open(struct vq_columns *c, const void *block, size_t size, uint32_t *events);
bool vq_columns_used_up(const struct vq_columns *c);

#endif
