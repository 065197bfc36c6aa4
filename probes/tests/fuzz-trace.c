// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer on the trace reader.  The first byte of an input says what the rest
 * is: 'f' a file; else a block before compression, since no mutation gets past
 * a frame's checksum.  What a block decodes to must come out the same when it
 * is written and read again; and the model must bear it.
 */
#include <stdio.h>

#include "probes/model/model.h"
#include "probes/trace/code.h"
#include "probes/trace/trace.h"

static bool to_model(const struct vq_head *h, size_t size, void *data)
{
	return vq_model_event(data, h, size);
}

static void try_file(const uint8_t *bytes, size_t size)
{
	struct vq_model *m = vq_model_new();
	struct vq_trace_header header;
	g_autoptr(GError) error = NULL;
	FILE *f = fmemopen((void *)bytes, size, "r");
	bool whole;

	g_assert(vq_trace_read_file(f, "input", &header, to_model, m, &whole, &error) == !error);
	fclose(f);
	vq_model_free(m);
}

static void add_piece(const void *piece, size_t n, void *data)
{
	g_byte_array_append(data, piece, n);
}

/* The next event of @decoder must be the one at @expected. */
static void expect_event(struct vq_coder *decoder, const struct vq_head *expected)
{
	bool bad;
	const struct vq_head *h = vq_coder_get(decoder, &bad);

	g_assert(h && !bad && h->size == expected->size && !memcmp(h, expected, h->size));
}

static void expect_again(struct vq_coder *encoder, struct vq_coder *decoder,
			 const GByteArray *events)
{
	g_autoptr(GByteArray) block = g_byte_array_new();
	size_t at = 0, end = 0;
	bool bad;

	while (end < events->len) {
		const struct vq_head *h = (const void *)(events->data + end);

		if (!vq_coder_put(encoder, h))
			break;
		end += (h->size + 7u) & ~7u;
	}
	vq_coder_take(encoder, add_piece, block);
	g_assert(block->len <= VQ_BLOCK_MAX);
	g_assert(vq_coder_open(decoder, block->data, block->len));
	while (at < end) {
		const struct vq_head *h = (const void *)(events->data + at);

		expect_event(decoder, h);
		at += (h->size + 7u) & ~7u;
	}
	g_assert(!vq_coder_get(decoder, &bad) && !bad);
}

static void try_block(const uint8_t *bytes, size_t size)
{
	struct vq_coder *decoder = vq_decoder_new(VQ_TRACE_VERSION),
			*encoder = vq_encoder_new(VQ_TRACE_VERSION);
	g_autoptr(GByteArray) events = g_byte_array_new();
	struct vq_model *m = vq_model_new();
	const struct vq_head *h;
	bool bad = !vq_coder_open(decoder, bytes, size);

	while (!bad && (h = vq_coder_get(decoder, &bad))) {
		g_byte_array_append(events, (const void *)h, h->size);
		g_byte_array_set_size(events, (events->len + 7u) & ~7u);
		vq_model_event(m, h, h->size);
	}
	expect_again(encoder, decoder, events);
	vq_model_free(m);
	vq_coder_free(encoder);
	vq_coder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size < 2)
		return 0;
	if (bytes[0] == 'f')
		try_file(bytes + 1, size - 1);
	else
		try_block(bytes + 1, size - 1);
	return 0;
}
