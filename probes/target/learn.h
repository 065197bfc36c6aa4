/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_LEARN_H
#define VQLAB_PROBES_TARGET_LEARN_H

#include <stdbool.h>

#include <glib.h>

#include "target.h"
#include "probes/vqevent.h"

/*
 * Struct offsets without debug information: learnt from what QEMU's own code
 * does with its structs.
 *
 * A copy of the binary's code is run in an emulated CPU (unicorn) that has no
 * access to anything but that copy and a made-up world: a VirtIODevice, a
 * VirtQueue and a VirtQueueElement.  Each call is a small experiment, and each
 * offset is that memory, and only that memory, which makes the difference:
 *
 *	virtio_get_queue	VirtIODevice.vq, and the size of a VirtQueue
 *	virtio_get_queue_index	VirtQueue.queue_index
 *	virtio_queue_get_num	VirtQueue.vring.num
 *	virtio_queue_get_last_avail_idx
 *				guest_features, last_avail_idx, used_idx,
 *				used_wrap_counter
 *	virtqueue_rewind	VirtQueue.inuse and .vdev
 *	virtqueue_detach_element
 *				VirtQueueElement.ndescs
 *	virtqueue_fill, split	VirtQueueElement.index, VirtQueue.vring.caches, the
 *				caches' used.ptr
 *	fill and flush, packed	the caches' desc.ptr, and so avail.ptr
 *	object_get_typename	the way from an object to the name of its type
 *
 * In the made-up world every pointer leads to an object of its own, so that the
 * address of an access says by which pointers it was reached.
 */

/*
 * Fills in @layout, but for the members that DWARF alone tells, which become 0:
 * a device's id is found in another way, see target.c.
 * False with @error when the binary lacks one of these functions, or when one
 * did something else than expected; nothing is assumed then.
 */
bool vq_layout_learn(struct vq_target *t, struct vq_layout *layout, GError **error);

#endif
