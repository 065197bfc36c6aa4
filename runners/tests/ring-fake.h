/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_TESTS_RING_FAKE_H
#define VQLAB_TESTS_RING_FAKE_H

/* A device of a few lines behind the driver's rings, and what a driver expects of it. */
#include "runners/ring/virtqueue.h"

#include <linux/virtio_ring.h>
#include <string.h>

#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED (1u << VRING_PACKED_DESC_F_USED)
#define WRITABLE 64u

struct fake {
	struct memory memory;
	struct virtqueue v;
	uint32_t at; /* packed: where the next used descriptor goes */
	bool wrap;
	uint32_t avail; /* elements taken */
};

static inline void fake_open(struct fake *f, struct virtqueue_setup set)
{
	memset(f, 0, sizeof(*f));
	g_assert_true(memory_open(&f->memory, 64, NULL));
	g_assert_null(virtqueue_refuse(&set));
	virtqueue_init(&f->v, &set, &f->memory);
	g_assert_false(f->memory.exhausted);
	f->wrap = true;
}

static inline void fake_close(struct fake *f)
{
	virtqueue_free(&f->v);
	memory_close(&f->memory);
}

static inline void add(struct fake *f, uint32_t slot, uint32_t n)
{
	struct virtqueue_segment s[16];
	uint32_t i;

	g_assert_true(virtqueue_has_room(&f->v, n));
	for (i = 0; i < n; i++)
		s[i] = (struct virtqueue_segment){0x100000 + slot * 4096, WRITABLE / n,
						  i > 0 || n == 1};
	virtqueue_add(&f->v, s, n, slot);
}

static inline struct vring_used *used_of(struct fake *f)
{
	return memory_at(&f->memory, f->v.device);
}

/* The id of the element that was added @i-th, as the device reads it; split rings. */
static inline uint32_t id_of(struct fake *f, uint32_t i)
{
	struct vring_avail *a = memory_at(&f->memory, f->v.driver);

	return a->ring[i % f->v.set.size];
}

static inline void use_split(struct fake *f, uint32_t id, uint32_t len)
{
	struct vring_used *u = used_of(f);

	u->ring[u->idx % f->v.set.size] = (struct vring_used_elem){id, len};
	__atomic_store_n(&u->idx, u->idx + 1, __ATOMIC_RELEASE);
}

static inline void use_packed_flags(struct fake *f, uint32_t id, uint32_t len, uint32_t descs,
				    uint16_t flags)
{
	struct vring_packed_desc *d = memory_at(&f->memory, f->v.desc);

	d[f->at].id = id;
	d[f->at].len = len;
	d[f->at].flags = flags;
	f->at += descs;
	if (f->at >= f->v.set.size) {
		f->at -= f->v.set.size;
		f->wrap = !f->wrap;
	}
}

static inline void use_packed(struct fake *f, uint32_t id, uint32_t len, uint32_t descs)
{
	use_packed_flags(f, id, len, descs, f->wrap ? AVAIL | USED : 0);
}

static inline void expect(struct fake *f, uint32_t slot, uint32_t len)
{
	struct virtqueue_done done;

	g_assert_cmpint(virtqueue_get(&f->v, &done), ==, 1);
	g_assert_cmpuint(done.slot, ==, slot);
	g_assert_cmpuint(done.len, ==, len);
}

static inline void expect_none(struct fake *f)
{
	struct virtqueue_done done;

	g_assert_cmpint(virtqueue_get(&f->v, &done), ==, 0);
}

/* The device is caught at @rule, and stays caught. */
static inline void expect_broken(struct fake *f, enum virtqueue_rule rule)
{
	struct virtqueue_done done;
	g_autofree char *evidence = NULL;

	g_assert_cmpint(virtqueue_get(&f->v, &done), ==, -1);
	g_assert_cmpint(f->v.rule, ==, rule);
	g_assert_nonnull(f->v.broken);
	g_assert_cmpint(virtqueue_get(&f->v, &done), ==, -1);
	evidence = virtqueue_evidence(&f->v);
	g_assert_nonnull(strstr(evidence, "in flight"));
	fake_close(f);
}

static const struct virtqueue_setup split8 = {.size = 8, .chain = 8, .lifo = true};
static const struct virtqueue_setup packed7 = {.size = 7, .packed = true, .chain = 7, .lifo = true};

#endif
