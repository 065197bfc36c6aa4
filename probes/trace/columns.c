// SPDX-License-Identifier: GPL-2.0-or-later
/* The columns of a block, written and read; see columns.h. */
#include <glib.h>
#include <string.h>

#include "columns.h"

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

void vq_columns_append(struct vq_columns *c, enum vq_column col, const void *bytes, size_t n)
{
	g_byte_array_append(c->write[col], bytes, n);
	c->total += n;
}

/* What a block begins with has a size for each column that there is. */
static size_t head_size(const struct vq_columns *c)
{
	return offsetof(struct vq_columns_head, size[c->n]);
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
		c->read[i] = (struct vq_cursor){at, at + c->head.size[i]};
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
