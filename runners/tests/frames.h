/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both ends of the link are tested with: frames made by hand. */
#ifndef VQLAB_TEST_FRAMES_H
#define VQLAB_TEST_FRAMES_H

#include <glib.h>

#include "runners/guest/frame.h"

/* A whole frame as it goes over the line; the caller frees it. */
static inline GByteArray *frame_bytes(guint32 type, guint32 seq, const void *payload, gsize len)
{
	GByteArray *a = g_byte_array_new();

	g_byte_array_set_size(a, FRAME_HEADER);
	frame_head(a->data, type, seq, payload, len);
	if (len)
		g_byte_array_append(a, payload, len);
	return a;
}

/* Every byte value, in an order that no shift by 256 repeats. */
static inline void all_bytes(guint8 *p, gsize n)
{
	for (gsize i = 0; i < n; i++)
		p[i] = i * 7 + i / 256;
}

#endif /* VQLAB_TEST_FRAMES_H */
