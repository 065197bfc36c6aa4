// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver's rings against a device of a few lines, which here and there breaks a
 * rule: each has to be noticed, and nothing else.
 */
#include "ring-fake.h"

static struct virtqueue_setup ordered(struct virtqueue_setup s)
{
	s.in_order = true;
	return s;
}

/* Full and empty again, so often that each index passes its end. */
static void split_laps(void)
{
	struct fake f;
	uint32_t lap, i;

	fake_open(&f, split8);
	for (lap = 0; lap < 10000; lap++) {
		uint32_t first = f.avail;

		for (i = 0; i < 8; i++)
			add(&f, i, 1);
		g_assert_false(virtqueue_has_room(&f.v, 1));
		expect_none(&f);
		virtqueue_publish(&f.v);
		f.avail += 8;
		for (i = 8; i-- > 0;) {
			use_split(&f, id_of(&f, first + i), WRITABLE);
			expect(&f, i, WRITABLE);
		}
		expect_none(&f);
	}
	g_assert_cmpuint(f.v.sums.used, ==, 80000);
	g_assert_cmpuint(f.v.sums.index_moves, ==, 80000);
	g_assert_cmpuint(f.v.sums.depth_max, ==, 7);
	g_assert_null(f.v.broken);
	fake_close(&f);
}

/* 7 descriptors and chains of 3: each lap begins elsewhere. */
static void packed_laps(void)
{
	struct fake f;
	uint32_t lap;

	fake_open(&f, packed7);
	for (lap = 0; lap < 10000; lap++) {
		struct vring_packed_desc *d = memory_at(&f.memory, f.v.desc);
		uint32_t first = d[0].id, second, at = f.v.avail;

		add(&f, 0, 3);
		add(&f, 1, 4);
		g_assert_false(virtqueue_has_room(&f.v, 1));
		expect_none(&f);
		virtqueue_publish(&f.v);
		first = d[at].id;
		second = d[(at + 3) % 7].id;
		use_packed(&f, second, 48, 4);
		expect(&f, 1, 48);
		expect_none(&f);
		use_packed(&f, first, 0, 3);
		expect(&f, 0, 0);
		expect_none(&f);
	}
	g_assert_null(f.v.broken);
	fake_close(&f);
}

/* A length where nothing was written is none; where something was, it may not be. */
static void packed_reserved_length(void)
{
	const struct virtqueue_segment sent = {0x100000, WRITABLE, false};
	struct vring_packed_desc *d;
	struct fake f;

	fake_open(&f, packed7);
	d = memory_at(&f.memory, f.v.desc);
	virtqueue_add(&f.v, &sent, 1, 0);
	virtqueue_add(&f.v, &sent, 1, 1);
	virtqueue_publish(&f.v);
	use_packed(&f, d[0].id, WRITABLE, 1);
	expect(&f, 0, 0);
	use_packed_flags(&f, d[1].id, WRITABLE, 1, AVAIL | USED | VRING_DESC_F_WRITE);
	expect_broken(&f, VIRTQUEUE_LENGTH);
	fake_close(&f);
}

/* In order, descriptors are taken in turn, whatever chains there are. */
static void split_in_order(void)
{
	struct fake f;
	struct vring_desc *d;
	uint32_t lap;

	fake_open(&f, ordered(split8));
	d = memory_at(&f.memory, f.v.desc);
	for (lap = 0; lap < 1000; lap++) {
		uint32_t head = lap * 3 % 8;

		add(&f, 5, 3);
		virtqueue_publish(&f.v);
		g_assert_cmpuint(id_of(&f, lap), ==, head);
		g_assert_cmpuint(d[head].next, ==, (head + 1) % 8);
		use_split(&f, head, 1);
		expect(&f, 5, 1);
	}
	fake_close(&f);
}

/* Which descriptor comes next after two were freed. */
static void recycling(void)
{
	struct fake f;
	struct virtqueue_setup fifo = split8;

	fake_open(&f, split8);
	add(&f, 0, 1);
	add(&f, 1, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 0, 0);
	use_split(&f, 1, 0);
	expect(&f, 0, 0);
	expect(&f, 1, 0);
	add(&f, 2, 1);
	g_assert_cmpuint(id_of(&f, 2), ==, 1);
	fake_close(&f);

	fifo.lifo = false;
	fake_open(&f, fifo);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 0, 0);
	expect(&f, 0, 0);
	add(&f, 1, 1);
	g_assert_cmpuint(id_of(&f, 1), ==, 1);
	fake_close(&f);
}

static void split_broken(void)
{
	struct fake f;

	fake_open(&f, split8);
	add(&f, 0, 2);
	virtqueue_publish(&f.v);
	use_split(&f, 1, 0); /* a descriptor, but no head */
	expect_broken(&f, VIRTQUEUE_ID);

	fake_open(&f, split8);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 0x10000000, 0);
	expect_broken(&f, VIRTQUEUE_ID);

	fake_open(&f, split8);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 0, WRITABLE + 1);
	expect_broken(&f, VIRTQUEUE_LENGTH);

	fake_open(&f, split8);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	used_of(&f)->idx = 2;
	expect_broken(&f, VIRTQUEUE_INDEX);

	/* Backwards. */
	fake_open(&f, split8);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	used_of(&f)->idx = 0xffff;
	expect_broken(&f, VIRTQUEUE_INDEX);

	/* Twice the same. */
	fake_open(&f, split8);
	add(&f, 0, 1);
	add(&f, 1, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 0, 0);
	expect(&f, 0, 0);
	use_split(&f, 0, 0);
	expect_broken(&f, VIRTQUEUE_ID);

	fake_open(&f, ordered(split8));
	add(&f, 0, 1);
	add(&f, 1, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 1, 0);
	expect_broken(&f, VIRTQUEUE_ORDER);
}

static void packed_broken(void)
{
	struct fake f;

	/* The wrap counter of the lap before. */
	fake_open(&f, packed7);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_packed_flags(&f, 0, 0, 1, 0);
	expect_broken(&f, VIRTQUEUE_WRAP);

	fake_open(&f, packed7);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_packed_flags(&f, 0, 0, 1, USED);
	expect_broken(&f, VIRTQUEUE_WRAP);

	/* Nothing was made available there. */
	fake_open(&f, packed7);
	use_packed(&f, 0, 0, 1);
	expect_broken(&f, VIRTQUEUE_ID);

	fake_open(&f, packed7);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_packed(&f, 6, 0, 1);
	expect_broken(&f, VIRTQUEUE_ID);

	fake_open(&f, packed7);
	add(&f, 0, 1);
	virtqueue_publish(&f.v);
	use_packed(&f, 0, WRITABLE + 1, 1);
	expect_broken(&f, VIRTQUEUE_LENGTH);

	fake_open(&f, ordered(packed7));
	add(&f, 0, 1);
	add(&f, 1, 1);
	virtqueue_publish(&f.v);
	use_packed(&f, 1, 0, 1);
	expect_broken(&f, VIRTQUEUE_ORDER);
}

/* One entry for three elements: those before it are completely used. */
static void batches(void)
{
	struct virtqueue_setup split = ordered(split8), packed = ordered(packed7);
	struct fake f;
	uint32_t i;

	split.batches = packed.batches = true;
	fake_open(&f, split);
	for (i = 0; i < 3; i++)
		add(&f, i, 1);
	virtqueue_publish(&f.v);
	used_of(&f)->ring[0] = (struct vring_used_elem){2, 5};
	used_of(&f)->idx = 3;
	expect(&f, 0, WRITABLE);
	expect(&f, 1, WRITABLE);
	expect(&f, 2, 5);
	expect_none(&f);
	g_assert_cmpuint(f.v.sums.entries, ==, 1);
	g_assert_cmpuint(f.v.sums.used, ==, 3);
	fake_close(&f);

	/* The index has to move by as many. */
	fake_open(&f, split);
	for (i = 0; i < 3; i++)
		add(&f, i, 1);
	virtqueue_publish(&f.v);
	use_split(&f, 2, 5);
	expect_broken(&f, VIRTQUEUE_INDEX);

	fake_open(&f, packed);
	add(&f, 0, 2);
	add(&f, 1, 2);
	virtqueue_publish(&f.v);
	use_packed(&f, 1, 7, 4);
	expect(&f, 0, 32);
	expect(&f, 1, 7);
	expect_none(&f);
	g_assert_cmpuint(f.v.last, ==, 4);
	fake_close(&f);
}

/* When the device says that it need not be notified, it is not. */
static void notifications(void)
{
	struct virtqueue_setup set = split8;
	struct vring_packed_desc_event *e;
	struct fake f;

	fake_open(&f, set);
	add(&f, 0, 1);
	g_assert_true(virtqueue_publish(&f.v));
	g_assert_false(virtqueue_publish(&f.v)); /* nothing new */
	used_of(&f)->flags = VRING_USED_F_NO_NOTIFY;
	add(&f, 1, 1);
	g_assert_false(virtqueue_publish(&f.v));
	fake_close(&f);

	set.event_idx = true;
	fake_open(&f, set);
	add(&f, 0, 1);
	g_assert_true(virtqueue_publish(&f.v)); /* the event is 0, which was just passed */
	add(&f, 1, 1);
	g_assert_false(virtqueue_publish(&f.v));
	fake_close(&f);

	fake_open(&f, packed7);
	e = memory_at(&f.memory, f.v.device);
	e->flags = VRING_PACKED_EVENT_FLAG_DISABLE;
	add(&f, 0, 1);
	g_assert_false(virtqueue_publish(&f.v));
	e->flags = VRING_PACKED_EVENT_FLAG_DESC;
	e->off_wrap = 2 | 1 << VRING_PACKED_EVENT_F_WRAP_CTR;
	add(&f, 1, 1);
	g_assert_false(virtqueue_publish(&f.v));
	add(&f, 2, 1);
	g_assert_true(virtqueue_publish(&f.v));
	fake_close(&f);
}

/* Six of seven descriptors used, so that the next two go around the ring's end. */
static void near_the_end(struct fake *f, uint16_t off_wrap)
{
	struct vring_packed_desc *d;
	struct vring_packed_desc_event *e;
	uint32_t i;

	fake_open(f, packed7);
	d = memory_at(&f->memory, f->v.desc);
	e = memory_at(&f->memory, f->v.device);
	for (i = 0; i < 6; i++) {
		add(f, i, 1);
		virtqueue_publish(&f->v);
		use_packed(f, d[i].id, 0, 1);
		expect(f, i, 0);
	}
	e->flags = VRING_PACKED_EVENT_FLAG_DESC;
	e->off_wrap = off_wrap;
	add(f, 0, 1);
	add(f, 1, 1);
}

static void notifications_around_the_end(void)
{
	const uint16_t first_lap = 1 << VRING_PACKED_EVENT_F_WRAP_CTR;
	const struct {
		uint16_t off_wrap;
		bool kick;
	} cases[] = {
		{3 | first_lap, false}, /* passed long ago */
		{5 | first_lap, false}, {6 | first_lap, true}, {0, true}, {1, false}, {3, false},
	};
	struct fake f;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		near_the_end(&f, cases[i].off_wrap);
		g_assert_cmpint(virtqueue_publish(&f.v), ==, cases[i].kick);
		fake_close(&f);
	}
}

static void refusals(void)
{
	struct virtqueue_setup set = split8;

	set.size = 12;
	g_assert_nonnull(virtqueue_refuse(&set));
	set.packed = true;
	g_assert_null(virtqueue_refuse(&set));
	set.chain = 13;
	g_assert_nonnull(virtqueue_refuse(&set));
	set.indirect = true;
	g_assert_null(virtqueue_refuse(&set));
	set.size = 32769;
	g_assert_nonnull(virtqueue_refuse(&set));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/virtqueue/split-laps", split_laps);
	g_test_add_func("/virtqueue/packed-laps", packed_laps);
	g_test_add_func("/virtqueue/reserved-length", packed_reserved_length);
	g_test_add_func("/virtqueue/split-in-order", split_in_order);
	g_test_add_func("/virtqueue/recycling", recycling);
	g_test_add_func("/virtqueue/split-broken", split_broken);
	g_test_add_func("/virtqueue/packed-broken", packed_broken);
	g_test_add_func("/virtqueue/batches", batches);
	g_test_add_func("/virtqueue/notifications", notifications);
	g_test_add_func("/virtqueue/notifications-around-the-end", notifications_around_the_end);
	g_test_add_func("/virtqueue/refusals", refusals);
	return g_test_run();
}
