// SPDX-License-Identifier: GPL-2.0-or-later
/* Split virtqueues, the driver's side (virtio 1.3, 2.7). */
#include "virtqueue.h"

#include <linux/virtio_ring.h>

static struct vring_desc *table(const struct virtqueue *v)
{
	return memory_at(v->memory, v->desc);
}

static struct vring_avail *avail_ring(const struct virtqueue *v)
{
	return memory_at(v->memory, v->driver);
}

static struct vring_used *used_ring(const struct virtqueue *v)
{
	return memory_at(v->memory, v->device);
}

/* Behind the avail ring: when the device shall interrupt. */
static uint16_t *used_event(const struct virtqueue *v)
{
	return &avail_ring(v)->ring[v->set.size];
}

/* Behind the used ring: when it wants to be notified. */
static uint16_t *avail_event(const struct virtqueue *v)
{
	return (uint16_t *)&used_ring(v)->ring[v->set.size];
}

/* With event indices the flags must be 0 (2.7.7.1). */
void split_set_interrupts(struct virtqueue *v)
{
	bool suppress = !v->set.interrupts && !v->set.event_idx;

	__atomic_store_n(&avail_ring(v)->flags, suppress ? VRING_AVAIL_F_NO_INTERRUPT : 0,
			 __ATOMIC_RELAXED);
}

void split_init(struct virtqueue *v)
{
	split_set_interrupts(v);
}

static void write_segment(struct vring_desc *d, const struct virtqueue_segment *s)
{
	d->addr = s->address;
	d->len = s->len;
	d->flags = s->device_writes ? VRING_DESC_F_WRITE : 0;
}

/* The descriptor after @i in a chain: in order, all are used in turn (2.7.9). */
static uint32_t take_descriptor(struct virtqueue *v)
{
	if (!v->set.in_order)
		return virtqueue_take_free(v);
	return v->sequential++ & (v->set.size - 1);
}

static uint32_t add_direct(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n)
{
	uint32_t head = take_descriptor(v), d = head, i;

	for (i = 0; i < n; i++) {
		write_segment(&table(v)[d], &s[i]);
		if (i + 1 == n)
			break;
		table(v)[d].flags |= VRING_DESC_F_NEXT;
		/* Shadow of the chain: for when it is freed. */
		v->next_free[d] = take_descriptor(v);
		table(v)[d].next = v->next_free[d];
		d = v->next_free[d];
	}
	return head;
}

static uint32_t add_indirect(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n)
{
	uint32_t head = take_descriptor(v), i;
	uint64_t address = v->indirect + (uint64_t)head * v->set.chain * sizeof(struct vring_desc);
	struct vring_desc *t = memory_at(v->memory, address);

	for (i = 0; i < n; i++) {
		write_segment(&t[i], &s[i]);
		if (i + 1 < n) {
			t[i].flags |= VRING_DESC_F_NEXT;
			t[i].next = i + 1;
		}
	}
	table(v)[head] = (struct vring_desc){address, n * sizeof(*t), VRING_DESC_F_INDIRECT, 0};
	return head;
}

void split_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
	       struct virtqueue_elem *e)
{
	uint32_t head = v->set.indirect ? add_indirect(v, s, n) : add_direct(v, s, n);

	v->elems[head] = *e;
	avail_ring(v)->ring[v->avail & (v->set.size - 1)] = head;
	v->avail++;
	v->sums.device_read += sizeof(uint16_t);
	virtqueue_launch(v, head, head, v->set.indirect ? 1 : n);
}

bool split_publish(struct virtqueue *v)
{
	struct vring_avail *avail = avail_ring(v);
	uint16_t old = v->avail - v->pending;

	if (v->set.event_idx)
		/* Without interrupts: so far ahead that it is not reached. */
		__atomic_store_n(used_event(v), v->set.interrupts ? v->last : v->last + 0x7fff,
				 __ATOMIC_RELAXED);
	__atomic_store_n(&avail->idx, (uint16_t)v->avail, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	v->sums.device_read += sizeof(uint16_t);
	if (v->set.event_idx)
		return vring_need_event(__atomic_load_n(avail_event(v), __ATOMIC_RELAXED), v->avail,
					old);
	return !(__atomic_load_n(&used_ring(v)->flags, __ATOMIC_RELAXED) & VRING_USED_F_NO_NOTIFY);
}

/* Elements that the used index is ahead. */
uint32_t split_ready(const struct virtqueue *v)
{
	return (uint16_t)(v->seen - v->last);
}

int split_look(struct virtqueue *v, uint32_t *id, uint32_t *len)
{
	const struct vring_used_elem *entry;
	uint16_t now;

	if (split_ready(v) == 0) {
		now = __atomic_load_n(&used_ring(v)->idx, __ATOMIC_ACQUIRE);
		if (now == v->seen)
			return 0;
		v->sums.index_moves++;
		v->sums.device_written += sizeof(uint16_t);
		if ((uint16_t)(now - v->seen) > v->in_flight)
			return virtqueue_break(
				v, VIRTQUEUE_INDEX,
				"the used index moved from %u to %u with %u in flight", v->seen,
				now, v->in_flight);
		v->seen = now;
	}
	entry = &used_ring(v)->ring[v->last & (v->set.size - 1)];
	*id = __atomic_load_n(&entry->id, __ATOMIC_RELAXED);
	*len = __atomic_load_n(&entry->len, __ATOMIC_RELAXED);
	v->sums.device_written += sizeof(*entry);
	return 1;
}

bool split_arm(struct virtqueue *v)
{
	if (v->set.event_idx)
		__atomic_store_n(used_event(v), v->last, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&used_ring(v)->idx, __ATOMIC_RELAXED) == (uint16_t)v->last;
}

void split_release(struct virtqueue *v, uint32_t id)
{
	const struct virtqueue_elem *e = &v->elems[id];
	uint32_t tail = e->first, i;

	v->last++;
	if (v->set.in_order)
		return;
	for (i = 1; i < e->descs; i++)
		tail = v->next_free[tail];
	virtqueue_give_free(v, e->first, tail);
}
