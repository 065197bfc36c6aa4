// SPDX-License-Identifier: GPL-2.0-or-later
/* What is drawn of a boot and of a life before anything happens. */
#include "random.h"

#include <string.h>

/* Of all buffers of a life: so that lives are short. */
#define BUFFERS_MAX (16u << 20)

/* Of a segment of virtio-net; a frame that is received takes up to two and a half. */
#define NET_SEGMENT_MAX 1600
#define FRAME_ROOM (NET_SEGMENT_MAX * 5 / 2)

static char *draw_order(struct dice *dice)
{
	uint32_t window = dice_any_size(dice, 256);

	switch (dice_roll(dice, 5)) {
	case 0:
		return NULL;
	case 1:
		return g_strdup("in-order");
	case 2:
		return g_strdup_printf("reverse:%u", window);
	case 3:
		return g_strdup_printf("straggler:%u", window);
	default:
		return g_strdup_printf("shuffle:%u", window);
	}
}

void random_draw_boot(struct random_boot *b, const struct options *o)
{
	static const enum load_kind kinds[] = {LOAD_RANDRW, LOAD_RANDRW, LOAD_RANDRW,
					       LOAD_READ,   LOAD_TX,	 LOAD_RX};
	struct dice dice = dice_of(b->seed, "boot", 0);
	enum load_kind drawn = kinds[dice_roll(&dice, G_N_ELEMENTS(kinds))];
	struct load *l = &b->load;
	bool net;

	*l = o->load;
	if (o->any_load)
		l->kind = drawn;
	net = load_is_net(l->kind);
	l->ring.size = l->kind == LOAD_TX ? 256 : 1024;
	l->queues = net ? 1 : 1 + dice_roll(&dice, 4);
	l->kick = dice_once_in(&dice, 2);
	b->order = net ? NULL : draw_order(&dice);
	b->disk = l->kind == LOAD_READ && dice_once_in(&dice, 2) ? "null" : "file";
	l->content = net			? CONTENT_ANY
		     : !strcmp(b->disk, "null") ? CONTENT_ZEROES
						: CONTENT_OFFSETS;
}

/* virtio-blk: data of whole blocks, in pieces of any size; else each piece is a buffer. */
static void draw_segments(struct load *l, struct dice *dice)
{
	uint32_t most = l->ring.indirect ? 128 : MIN(l->ring.size, 1024), pieces, blocks;
	bool longest = dice_once_in(dice, 10);

	if (load_is_net(l->kind)) {
		l->ring.chain = longest ? MIN(most, 64) : dice_any_size(dice, MIN(most, 8));
		l->segment = 60 + dice_roll(dice, NET_SEGMENT_MAX - 60);
		return;
	}
	l->ring.chain = longest ? most : dice_any_size(dice, MIN(most, 16));
	l->ring.chain = MAX(l->ring.chain, 2);
	pieces = MAX(l->ring.chain, 3) - 2;
	/* The least number of blocks that are that many equal pieces, of 512 bytes or so. */
	for (blocks = 1 + pieces / 8; blocks * 4096 % pieces;)
		blocks++;
	if (l->ring.chain == 2)
		blocks = 1 + dice_roll(dice, 4);
	l->segment = blocks * 4096 / pieces;
}

static void draw_size(struct load *l, struct dice *dice, bool both, uint32_t most)
{
	if (both)
		l->ring.packed = dice_once_in(dice, 2);
	if (l->ring.packed)
		l->ring.size = dice_any_size(dice, most);
	else
		l->ring.size = 1u << dice_roll(dice, 32 - __builtin_clz(most));
}

static void draw_features(struct load *l, struct dice *dice)
{
	l->ring.event_idx = dice_once_in(dice, 2);
	l->ring.indirect = dice_once_in(dice, 2);
	l->ring.lifo = dice_once_in(dice, 2);
	l->ring.interrupts = dice_once_in(dice, 2);
	l->mixed = dice_once_in(dice, 2);
}

/* As many as fit, or fewer; how many that is at most, by their memory. */
static void draw_depth(struct load *l, struct dice *dice)
{
	uint64_t element = (uint64_t)l->ring.chain * l->segment + 4096;
	uint32_t fit = l->ring.size / (l->ring.indirect ? 1 : l->ring.chain);
	uint32_t depth = MAX(MIN(fit, BUFFERS_MAX / element / l->queues), 1);

	l->depth = dice_once_in(dice, 4) ? dice_any_size(dice, depth) : depth;
}

/* Can a driver work with it?  The largest frame of a life before may still come. */
static bool is_usable(const struct load *l, unsigned int avoid)
{
	bool whole = !l->ring.indirect && l->ring.chain >= l->ring.size;

	if (device_refuse(l))
		return false;
	if (avoid & AVOID_FULL && (whole || l->ring.size < 2))
		return false;
	if (avoid & AVOID_ODD_SIZE && l->ring.size & (l->ring.size - 1))
		return false;
	return l->kind != LOAD_RX || (l->depth - 1) * l->segment >= FRAME_ROOM;
}

/*
 * Some lives in turn have rings of one size and format: what the device kept of the one, by
 * mistake, does harm only to another like it.
 */
#define ALIKE 4

void random_draw_life(const struct random_boot *b, const struct options *o, struct device *d,
		      uint64_t life, struct dice *dice, struct load *l)
{
	unsigned int tries = 0;
	bool both = o->rings[0] && o->rings[1];

	d->in_order = strcmp(d->variant, "off") && !dice_once_in(dice, 5);
	do {
		struct dice alike = dice_of(b->seed ^ 1ull << 63, d->variant, life / ALIKE);

		*l = b->load;
		/* Not every size has room for what this device is. */
		draw_size(l, tries++ < 64 ? &alike : dice, both, b->load.ring.size);
		l->queues = 1 + dice_roll(dice, b->load.queues);
		draw_features(l, dice);
		draw_segments(l, dice);
		draw_depth(l, dice);
		if (l->kind == LOAD_RANDRW && dice_once_in(dice, 4))
			l->kind = LOAD_WRITE;
		l->seed = dice_bits(dice) >> 1;
	} while (!is_usable(l, o->avoid));
}

char *random_describe(const struct load *l, bool in_order)
{
	return g_strdup_printf(
		"%s, %s ring of %u, %u queue%s, at most %u in flight, chains of %s%u%s, "
		"%s, %s, %s",
		load_name(l->kind), l->ring.packed ? "packed" : "split", l->ring.size, l->queues,
		l->queues > 1 ? "s" : "", l->depth, l->mixed ? "up to " : "", l->ring.chain,
		l->ring.indirect ? ", indirect" : "", in_order ? "in order" : "in any order",
		l->ring.event_idx ? "event index" : "flags",
		l->ring.lifo ? "last freed first" : "first freed first");
}
