// SPDX-License-Identifier: GPL-2.0-or-later
/* The members of QEMU's structs that are needed, and the spans that hold them. */
#include <glib.h>
#include <string.h>

#include "members.h"

const struct vq_member vq_members[VQ_MEMBERS] = {
#define SPAN(type, path, field, size)                                                              \
	{                                                                                          \
		type, path, offsetof(struct vq_layout, field), size                                \
	}
#define WANT(type, path, field) SPAN(type, path, field, 0)
	SPAN("VirtQueue", "vring.num", vq_num, 4),
	SPAN("VirtQueue", "vring.caches", vq_caches, 8),
	SPAN("VirtQueue", "last_avail_idx", vq_last_avail_idx, 2),
	SPAN("VirtQueue", "used_idx", vq_used_idx, 2),
	SPAN("VirtQueue", "used_wrap_counter", vq_used_wrap, 1),
	SPAN("VirtQueue", "inuse", vq_inuse, 4),
	SPAN("VirtQueue", "vdev", vq_vdev, 8),
	WANT("VirtQueue", "queue_index", vq_queue_index),
	SPAN("VirtQueueElement", "index", elem_index, 4),
	SPAN("VirtQueueElement", "ndescs", elem_ndescs, 4),
	WANT("VRingMemoryRegionCaches", "used.ptr", caches_used_ptr),
	WANT("VRingMemoryRegionCaches", "desc.ptr", caches_desc_ptr),
	WANT("VRingMemoryRegionCaches", "avail.ptr", caches_avail_ptr),
	WANT("VirtIODevice", "name", vdev_name),
	WANT("VirtIODevice", "guest_features", vdev_features),
	WANT("VirtIODevice", "vq", vdev_vq),
	WANT("VirtIODevice", "parent_obj.id", vdev_id),
	WANT("VirtIODevice", "parent_obj.parent_bus", vdev_bus),
	WANT("BusState", "parent", bus_parent),
	WANT("DeviceState", "id", dev_id),
};

__u32 *vq_member_offset(struct vq_layout *layout, size_t i)
{
	return (__u32 *)((char *)layout + vq_members[i].slot);
}

/* The part of @type that holds all of its span members, at most @max bytes; these
 * then count from its start. */
static bool make_span(struct vq_layout *layout, const char *type, __u32 *start, __u32 *size,
		      __u32 max)
{
	__u32 first = ~0u, end = 0;

	for (size_t i = 0; i < VQ_MEMBERS; i++) {
		if (!vq_members[i].size || strcmp(vq_members[i].type, type))
			continue;
		first = MIN(first, *vq_member_offset(layout, i) & ~7u);
		end = MAX(end, *vq_member_offset(layout, i) + vq_members[i].size);
	}
	for (size_t i = 0; i < VQ_MEMBERS; i++)
		if (vq_members[i].size && !strcmp(vq_members[i].type, type))
			*vq_member_offset(layout, i) -= first;
	*start = first;
	*size = (end - first + 7) & ~7u;
	return *size <= max;
}

bool vq_layout_make_spans(struct vq_layout *layout)
{
	return make_span(layout, "VirtQueue", &layout->vq_start, &layout->vq_size, VQ_SPAN_MAX) &&
	       make_span(layout, "VirtQueueElement", &layout->elem_start, &layout->elem_size,
			 VQ_ELEM_SPAN_MAX);
}
