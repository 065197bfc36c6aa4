// SPDX-License-Identifier: GPL-2.0-or-later
/* Packed virtqueues, the driver's side (virtio 1.3, 2.8). */
#include "virtqueue.h"

#include <linux/virtio_ring.h>
#include <string.h>

#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED (1u << VRING_PACKED_DESC_F_USED)

static struct vring_packed_desc *ring(const struct virtqueue *v)
{
	return memory_at(v->memory, v->desc);
}

static struct vring_packed_desc_event *event(const struct virtqueue *v, uint64_t address)
{
	return memory_at(v->memory, address);
}

/* Wants interrupts from the next used descriptor on (2.8.10). */
static void ask_from_next(struct virtqueue *v)
{
	event(v, v->driver)->off_wrap = v->last | v->used_wrap << VRING_PACKED_EVENT_F_WRAP_CTR;
	__atomic_store_n(&event(v, v->driver)->flags, VRING_PACKED_EVENT_FLAG_DESC,
			 __ATOMIC_RELEASE);
}

void packed_set_interrupts(struct virtqueue *v)
{
	uint16_t flags = v->set.interrupts ? VRING_PACKED_EVENT_FLAG_ENABLE
					   : VRING_PACKED_EVENT_FLAG_DISABLE;

	__atomic_store_n(&event(v, v->driver)->flags, flags, __ATOMIC_RELAXED);
}

void packed_init(struct virtqueue *v)
{
	v->avail_wrap = v->used_wrap = v->idle = true;
	v->flags = g_new0(uint16_t, v->set.size);
	v->held = VIRTQUEUE_NONE;
	packed_set_interrupts(v);
}

/* Writes all but the flags of the next descriptor, and returns these. */
static uint16_t write_desc(struct virtqueue *v, uint64_t address, uint32_t len, uint16_t id,
			   uint16_t flags)
{
	struct vring_packed_desc *d = &ring(v)[v->avail];

	d->addr = address;
	d->len = len;
	d->id = id;
	return flags | (v->avail_wrap ? AVAIL : USED);
}

/*
 * The device takes descriptors in turn, so the first of all that are added is shown
 * last, by publish, and the others may be seen when they are written.
 */
static void show_desc(struct virtqueue *v, uint16_t flags)
{
	v->flags[v->avail] = flags;
	if (v->held == VIRTQUEUE_NONE) {
		v->held = v->avail;
		v->held_flags = flags;
	} else {
		__atomic_store_n(&ring(v)[v->avail].flags, flags, __ATOMIC_RELEASE);
	}
	if (++v->avail == v->set.size) {
		v->avail = 0;
		v->avail_wrap = !v->avail_wrap;
	}
}

static void add_indirect(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
			 uint32_t id)
{
	uint64_t address =
		v->indirect + (uint64_t)id * v->set.chain * sizeof(struct vring_packed_desc);
	struct vring_packed_desc *t = memory_at(v->memory, address);
	uint32_t i;

	for (i = 0; i < n; i++)
		t[i] = (struct vring_packed_desc){s[i].address, s[i].len, 0,
						  s[i].device_writes ? VRING_DESC_F_WRITE : 0};
	show_desc(v, write_desc(v, address, n * sizeof(*t), id, VRING_DESC_F_INDIRECT));
}

static void add_direct(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
		       uint32_t id)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint16_t flags = (s[i].device_writes ? VRING_DESC_F_WRITE : 0) |
				 (i + 1 < n ? VRING_DESC_F_NEXT : 0);

		show_desc(v, write_desc(v, s[i].address, s[i].len, id, flags));
	}
}

void packed_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
		struct virtqueue_elem *e)
{
	uint32_t id = virtqueue_take_free(v), first = v->avail;

	v->elems[id] = *e;
	if (v->held == VIRTQUEUE_NONE)
		v->published_from = v->avail;
	if (v->set.indirect)
		add_indirect(v, s, n, id);
	else
		add_direct(v, s, n, id);
	virtqueue_launch(v, id, first, v->set.indirect ? 1 : n);
}

/* Is the place that the device named among those from published_from to avail? */
static bool wants_event(const struct virtqueue *v, uint16_t off_wrap)
{
	uint16_t at = off_wrap & ~(1u << VRING_PACKED_EVENT_F_WRAP_CTR);
	bool wrap = off_wrap >> VRING_PACKED_EVENT_F_WRAP_CTR;
	uint16_t new = v->avail, old = v->published_from;

	if (old >= new)
		old -= v->set.size;
	if (wrap != v->avail_wrap)
		at -= v->set.size;
	return vring_need_event(at, new, old);
}

bool packed_publish(struct virtqueue *v)
{
	struct vring_packed_desc_event *want = event(v, v->device);
	uint16_t flags;

	if (v->set.interrupts && v->set.event_idx)
		ask_from_next(v);
	__atomic_store_n(&ring(v)[v->held].flags, v->held_flags, __ATOMIC_RELEASE);
	v->held = VIRTQUEUE_NONE;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	flags = __atomic_load_n(&want->flags, __ATOMIC_RELAXED) & 3;
	if (flags != VRING_PACKED_EVENT_FLAG_DESC)
		return flags == VRING_PACKED_EVENT_FLAG_ENABLE;
	return wants_event(v, __atomic_load_n(&want->off_wrap, __ATOMIC_RELAXED));
}

int packed_look(struct virtqueue *v, uint32_t *id, uint32_t *len)
{
	const struct vring_packed_desc *d = &ring(v)[v->last];
	uint16_t flags = __atomic_load_n(&d->flags, __ATOMIC_ACQUIRE);
	uint16_t both = v->used_wrap ? AVAIL | USED : 0;

	if (flags == v->flags[v->last] || v->last == v->held) {
		v->idle = true;
		return 0;
	}
	if ((flags & (AVAIL | USED)) != both)
		return virtqueue_break(
			v, VIRTQUEUE_WRAP,
			"descriptor %u has flags 0x%04x; the driver left 0x%04x, and "
			"the used wrap counter is %d",
			v->last, flags, v->flags[v->last], v->used_wrap);
	v->sums.index_moves += v->idle;
	v->idle = false;
	v->flags[v->last] = flags;
	*id = __atomic_load_n(&d->id, __ATOMIC_RELAXED);
	*len = __atomic_load_n(&d->len, __ATOMIC_RELAXED);
	/* Where nothing was written the length is reserved, and ignored (virtio 1.3, 2.8.4). */
	if (!(flags & VRING_DESC_F_WRITE) && *id < v->set.size && !v->elems[*id].writable)
		*len = 0;
	/* Length, id and flags; the address stays. */
	v->sums.device_written += sizeof(d->len) + sizeof(d->id) + sizeof(d->flags);
	return 1;
}

bool packed_arm(struct virtqueue *v)
{
	if (v->set.event_idx)
		ask_from_next(v);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&ring(v)[v->last].flags, __ATOMIC_RELAXED) == v->flags[v->last] ||
	       v->last == v->held;
}

void packed_release(struct virtqueue *v, uint32_t id)
{
	v->last += v->elems[id].descs;
	if (v->last >= v->set.size) {
		v->last -= v->set.size;
		v->used_wrap = !v->used_wrap;
	}
	virtqueue_give_free(v, id, id);
}
