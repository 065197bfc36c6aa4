// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio-blk (virtio 1.3, 5.2).  A request is a header, data, and a byte of status.
 *
 * Each 8-byte word of a block holds the block's offset, and in its upper 16 bits
 * the generation of its last write: a number that grows with each turn.  So data of
 * another block, of an older write, or of no device at all is told from the right
 * one.  Of each sector the first and the last word are looked at.
 */
#include "blk.h"

#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512u
#define HEADER sizeof(struct virtio_blk_outhdr)
#define POISON 0xa5a5a5a5a5a5a5a5ull
#define GENERATION 48 /* of a word: bits from here on */
#define NO_STATUS 0xff

struct blk {
	uint64_t bytes;	     /* of the disk */
	uint32_t request;    /* bytes of data */
	uint64_t places;     /* where a request may begin: multiples of its size */
	uint16_t generation; /* of the writes of this turn */
	uint16_t *issued,
		*settled; /* by block: the youngest write begun, the oldest data allowed */
	uint16_t before;  /* generations up to this are of before the last reset */
	bool wrote;
	bool reading_back;
	uint64_t next_place; /* then: in turn */
};

static uint32_t data_segments(const struct load *l)
{
	return MAX(l->ring.chain, 3) - 2;
}

static const char *blk_refuse(const struct load *l)
{
	uint64_t request = (uint64_t)data_segments(l) * l->segment;

	if (l->ring.chain < 2)
		return "a block request has two segments at least";
	if (l->ring.chain > 1024)
		return "QEMU takes at most 1024 segments";
	if (!l->segment || request % SECTOR)
		return "the data of a block request are a multiple of 512 bytes";
	if (l->kind != LOAD_READ && l->content == CONTENT_OFFSETS && request % BLK_BLOCK)
		return "writes that are verified are a multiple of 4096 bytes";
	return NULL;
}

static uint64_t blk_features(const struct load *l)
{
	return l->queues > 1 ? 1ull << VIRTIO_BLK_F_MQ : 0;
}

static unsigned int blk_queue(const struct load *l, unsigned int i)
{
	return i;
}

/* What the disk holds survives a reset, and of writes that were under way nobody knows. */
static bool blk_open(struct device *d, GError **error)
{
	const struct load *l = d->load;
	struct blk *b = d->priv ?: g_new0(struct blk, 1);
	uint64_t sectors;
	unsigned int i;

	d->priv = b;
	b->before = b->generation;
	b->generation++;
	if (!mmio_config(&d->mmio, 0, 8, &sectors, error))
		return false;
	b->request = data_segments(l) * l->segment;
	b->bytes = sectors * SECTOR;
	b->places = b->bytes / b->request;
	if (!b->places || b->bytes >= 1ull << GENERATION) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "a disk of %" PRIu64 " bytes does not hold a request of %u", b->bytes,
			    b->request);
		return false;
	}
	if (l->content == CONTENT_OFFSETS && !b->issued) {
		b->issued = g_new0(uint16_t, b->bytes / BLK_BLOCK + 1);
		b->settled = g_new0(uint16_t, b->bytes / BLK_BLOCK + 1);
	}
	for (i = 0; i < l->queues; i++) {
		struct lane *q = &d->lanes[i];

		/* Two segments: one of them holds the data, too, so all is in one piece. */
		q->stride = (HEADER + (l->ring.chain == 2 ? b->request : 0) + 1 + 63) & ~63ull;
		q->area = memory_take(d->memory, q->stride * l->depth, 64);
		q->data_stride = l->ring.chain == 2 ? q->stride : b->request;
		q->data = l->ring.chain == 2
				  ? q->area + HEADER
				  : memory_take(d->memory, q->data_stride * l->depth, BLK_BLOCK);
	}
	return true;
}

static void blk_close(struct device *d)
{
	struct blk *b = d->priv;

	if (b) {
		g_free(b->issued);
		g_free(b->settled);
	}
	g_clear_pointer(&d->priv, g_free);
}

static uint64_t header_of(const struct lane *q, uint32_t slot)
{
	return q->area + slot * q->stride;
}

static uint64_t data_of(const struct lane *q, uint32_t slot)
{
	return q->data + slot * q->data_stride;
}

/* Behind the data, or the header. */
static uint64_t status_of(const struct device *d, const struct lane *q, uint32_t slot)
{
	const struct blk *b = d->priv;

	return header_of(q, slot) + HEADER + (d->load->ring.chain == 2 ? b->request : 0);
}

static void poison(struct device *d, const struct lane *q, uint32_t slot)
{
	const struct blk *b = d->priv;
	uint8_t *data = memory_at(d->memory, data_of(q, slot));
	uint64_t word = POISON;
	uint32_t at;

	for (at = 0; at < b->request; at += SECTOR) {
		memcpy(data + at, &word, 8);
		memcpy(data + at + SECTOR - 8, &word, 8);
	}
}

static void write_blocks(struct device *d, const struct lane *q, uint32_t slot, uint64_t offset)
{
	struct blk *b = d->priv;
	uint64_t *data = memory_at(d->memory, data_of(q, slot));
	uint32_t i;

	b->wrote = true;
	for (i = 0; i < b->request / 8; i++) {
		uint64_t block = (offset + i * 8) / BLK_BLOCK;
		uint64_t word = block * BLK_BLOCK | (uint64_t)b->generation << GENERATION;

		memcpy(&data[i], &word, 8);
	}
	if (!b->issued)
		return;
	for (i = 0; i < b->request; i += BLK_BLOCK)
		b->issued[(offset + i) / BLK_BLOCK] = b->generation;
}

static uint32_t segments(struct device *d, struct lane *q, uint32_t slot, bool write,
			 struct virtqueue_segment *s)
{
	const struct load *l = d->load;
	const struct blk *b = d->priv;
	uint64_t header = header_of(q, slot), data = data_of(q, slot);
	uint32_t pieces = load_pieces(d, data_segments(l)), left = b->request, n = 0, i;

	if (l->ring.chain == 2) {
		uint32_t more = b->request;

		s[0] = (struct virtqueue_segment){header, HEADER + (write ? more : 0), false};
		s[1] = (struct virtqueue_segment){write ? data + more : data,
						  (write ? 0 : more) + 1, true};
		return 2;
	}
	s[n++] = (struct virtqueue_segment){header, HEADER, false};
	for (i = 0; i < pieces; i++) {
		uint32_t len = i + 1 < pieces ? l->segment : left;

		s[n++] = (struct virtqueue_segment){data, len, !write};
		data += len;
		left -= len;
	}
	s[n++] = (struct virtqueue_segment){status_of(d, q, slot), 1, true};
	return n;
}

static uint32_t blk_build(struct device *d, struct lane *q, uint32_t slot,
			  struct virtqueue_segment *s)
{
	struct virtio_blk_outhdr *header = memory_at(d->memory, header_of(q, slot));
	struct blk *b = d->priv;
	enum load_kind kind = d->load->kind;
	uint64_t random = device_random(d);
	bool write = kind == LOAD_WRITE || (kind == LOAD_RANDRW && random >> 63);
	uint64_t place = b->reading_back ? b->next_place++ : (random >> 8) % b->places;
	uint64_t offset = place % b->places * b->request;

	write = write && !b->reading_back;
	q->sectors[slot] = offset / SECTOR;
	q->writes[slot] = write;
	header->type = write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN;
	header->ioprio = 0;
	header->sector = offset / SECTOR;
	*(uint8_t *)memory_at(d->memory, status_of(d, q, slot)) = NO_STATUS;
	if (write)
		write_blocks(d, q, slot, offset);
	else
		poison(d, q, slot);
	return segments(d, q, slot, write, s);
}

/* NULL, or what is wrong with the word at @offset of the disk. */
static char *check_word(const struct device *d, uint64_t word, uint64_t offset)
{
	const struct blk *b = d->priv;
	uint64_t block = offset / BLK_BLOCK;
	uint16_t generation = word >> GENERATION;

	if (d->load->content == CONTENT_ZEROES)
		return word ? g_strdup_printf("offset %" PRIu64 " holds 0x%" PRIx64 ", not 0",
					      offset, word)
			    : NULL;
	if ((word & ((1ull << GENERATION) - 1)) == block * BLK_BLOCK &&
	    generation >= b->settled[block] && generation <= b->issued[block])
		return NULL;
	return g_strdup_printf("offset %" PRIu64 " holds 0x%" PRIx64 ", not its block's offset "
			       "0x%" PRIx64 " of write %u to %u",
			       offset, word, block * BLK_BLOCK, b->settled[block],
			       b->issued[block]);
}

static char *check_data(const struct device *d, const struct lane *q, uint32_t slot)
{
	const struct blk *b = d->priv;
	const uint8_t *data = memory_at(d->memory, data_of(q, slot));
	uint64_t offset = q->sectors[slot] * SECTOR, words[2];
	char *wrong = NULL;
	uint32_t at;

	for (at = 0; at < b->request && !wrong; at += SECTOR) {
		memcpy(&words[0], data + at, 8);
		memcpy(&words[1], data + at + SECTOR - 8, 8);
		wrong = check_word(d, words[0], offset + at);
		if (!wrong)
			wrong = check_word(d, words[1], offset + at + SECTOR - 8);
	}
	return wrong;
}

static char *blk_check(struct device *d, struct lane *q, uint32_t slot, uint32_t len)
{
	const struct blk *b = d->priv;
	uint8_t status = *(uint8_t *)memory_at(d->memory, status_of(d, q, slot));
	uint32_t right = (q->writes[slot] ? 0 : b->request) + 1;

	if (status != VIRTIO_BLK_S_OK)
		return g_strdup_printf("the request for sector %" PRIu64 " ended with status %u%s",
				       q->sectors[slot], status,
				       status == NO_STATUS ? ": none was written" : "");
	if (len != right)
		return g_strdup_printf("the request for sector %" PRIu64 " has length %u, not %u",
				       q->sectors[slot], len, right);
	if (q->writes[slot] || d->load->content == CONTENT_ANY)
		return NULL;
	return check_data(d, q, slot);
}

/*
 * All is back: what was written last is what must be there from now on.  But where only a
 * write from before a reset is in doubt, it stays so.
 */
static uint64_t blk_outstanding(struct device *d)
{
	struct blk *b = d->priv;
	uint64_t n = 0, block;
	unsigned int i;

	for (i = 0; i < d->load->queues; i++)
		n += d->lanes[i].ring.in_flight;
	if (n || !b->wrote)
		return n;
	b->wrote = false;
	for (block = 0; b->issued && block < b->bytes / BLK_BLOCK; block++)
		if (b->issued[block] > b->before)
			b->settled[block] = b->issued[block];
	b->generation++;
	return 0;
}

bool blk_read_back(struct device *d)
{
	struct blk *b = d->priv;
	struct turn t;
	bool ok;

	if (!b->issued || d->load->kind == LOAD_READ)
		return true;
	b->reading_back = true;
	b->next_place = 0;
	ok = load_turn(d, b->places, 0, &t);
	b->reading_back = false;
	return ok;
}

bool blk_fill(int fd, uint64_t bytes)
{
	uint64_t block[BLK_BLOCK / 8], at;
	unsigned int i;

	for (at = 0; at < bytes; at += BLK_BLOCK) {
		for (i = 0; i < G_N_ELEMENTS(block); i++)
			block[i] = at;
		if (pwrite(fd, block, sizeof(block), at) != sizeof(block))
			return false;
	}
	return true;
}

const struct device_class blk_class = {
	.name = "virtio-blk",
	.virtio_id = VIRTIO_ID_BLOCK,
	.refuse = blk_refuse,
	.features = blk_features,
	.queue = blk_queue,
	.open = blk_open,
	.close = blk_close,
	.build = blk_build,
	.check = blk_check,
	.outstanding = blk_outstanding,
};
