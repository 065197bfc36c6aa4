// SPDX-License-Identifier: GPL-2.0-or-later
/* The columns of a block, written and read; see columns.h. */
#include <glib.h>
#include <string.h>

#include "columns.h"

#define ESCAPE 255   /* the number is in the raw column, as 8 bytes */
#define NEGATIVE 254 /* in the last plane: the number is below 0 */

/* What a block begins with. */
struct head {
	uint32_t events;
	uint32_t size[VQ_COLUMNS];
};

struct cursor {
	const uint8_t *at, *end;
};

struct vq_columns {
	bool encoding, bad;
	unsigned n;
	struct head head;
	size_t total; /* encoding: bytes in all columns */
	GByteArray *write[VQ_COLUMNS];
	struct cursor read[VQ_COLUMNS];
};

struct vq_columns *vq_columns_new(bool encoding, unsigned n)
{
	struct vq_columns *c = g_new0(struct vq_columns, 1);

	c->encoding = encoding;
	c->n = n;
	for (int i = 0; encoding && i < VQ_COLUMNS; i++)
		c->write[i] = g_byte_array_new();
	return c;
}

void vq_columns_free(struct vq_columns *c)
{
	for (int i = 0; c->encoding && i < VQ_COLUMNS; i++)
		g_byte_array_unref(c->write[i]);
	g_free(c);
}

void vq_columns_fail(struct vq_columns *c)
{
	c->bad = true;
}

bool vq_columns_bad(const struct vq_columns *c)
{
	return c->bad;
}

void vq_col_bytes(struct vq_columns *c, enum vq_column col, void *bytes, size_t n)
{
	struct cursor *r = &c->read[col];

	if (c->encoding) {
		g_byte_array_append(c->write[col], bytes, n);
		c->total += n;
	} else if ((size_t)(r->end - r->at) < n) {
		c->bad = true;
		memset(bytes, 0, n);
	} else {
		memcpy(bytes, r->at, n);
		r->at += n;
	}
}

/* A number that is small as a rule. */
void vq_col_small(struct vq_columns *c, enum vq_column col, uint64_t *value)
{
	uint8_t byte = MIN(*value, ESCAPE);

	vq_col_bytes(c, col, &byte, 1);
	if (byte == ESCAPE)
		vq_col_bytes(c, VQ_COL_RAW, value, sizeof(*value));
	else
		*value = byte;
}

/* A number that lies close to @guess as a rule; both as 32 bits wrap around. */
void vq_col_near(struct vq_columns *c, enum vq_column col, uint32_t *value, uint32_t guess)
{
	int32_t diff = *value - guess;
	uint64_t zigzag = (uint32_t)diff << 1 ^ (uint32_t)(diff >> 31);

	vq_col_small(c, col, &zigzag);
	diff = (uint32_t)zigzag >> 1 ^ -((uint32_t)zigzag & 1);
	*value = guess + diff;
}

/* A time: what is less than 254 << 24 either way takes a byte in each plane. */
void vq_col_time(struct vq_columns *c, enum vq_column col, uint64_t *value)
{
	uint64_t size = *value >> 63 ? -*value : *value;
	uint8_t plane[VQ_PLANES];

	for (int i = 0; i < VQ_PLANES; i++)
		plane[i] = size >> 8 * i;
	if (size != *value && !(size >> 24))
		plane[3] = NEGATIVE;
	else if (size != *value || size >> 24 >= NEGATIVE)
		plane[3] = ESCAPE;
	for (int i = 0; i < VQ_PLANES; i++)
		vq_col_bytes(c, col + i, &plane[i], 1);
	if (plane[3] == ESCAPE) {
		vq_col_bytes(c, VQ_COL_RAW, value, sizeof(*value));
		return;
	}
	*value = plane[0] | plane[1] << 8 | plane[2] << 16;
	if (plane[3] == NEGATIVE)
		*value = -*value;
	else
		*value |= (uint64_t)plane[3] << 24;
}

/* What a block begins with has a size for each column that there is. */
static size_t head_size(const struct vq_columns *c)
{
	return offsetof(struct head, size[c->n]);
}

size_t vq_columns_size(const struct vq_columns *c)
{
	return head_size(c) + c->total;
}

void vq_columns_take(struct vq_columns *c, uint32_t events, vq_piece_fn fn, void *data)
{
	c->head.events = events;
	for (unsigned i = 0; i < c->n; i++)
		c->head.size[i] = c->write[i]->len;
	fn(&c->head, head_size(c), data);
	for (unsigned i = 0; i < c->n; i++) {
		fn(c->write[i]->data, c->write[i]->len, data);
		g_byte_array_set_size(c->write[i], 0);
	}
	c->total = 0;
}

bool vq_columns_open(struct vq_columns *c, const void *block, size_t size, uint32_t *events)
{
	const uint8_t *at = block, *end = at + size;

	size_t head = head_size(c);

	c->bad = size < head;
	if (c->bad)
		return false;
	memcpy(&c->head, at, head);
	*events = c->head.events;
	at += head;
	for (unsigned i = 0; i < c->n; i++) {
		if (c->head.size[i] > (size_t)(end - at))
			return false;
		c->read[i] = (struct cursor){at, at + c->head.size[i]};
		at = c->read[i].end;
	}
	return at == end;
}

bool vq_columns_used_up(const struct vq_columns *c)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->read[i].at != c->read[i].end)
			return false;
	return true;
}
