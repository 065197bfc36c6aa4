/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis: a virtqueue's operations, and what vqreplay does with them.
 *
 *	ops.c         one operation; the text format: a line to an operation and back
 *	order.c       the rules of an in-order queue, and what it publishes, worked
 *	              out without any strategy: what they are all held to
 *	source.c, source-open.c, source-text.c, source-trace.c, trace-queue.c, synth.c
 *	              where operations come from: struct source
 *	write.c       where they go: the text format, a trace
 *	loop.c        the measured loop over a strategy's functions and a ring in
 *	              memory (variants/ring.h)
 *	pass.c        a source through that loop, chunk by chunk
 *	replay.c      a source through every variant, pass by pass; proof.c: what each
 *	              publishes is what order.c says
 *	instructions.c   how many: perf's counter, or a second run under callgrind
 *	text.c, json.c   results to text and to JSON
 *	main.c        the tool
 *
 * The text format, one operation a line, '#' begins a comment:
 *
 *	ring split 256    first: split or packed, and the ring's size
 *	pop ID NDESCS     the device takes the next element; ID is its head index
 *	                  (split) or buffer id (packed), NDESCS its descriptors
 *	fill ID LEN       the device has completed it, with all that it may write
 *	short ID LEN      likewise, with less than that
 *	flush             virtqueue_flush for the fills since the last one
 *	unpop ID          the most recent pop is taken back
 *	rewind N          the last N pops are taken back
 *	detach ID         the element will never be completed
 *	reset             device reset: all state gone
 *
 * A trace does not say which fills are short: they come as fills.
 *
 * Numbers are decimal.  Words are separated by blanks or tabs; a line ends in
 * LF or CRLF, the last one may end in neither.
 */
#ifndef VQLAB_ANALYSIS_OPS_H
#define VQLAB_ANALYSIS_OPS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "variants/reorder.h"

#define OPS_ERROR g_quark_from_static_string("vqreplay")

enum ops_error {
	OPS_BAD_INPUT, /* the user's to mend: exit 2 */
	OPS_FAILED,    /* exit 1 */
};

/* Buffer ids have 16 bits (virtio 1.3, section 2.8.1); so have head indexes. */
#define OPS_IDS 65536u

/* Longest line of the text format, its end included. */
#define OPS_LINE_MAX 1024u

enum op_kind {
	OP_POP,
	OP_FILL,
	OP_FLUSH,
	OP_REWIND, /* unpop is a rewind by one */
	OP_DETACH,
	OP_RESET,
	OP_FILL_SHORT, /* a fill, which only strategies that skip tell from it */
	OP_KINDS
};

/*
 * One operation, laid out so that fill can hand @elem to the strategy as it is.
 * pop: id, ndescs.  fill: all three.  detach: id, ndescs.  rewind: id is the
 * number of elements, ndescs how many descriptors they have, and len 0, or the
 * element's id + 1 if it was an unpop.  Parsed text lacks the ndescs of all but
 * pop: order_op() adds them.
 */
struct op {
	ReorderElem elem;
	uint32_t kind;
};

struct ring_shape {
	bool packed;
	uint32_t size; /* 1 to REORDER_RING_MAX; a power of two on split rings */
};

/* "split:256"; false if it is no ring that virtio allows. */
bool ring_shape_parse(const char *text, struct ring_shape *shape);
const char *ring_format(const struct ring_shape *shape);

/* A line of the text format, before it is known whether it makes sense. */
struct ops_line {
	enum { LINE_EMPTY, LINE_RING, LINE_OP } kind;
	struct ring_shape shape; /* LINE_RING */
	struct op op;		 /* LINE_OP */
};

/*
 * Reads @line, @len bytes without its end.  Returns NULL, or what is wrong with
 * it: g_free() that.
 */
char *ops_parse_line(const char *line, size_t len, struct ops_line *result);

/* Appends @op as a line. */
void ops_print(GString *out, const struct op *op);

#endif
