/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_MEMBERS_H
#define VQLAB_PROBES_TARGET_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/vqevent.h"

/* A member of one of QEMU's structs whose offset struct vq_layout has. */
struct vq_member {
	const char *type, *path; /* in QEMU: "VirtQueue", "vring.num" */
	size_t slot;		 /* where struct vq_layout has its offset */
	size_t size;		 /* of a member that lies in a span, in bytes; else 0 */
};

/* Those that debug information tells, in no order. */
#define VQ_MEMBERS 20
extern const struct vq_member vq_members[VQ_MEMBERS];

/* Where @layout has the offset of vq_members[@i]. */
__u32 *vq_member_offset(struct vq_layout *layout, size_t i);

/*
 * Turns @layout, whose (span) members count from the start of their struct, to
 * spans.  False if these are larger than the BPF programs can read at once.
 */
bool vq_layout_make_spans(struct vq_layout *layout);

#endif
