/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_TESTS_RING_BLK_H
#define VQLAB_TESTS_RING_BLK_H

/*
 * A whole device of a few lines: virtio-blk by MMIO behind a qtest socket, which breaks
 * one rule, once, at its element number AT; a thread of the test.
 */
#include "runners/ring/device.h"

#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT 100u
#define DISK (1u << 20)
#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED (1u << VRING_PACKED_DESC_F_USED)

enum fault {
	NO_FAULT,
	LAZY,	      /* none either, but it takes its time */
	SWAPPED,      /* with the one after it */
	ID_TWICE,     /* of the element before */
	ID_OUTSIDE,   /* no ring is so large */
	LEN_MORE,     /* than it may write */
	LEN_LESS,     /* than it has written */
	INDEX_AHEAD,  /* of all that is in flight */
	INDEX_BACK,   /* behind what was used already */
	WRAP_OLD,     /* flags of the lap before */
	WRAP_HALF,    /* flags of neither */
	DATA_FIRST,   /* the first word of a sector is another block's */
	DATA_LAST,    /* the last word */
	STATUS_NONE,  /* no status is written */
	STATUS_BAD,   /* an error's */
	WRITE_LOST,   /* none to the block of the first one is done */
	LOST,	      /* it never comes back */
	ASLEEP,	      /* it says that it looks, and does not */
	NO_INTERRUPT, /* from there on */
	WRITES_ON,    /* to its ring, when it has been reset */
	HANGS,	      /* nothing comes back from there on */
};

struct fake_blk {
	enum fault fault;
	struct memory *memory;
	int fd;
	GThread *thread;
	uint32_t regs[VIRTIO_MMIO_CONFIG / 4];
	uint8_t disk[DISK];
	uint32_t taken, used; /* elements */
	uint32_t at, to;      /* packed: next descriptor to take, to use */
	bool avail_wrap, used_wrap;
	bool dead, slept;
	unsigned int later; /* in how many accesses it serves; 0: nothing is to be served */
	uint32_t last_id;
	uint64_t bad_block;
	uint32_t held_id, held_len; /* SWAPPED: waits */
	uint32_t held_descs;
};

static inline void *fake_at(struct fake_blk *f, unsigned int low)
{
	return memory_at(f->memory, f->regs[low / 4] | (uint64_t)f->regs[low / 4 + 1] << 32);
}

static inline bool fake_is_packed(const struct fake_blk *f)
{
	return f->regs[VIRTIO_MMIO_DRIVER_FEATURES / 4] >> (VIRTIO_F_RING_PACKED - 32) & 1;
}

static inline uint32_t fake_size(const struct fake_blk *f)
{
	return f->regs[VIRTIO_MMIO_QUEUE_NUM / 4];
}

static inline void fake_use_packed(struct fake_blk *f, uint32_t id, uint32_t len, uint32_t descs)
{
	struct vring_packed_desc *d = fake_at(f, VIRTIO_MMIO_QUEUE_DESC_LOW);
	uint16_t flags = f->used_wrap ? AVAIL | USED : 0;

	d[f->to].id = id;
	d[f->to].len = len;
	if (f->used == AT && f->fault == WRAP_OLD)
		flags ^= AVAIL | USED;
	if (f->used == AT && f->fault == WRAP_HALF)
		flags = f->used_wrap ? USED : AVAIL;
	__atomic_store_n(&d[f->to].flags, flags, __ATOMIC_RELEASE);
	f->to += descs;
	if (f->to >= fake_size(f)) {
		f->to -= fake_size(f);
		f->used_wrap = !f->used_wrap;
	}
}

static inline void fake_use_split(struct fake_blk *f, uint32_t id, uint32_t len)
{
	struct vring_used *u = fake_at(f, VIRTIO_MMIO_QUEUE_USED_LOW);
	uint16_t idx = f->used + 1;

	u->ring[f->used % fake_size(f)] = (struct vring_used_elem){id, len};
	if (f->used == AT && f->fault == INDEX_AHEAD)
		idx += fake_size(f);
	if (f->used == AT && f->fault == INDEX_BACK)
		idx -= fake_size(f);
	/* The next would put it right. */
	f->dead = f->used == AT && (f->fault == INDEX_AHEAD || f->fault == INDEX_BACK);
	__atomic_store_n(&u->idx, idx, __ATOMIC_RELEASE);
}

static inline void fake_put(struct fake_blk *f, uint32_t id, uint32_t len, uint32_t descs)
{
	if (f->dead)
		return;
	if (f->fault == SWAPPED && f->used + 1 == AT && !f->held_descs) {
		f->held_id = id;
		f->held_len = len;
		f->held_descs = descs;
		return;
	}
	if (fake_is_packed(f))
		fake_use_packed(f, id, len, descs);
	else
		fake_use_split(f, id, len);
	f->used++;
	if (f->fault != NO_INTERRUPT || f->used < AT)
		f->regs[VIRTIO_MMIO_INTERRUPT_STATUS / 4] = VIRTIO_MMIO_INT_VRING;
	if (f->held_descs && f->used == AT) {
		f->used = AT;
		fake_put(f, f->held_id, f->held_len, f->held_descs);
	}
}

/* One request, of segments that are already found; the bytes written. */
static inline uint32_t fake_serve(struct fake_blk *f, uint8_t *const *data, const uint32_t *len,
				  uint32_t n)
{
	const struct virtio_blk_outhdr *h = (const void *)data[0];
	uint64_t offset = h->sector * 512;
	bool here = f->taken == AT, write = h->type == VIRTIO_BLK_T_OUT;
	uint32_t i, written = 1;

	if (!f->taken)
		f->bad_block = offset;
	for (i = 1; i + 1 < n; i++) {
		if (write && !(f->fault == WRITE_LOST && offset == f->bad_block))
			memcpy(f->disk + offset, data[i], len[i]);
		if (!write) {
			memcpy(data[i], f->disk + offset, len[i]);
			written += len[i];
		}
		offset += len[i];
	}
	if (here && f->fault == DATA_FIRST)
		data[1][512] ^= 0x10;
	if (here && f->fault == DATA_LAST)
		data[1][1023] ^= 0x10;
	if (!(here && f->fault == STATUS_NONE))
		*data[n - 1] =
			here && f->fault == STATUS_BAD ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
	return written;
}

static inline void fake_done(struct fake_blk *f, uint32_t id, uint32_t len, uint32_t descs)
{
	bool here = f->taken++ == AT;

	if (here && f->fault == LEN_MORE)
		len += 1 << 20;
	if (here && f->fault == LEN_LESS)
		len--;
	if (here && f->fault == ID_OUTSIDE)
		id += fake_size(f);
	if (here && f->fault == ID_TWICE)
		id = f->last_id;
	f->last_id = id;
	if (here && f->fault == HANGS)
		f->dead = true;
	if (here && f->fault == LOST)
		return;
	fake_put(f, id, len, descs);
}

#define MOST 16

static inline bool fake_take_split(struct fake_blk *f)
{
	struct vring_desc *d = fake_at(f, VIRTIO_MMIO_QUEUE_DESC_LOW);
	struct vring_avail *a = fake_at(f, VIRTIO_MMIO_QUEUE_AVAIL_LOW);
	uint32_t head, i, n = 0, len[MOST];
	uint8_t *data[MOST];

	if (__atomic_load_n(&a->idx, __ATOMIC_ACQUIRE) == (uint16_t)f->taken)
		return false;
	head = i = a->ring[f->taken % fake_size(f)];
	for (;; i = d[i].next) {
		data[n] = memory_at(f->memory, d[i].addr);
		len[n++] = d[i].len;
		if (!(d[i].flags & VRING_DESC_F_NEXT))
			break;
	}
	fake_done(f, head, fake_serve(f, data, len, n), 1);
	return true;
}

static inline bool fake_take_packed(struct fake_blk *f)
{
	struct vring_packed_desc *d = fake_at(f, VIRTIO_MMIO_QUEUE_DESC_LOW);
	uint32_t id, n = 0, len[MOST];
	uint8_t *data[MOST];
	uint16_t flags;

	flags = __atomic_load_n(&d[f->at].flags, __ATOMIC_ACQUIRE);
	if ((flags & (AVAIL | USED)) != (f->avail_wrap ? AVAIL : USED))
		return false;
	do {
		flags = d[f->at].flags;
		data[n] = memory_at(f->memory, d[f->at].addr);
		len[n++] = d[f->at].len;
		id = d[f->at].id;
		if (++f->at == fake_size(f)) {
			f->at = 0;
			f->avail_wrap = !f->avail_wrap;
		}
	} while (flags & VRING_DESC_F_NEXT);
	fake_done(f, id, fake_serve(f, data, len, n), n);
	return true;
}

/* Says that it looks by itself and needs no notification, or that it does. */
static inline void fake_say_awake(struct fake_blk *f, bool awake)
{
	struct vring_used *u = fake_at(f, VIRTIO_MMIO_QUEUE_USED_LOW);
	struct vring_packed_desc_event *e = (void *)u;

	if (fake_is_packed(f))
		e->flags = awake ? VRING_PACKED_EVENT_FLAG_DISABLE : VRING_PACKED_EVENT_FLAG_ENABLE;
	else
		u->flags = awake ? VRING_USED_F_NO_NOTIFY : 0;
}

static inline void fake_notified(struct fake_blk *f)
{
	if (f->slept)
		fake_say_awake(f, false);
	while ((fake_is_packed(f) ? fake_take_packed : fake_take_split)(f)) {
		if (f->fault != ASLEEP || f->slept || f->taken != AT)
			continue;
		fake_say_awake(f, true);
		f->slept = true;
		return;
	}
}

/* It serves after some more accesses, or when there is none for a millisecond. */
static inline bool fake_is_lazy(const struct fake_blk *f)
{
	return f->fault == LAZY || f->fault == NO_INTERRUPT;
}

static inline void fake_reset(struct fake_blk *f)
{
	f->taken = f->used = f->at = f->to = f->held_descs = 0;
	f->avail_wrap = f->used_wrap = true;
	f->dead = f->slept = false;
	f->later = 0;
	f->regs[VIRTIO_MMIO_INTERRUPT_STATUS / 4] = 0;
}

static inline void fake_write(struct fake_blk *f, uint32_t reg, uint32_t value)
{
	f->regs[reg / 4] = value;
	if (reg == VIRTIO_MMIO_QUEUE_NOTIFY && fake_is_lazy(f))
		f->later = 8;
	else if (reg == VIRTIO_MMIO_QUEUE_NOTIFY)
		fake_notified(f);
	if (reg == VIRTIO_MMIO_INTERRUPT_ACK)
		f->regs[VIRTIO_MMIO_INTERRUPT_STATUS / 4] &= ~value;
	if (reg == VIRTIO_MMIO_STATUS && !value)
		fake_reset(f);
}

/* Its ring's index of used elements, or the length that its first descriptor has. */
static inline void fake_write_on(struct fake_blk *f)
{
	uint8_t *ring = fake_is_packed(f) ? fake_at(f, VIRTIO_MMIO_QUEUE_DESC_LOW)
					  : fake_at(f, VIRTIO_MMIO_QUEUE_USED_LOW);
	unsigned int i;

	for (i = 0; i < 50; i++) {
		ring[fake_is_packed(f) ? 8 : 2]++;
		g_usleep(100);
	}
}

static inline uint32_t fake_read(const struct fake_blk *f, uint32_t reg)
{
	uint64_t features = 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_RING_PACKED |
			    1ull << VIRTIO_F_IN_ORDER;

	switch (reg) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return 0x74726976;
	case VIRTIO_MMIO_VERSION:
		return 2;
	case VIRTIO_MMIO_DEVICE_ID:
		return VIRTIO_ID_BLOCK;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return features >> (f->regs[VIRTIO_MMIO_DEVICE_FEATURES_SEL / 4] ? 32 : 0);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return 1024;
	}
	if (reg >= VIRTIO_MMIO_CONFIG)
		return reg < VIRTIO_MMIO_CONFIG + 8
			       ? (uint64_t)(DISK / 512) >> 8 * (reg - VIRTIO_MMIO_CONFIG) & 0xff
			       : 0;
	return f->regs[reg / 4];
}

/* For the next access: true. */
static inline bool fake_waits(struct fake_blk *f)
{
	struct pollfd p = {.fd = f->fd, .events = POLLIN};

	if (f->later && (--f->later == 0 || poll(&p, 1, 1) == 0)) {
		f->later = 0;
		fake_notified(f);
	}
	return true;
}

/* Answers until the test closes its end. */
static gpointer fake_run(gpointer data)
{
	struct fake_blk *f = data;
	FILE *in = fdopen(dup(f->fd), "r");
	char line[128], reply[64];
	unsigned int reg, value;

	while (fake_waits(f) && fgets(line, sizeof(line), in)) {
		g_strlcpy(reply, "OK\n", sizeof(reply));
		if (sscanf(line, "writel %x %x", &reg, &value) == 2) {
			fake_write(f, reg, value);
		} else if (sscanf(line, "read%*c %x", &reg) == 1) {
			snprintf(reply, sizeof(reply), "OK 0x%x\n", fake_read(f, reg));
		}
		if (send(f->fd, reply, strlen(reply), MSG_NOSIGNAL) < 0)
			break;
		if (f->fault == WRITES_ON && f->regs[VIRTIO_MMIO_QUEUE_NUM / 4] &&
		    sscanf(line, "readl %x", &reg) == 1 && reg == VIRTIO_MMIO_STATUS &&
		    !f->regs[reg / 4])
			fake_write_on(f);
	}
	fclose(in);
	return NULL;
}

/* Starts it; the test's end of the socket. */
static inline int fake_start(struct fake_blk *f, enum fault fault, struct memory *memory)
{
	uint64_t at, block;
	int fd[2];

	memset(f, 0, sizeof(*f));
	f->fault = fault;
	f->memory = memory;
	f->avail_wrap = f->used_wrap = true;
	for (at = 0; at < DISK; at += 8) {
		block = at & ~4095ull;
		memcpy(f->disk + at, &block, 8);
	}
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), ==, 0);
	f->fd = fd[1];
	f->thread = g_thread_new("fake", fake_run, f);
	return fd[0];
}

#endif
