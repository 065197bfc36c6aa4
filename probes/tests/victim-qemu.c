// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's functions on a virtqueue: those that vqprobe probes, and those that
 * learn.h names.
 */
#include <string.h>

#include "victim.h"

#define PROBED __attribute__((noipa, noinline))

/* As where a buffer or a ring is in the memory of a device. */
static inline void nest(VirtQueue *vq)
{
	if (vq->nest)
		vq->nest(vq);
}

PROBED VirtQueue *virtio_get_queue(VirtIODevice *vdev, int n)
{
	return vdev->vq + n;
}

PROBED uint16_t virtio_get_queue_index(VirtQueue *vq)
{
	return vq->queue_index;
}

PROBED int virtio_queue_get_num(VirtIODevice *vdev, int n)
{
	return vdev->vq[n].vring.num;
}

PROBED unsigned virtio_queue_get_last_avail_idx(VirtIODevice *vdev, int n)
{
	VirtQueue *vq = &vdev->vq[n];

	if (!has_feature(vdev, 34))
		return vq->last_avail_idx;
	return vq->last_avail_idx | vq->avail_wrap << 15 | vq->used_idx << 16 |
	       (unsigned)vq->used_wrap_counter << 31;
}

PROBED const char *object_get_typename(const Object *obj)
{
	return obj->class->type->name;
}

/* Where the avail index starts again. */
static unsigned lap(const VirtQueue *vq)
{
	return is_packed(vq) ? vq->vring.num : 65536;
}

static inline void *take_next(VirtQueue *vq)
{
	VirtQueueElement *elem = vq->next;

	vq->next = NULL;
	if (!elem)
		return NULL;
	vq->inuse += elem->ndescs;
	if (vq->last_avail_idx + elem->ndescs >= lap(vq))
		vq->avail_wrap = !vq->avail_wrap;
	vq->last_avail_idx = (vq->last_avail_idx + elem->ndescs) % lap(vq);
	return elem;
}

static __attribute__((noinline)) void *nest_and_take(VirtQueue *vq)
{
	nest(vq);
	return take_next(vq);
}

/* It does not begin with a push, so that a probe has to look for a better place. */
PROBED void *virtqueue_pop(VirtQueue *vq, size_t sz)
{
	return vq->nest ? nest_and_take(vq) : take_next(vq);
}

static void write_used(VirtQueue *vq, unsigned at, unsigned id, unsigned len)
{
	bool wrap = vq->used_wrap_counter;

	at += vq->used_idx;
	if (is_packed(vq)) {
		uint16_t id16 = id, flags;
		uint8_t *d;

		if (at >= vq->vring.num) {
			at -= vq->vring.num;
			wrap = !wrap;
		}
		d = vq->vring.caches->desc.ptr + 16 * at;
		flags = wrap ? 1 << 7 | 1 << 15 : 0;
		memcpy(d + 8, &len, 4);
		memcpy(d + 12, &id16, 2);
		memcpy(d + 14, &flags, 2);
	} else {
		uint8_t *d = vq->vring.caches->used.ptr + 4 + 8 * (at % vq->vring.num);

		memcpy(d, &id, 4);
		memcpy(d + 4, &len, 4);
	}
}

/* In order, the records know; else as QEMU does. */
PROBED void virtqueue_fill(VirtQueue *vq, const VirtQueueElement *elem, unsigned len, unsigned idx)
{
	nest(vq);
	if (is_in_order(vq))
		return;
	if (is_packed(vq)) {
		vq->used_elems[idx] = *elem;
		vq->used_elems[idx].len = len;
	} else {
		write_used(vq, idx, elem->index, len);
	}
}

PROBED void virtqueue_detach_element(VirtQueue *vq, const VirtQueueElement *elem, unsigned len)
{
	vq->inuse -= elem->ndescs;
}

static void avail_back(VirtQueue *vq, unsigned n)
{
	if (n > vq->last_avail_idx)
		vq->avail_wrap = !vq->avail_wrap;
	vq->last_avail_idx = (vq->last_avail_idx + lap(vq) - n) % lap(vq);
}

PROBED void virtqueue_unpop(VirtQueue *vq, const VirtQueueElement *elem, unsigned len)
{
	avail_back(vq, elem->ndescs);
	virtqueue_detach_element(vq, elem, len); /* as QEMU does */
}

PROBED bool virtqueue_rewind(VirtQueue *vq, unsigned num)
{
	if (num > vq->inuse)
		return false;
	vq->inuse -= num;
	avail_back(vq, num);
	return true;
}

PROBED void virtio_reset(void *opaque)
{
	VirtIODevice *vdev = opaque;
	VirtQueue *vq = &vdev->vq[vdev->number];

	drain_and_move(vq);
	vq->inuse = 0;
	vq->last_avail_idx = 0;
	vq->used_idx = 0;
	vq->used_wrap_counter = vq->avail_wrap = true;
}

/*
 * Publishes vq->pending[0..n), which is in order what QEMU would find; out of
 * order fill has left it in the ring or, if packed, in used_elems.  A device that is
 * forced to order knows better than its caller how many these are.
 */
PROBED void virtqueue_flush(VirtQueue *vq, unsigned count)
{
	bool packed = is_packed(vq), in_order = is_in_order(vq);
	unsigned slots = 0, n = vq->vdev->forced ? vq->n_due : count;

	nest(vq);
	if (vq->vdev->broken) {
		vq->inuse -= n;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned ndescs = 1;

		if (in_order) {
			struct record *r = rec(vq, vq->pending[i]);

			write_used(vq, slots, r->id, r->len);
			ndescs = r->ndescs;
		} else if (packed) {
			VirtQueueElement *e = &vq->used_elems[i];

			write_used(vq, slots, e->index, e->len);
			ndescs = e->ndescs;
		}
		slots += packed ? ndescs : 1;
		vq->inuse -= ndescs;
	}
	vq->used_idx += slots;
	if (packed && vq->used_idx >= vq->vring.num) {
		vq->used_idx -= vq->vring.num;
		vq->used_wrap_counter = !vq->used_wrap_counter;
	}
}
