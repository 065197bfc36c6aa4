/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_SLOTS_H
#define VQLAB_PROBES_BPF_SLOTS_H

#include <linux/types.h>

/*
 * What the programs note of queues and resets, in tables that the loader reads at the
 * end of a window (resets.c).  A slot is a cache line, the key first; 0: free.
 */
#define VQ_SLOT 64 /* bytes */

/*
 * What is known of a queue.  Each part of it holds as long as its generation is the
 * present one: until a reset, or a pause of the watch.  QEMU lets one thread at a time
 * work on a queue.
 */
struct vq_queue_slot {
	__u64 vq;     /* the key */
	__u64 caches; /* the VRingMemoryRegionCaches that the ring was read through */
	__u64 ring;   /* see struct flush in bpf/flush.bpf.h */
	__u32 flags;
	__u32 ring_generation;	/* of the four above and of used_idx */
	__u32 inuse_generation; /* in which QEMU's count in use was last sent */
	__u16 used_idx;
	/* With --light only, see bpf/light.bpf.h. */
	__u16 popped;		/* last_avail_idx, up to which pops have been sent */
	__u32 window;		/* in which popped was noted */
	__u32 avail_generation; /* of avail */
	__u32 anew_generation;	/* in which the queue was last seen to begin anew */
	__u64 avail;
};

/* A reset that was entered. */
struct vq_reset_slot {
	__u64 key; /* the device, or the VirtQueue that was reset alone */
	__u64 ts;
	__u32 generation, window;
};

_Static_assert(sizeof(struct vq_queue_slot) <= VQ_SLOT, "fits");
_Static_assert(sizeof(struct vq_reset_slot) <= VQ_SLOT, "fits");

#endif
