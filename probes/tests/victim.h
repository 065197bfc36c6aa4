/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio device that is none: QEMU's names for structs and functions, as far
 * as vqprobe looks at them, over rings in memory.  The structs are laid out
 * unlike QEMU's, so that only offsets from the debug information, or from what
 * the functions do, can be right.  victim.c is what makes it work.
 */
#ifndef VQLAB_PROBES_TESTS_VICTIM_H
#define VQLAB_PROBES_TESTS_VICTIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDS 131072u

typedef struct TypeImpl {
	long padding[3];
	const char *name;
} TypeImpl;
typedef struct ObjectClass {
	long padding;
	TypeImpl *type;
} ObjectClass;
typedef struct Object {
	int refs;
	ObjectClass *class;
} Object;
typedef struct DeviceState DeviceState;
typedef struct BusState {
	Object obj;
	long padding;
	DeviceState *parent;
} BusState;
struct DeviceState {
	Object parent_obj;
	long padding[3];
	BusState *parent_bus;
	char *id;
	char *canonical_path;
};
typedef struct VirtQueue VirtQueue;
typedef struct VirtIODevice {
	DeviceState parent_obj;
	char padding[300];
	/* anonymous, as in QEMU 10.2 */
	union {
		uint64_t guest_features;
		uint64_t guest_features_ex[2];
	};
	const char *name;
	VirtQueue *vq; /* of all devices: of each one only the queue at its number */
	unsigned number;
	bool broken; /* it publishes nothing any more */
	bool forced; /* it completes in order, although that was not negotiated */
} VirtIODevice;
typedef struct MemoryRegionCache {
	long padding;
	uint8_t *ptr;
} MemoryRegionCache;
typedef struct VRingMemoryRegionCaches {
	MemoryRegionCache used, avail, desc;
} VRingMemoryRegionCaches;
typedef struct VRing {
	long padding;
	VRingMemoryRegionCaches *caches;
	unsigned int num;
} VRing;
typedef struct VirtQueueElement {
	long padding;
	unsigned int ndescs, len, index;
} VirtQueueElement;
struct VirtQueue {
	bool used_wrap_counter;
	uint16_t used_idx;
	unsigned int inuse;
	VirtIODevice *vdev;
	uint16_t queue_index;
	VRing vring;

	VirtQueueElement *used_elems;
	uint16_t last_avail_idx; /* the next to be popped; packed: a descriptor */

	/* Not as in QEMU: what the victim works with. */
	uint64_t random;
	uint16_t *free_id; /* a stack */
	unsigned n_free;
	bool avail_wrap;
	VirtQueueElement *next;
	/* The latest elements, by seq modulo RECORDS: all that are outstanding. */
	struct record {
		VirtQueueElement *elem;
		unsigned len, id, ndescs;
		bool filled, gone, published;
	} * rec;
	uint64_t n, frontier, unpublished;
	uint64_t *pending; /* seqs filled and not flushed, in that order */
	unsigned n_pending;
	unsigned n_due;		     /* of those, what the next flush publishes */
	unsigned n_new;		     /* filled since the last flush */
	bool low;		     /* on lower stacks only */
	bool nests;		     /* with calls within calls */
	bool over;		     /* a flush lasts from one watch into the next */
	void (*nest)(VirtQueue *vq); /* called within the next call, if not NULL */
	/* The truth. */
	uint64_t pops, fills, flushes, published, unpopped, detached, stashed, stash_max,
		violations, dropped, resets, nested, events; /* that vqprobe should see */
	uint64_t *depth, *stash, *batch, null_pops;
};

void *virtqueue_pop(VirtQueue *vq, size_t sz);
void virtqueue_fill(VirtQueue *vq, const VirtQueueElement *elem, unsigned len, unsigned idx);
void virtqueue_flush(VirtQueue *vq, unsigned count);
void virtqueue_unpop(VirtQueue *vq, const VirtQueueElement *elem, unsigned len);
void virtqueue_detach_element(VirtQueue *vq, const VirtQueueElement *elem, unsigned len);
bool virtqueue_rewind(VirtQueue *vq, unsigned num);
void virtio_reset(void *opaque);
VirtQueue *virtio_get_queue(VirtIODevice *vdev, int n);
uint16_t virtio_get_queue_index(VirtQueue *vq);
int virtio_queue_get_num(VirtIODevice *vdev, int n);
unsigned virtio_queue_get_last_avail_idx(VirtIODevice *vdev, int n);
const char *object_get_typename(const Object *obj);

static inline bool has_feature(const VirtIODevice *vdev, unsigned bit)
{
	return vdev->guest_features >> bit & 1;
}

static inline bool is_packed(const VirtQueue *vq)
{
	return has_feature(vq->vdev, 34);
}

static inline bool is_in_order(const VirtQueue *vq)
{
	return has_feature(vq->vdev, 35) || vq->vdev->forced;
}

static inline struct record *rec(const VirtQueue *vq, uint64_t seq)
{
	return &vq->rec[seq % RECORDS];
}

/* victim.c: the steps of a load, which keep the truth. */
unsigned rnd(VirtQueue *vq, unsigned below);
void do_pop(VirtQueue *vq);
void do_fill(VirtQueue *vq, uint64_t seq);
void do_flush(VirtQueue *vq);
void drop(VirtQueue *vq, uint64_t seq);
void step(VirtQueue *vq);
void finish(VirtQueue *vq);

/* victim-stacks.c */
void *run_storm(void *vq);
void *run_broken(void *vq);
void *run_hold(void *vq);
void *run_leave(void *vq);
void enter_sandbox(void);
void drain_and_move(VirtQueue *vq); /* within a storm's reset */

#endif
