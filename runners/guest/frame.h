/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - the frames on the wire between link.c (host) and agent.c (guest).
 *
 * A frame is a header of FRAME_HEADER bytes and a payload of at most FRAME_MAX.
 * All numbers are little-endian.
 *
 *	offset	size
 *	0	4	magic "\xf1vqL"
 *	4	2	type, enum frame_type
 *	6	2	zero
 *	8	4	seq: the request's number; answers carry it back
 *	12	4	payload length in bytes
 *	16	4	CRC-32 of the payload
 *	20	4	CRC-32 of bytes 0 to 19
 *
 * The header has a checksum of its own so that a damaged length is noticed at
 * once and not waited for.  A reader that finds no valid header skips one byte
 * and looks again; one whose payload is damaged drops the frame.
 *
 * The guest announces itself with FRAME_HELLO, again and again until the host
 * answers with the same.  Then the host sends requests and the guest answers
 * each with one FRAME_DONE; a run sends FRAME_OUT and FRAME_ERR before it.
 * The host waits for each answer before the next request (FRAME_KILL apart):
 * a 16550 has no flow control, and this keeps what is under way within what
 * the guest's tty layer buffers.
 */
#ifndef VQLAB_FRAME_H
#define VQLAB_FRAME_H

#include <stdint.h>
#include <string.h>

#define FRAME_VERSION 1
#define FRAME_HEADER 24
#define FRAME_MAX 16384
#define FRAME_MAGIC "\xf1vqL"

enum frame_type {
	FRAME_HELLO = 1, /* u32 version; from the guest, then: kernel release */
	FRAME_PUT,	 /* u32 mode, u64 size, path: opens a temporary file beside it */
	FRAME_DATA,	 /* the next bytes; the last ones rename the file to its path */
	FRAME_RUN,	 /* u32 limit in s, u32 bytes kept, u32 argc, u32 envc, strings with NULs */
	FRAME_KILL,	 /* no payload, no answer: kill what runs */
	FRAME_POWEROFF,	 /* no payload */
	FRAME_OUT,	 /* a piece of stdout */
	FRAME_ERR,	 /* a piece of stderr */
	FRAME_DONE,	 /* struct frame_done, then, when refused, a reason in words */
};

/* The fields of FRAME_DONE, in this order: u32, u32, u64, u64, u64. */
struct frame_done {
	uint32_t status; /* enum frame_status */
	uint32_t code;	 /* exit status, signal or errno */
	uint64_t out_total, err_total;
	uint64_t elapsed_ms;
};
#define FRAME_DONE_SIZE 32

enum frame_status {
	FRAME_OK,	 /* put, poweroff: done; run: exited with code */
	FRAME_SIGNALLED, /* run: ended by signal code */
	FRAME_LIMIT,	 /* run: killed at its limit */
	FRAME_NOT_RUN,	 /* run: exec failed with errno code */
	FRAME_REFUSED,	 /* errno code, and words */
};

static inline void frame_put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> (8 * i);
}

static inline uint32_t frame_get32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void frame_put64(uint8_t *p, uint64_t v)
{
	frame_put32(p, v);
	frame_put32(p + 4, v >> 32);
}

static inline uint64_t frame_get64(const uint8_t *p)
{
	return frame_get32(p) | (uint64_t)frame_get32(p + 4) << 32;
}

/* CRC-32 as zlib and Ethernet have it (reflected 0xedb88320), one table. */
static inline uint32_t frame_crc(const uint8_t *p, size_t n)
{
	static uint32_t table[256];
	uint32_t crc = ~0u;

	if (!table[1]) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int k = 0; k < 8; k++)
				c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
			table[i] = c;
		}
	}
	while (n--)
		crc = table[(crc ^ *p++) & 255] ^ crc >> 8;
	return ~crc;
}

struct frame {
	uint32_t type, seq, len;
	const uint8_t *payload; /* inside the reader's buffer */
};

/* frame_head: write the header of a frame with this payload to head. */
static inline void frame_head(uint8_t *head, uint32_t type, uint32_t seq, const void *payload,
			      uint32_t len)
{
	memcpy(head, FRAME_MAGIC, 4);
	frame_put32(head + 4, type);
	frame_put32(head + 8, seq);
	frame_put32(head + 12, len);
	frame_put32(head + 16, frame_crc(payload, len));
	frame_put32(head + 20, frame_crc(head, 20));
}

/*
 * frame_find: look for a frame in the first n bytes of buf.
 *
 * Returns 1 with *f filled in when one is complete, 0 when more bytes are
 * needed.  In both cases *used says how many bytes from the start are of no
 * further use (noise, and the frame itself once the caller is done with it)
 * and *noise how many of them were not part of a good frame.  A buffer of
 * FRAME_HEADER + FRAME_MAX bytes always suffices to make progress.
 */
static inline int frame_find(const uint8_t *buf, size_t n, struct frame *f, size_t *used,
			     size_t *noise)
{
	size_t at = 0;

	for (;; at++) {
		const uint8_t *hit =
			n == at ? NULL : memchr(buf + at, FRAME_MAGIC[0] & 0xff, n - at);

		at = hit ? (size_t)(hit - buf) : n;
		*used = *noise = at;
		if (n - at < FRAME_HEADER)
			return 0;
		if (memcmp(hit, FRAME_MAGIC, 4) || frame_get32(hit + 20) != frame_crc(hit, 20))
			continue;
		f->type = frame_get32(hit + 4);
		f->seq = frame_get32(hit + 8);
		f->len = frame_get32(hit + 12);
		f->payload = hit + FRAME_HEADER;
		if (f->len > FRAME_MAX)
			continue;
		if (n - at - FRAME_HEADER < f->len)
			return 0;
		*used = at + FRAME_HEADER + f->len;
		if (frame_get32(hit + 16) == frame_crc(f->payload, f->len))
			return 1;
		/* Not a frame after all; what follows may still be one. */
	}
}

#endif
