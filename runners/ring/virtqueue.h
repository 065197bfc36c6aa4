/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtqueue, split (split.c; virtio 1.3, 2.7) or packed
 * (packed.c; 2.8), over guest memory.  The memory is shared with the device, so
 * what it holds is never believed: what was made available is remembered outside of
 * it, and the first used entry that does not fit breaks the ring for good.
 *
 * The host is little endian, as virtio is: x86-64.
 */
#ifndef VQLAB_RING_VIRTQUEUE_H
#define VQLAB_RING_VIRTQUEUE_H

#include "memory.h"

/* Split rings have 16-bit indices of their own, packed ones 15 bits of offset. */
#define VIRTQUEUE_MOST_SPLIT 32768u
#define VIRTQUEUE_MOST_PACKED 32768u
#define VIRTQUEUE_NONE UINT32_MAX

struct virtqueue_setup {
	uint32_t size;
	bool packed;
	bool in_order;	 /* VIRTIO_F_IN_ORDER was negotiated */
	bool event_idx;	 /* VIRTIO_F_EVENT_IDX was */
	bool indirect;	 /* each chain is a table of its own: one descriptor of the ring */
	bool batches;	 /* in order, one used entry may stand for several elements */
	bool lifo;	 /* descriptors and ids: last freed first, as Linux does */
	bool interrupts; /* ask for them */
	uint32_t chain;	 /* most segments of an element */
};

/* A segment of an element. */
struct virtqueue_segment {
	uint64_t address;
	uint32_t len;
	bool device_writes;
};

struct virtqueue_done {
	uint32_t slot; /* as given to virtqueue_add */
	uint32_t len;
};

/* What an id stands for while its element is in flight. */
struct virtqueue_elem {
	bool out;
	uint32_t first, descs; /* descriptors of the ring */
	uint32_t writable;     /* bytes */
	uint32_t slot;
	uint32_t older, younger; /* ids of its neighbours in flight, or VIRTQUEUE_NONE */
	uint64_t seq;
};

/*
 * Sums since virtqueue_init.  index_moves are changes of the used index that the driver
 * saw (packed: times that it found used descriptors after none): the device stored at
 * least as often.  Bytes follow from what was made available and used, by the layout
 * of the rings; peeks at an index that has not moved are in none of them.
 */
struct virtqueue_sums {
	uint64_t added, publishes, kicks_wanted;
	uint64_t used, entries, index_moves;
	uint64_t device_read, device_written; /* bytes of the ring, indirect tables included */
	uint64_t reordered, depth_total, depth_max;
};

enum virtqueue_rule {
	VIRTQUEUE_KEPT,
	VIRTQUEUE_ORDER,  /* an element before an older one */
	VIRTQUEUE_ID,	  /* an id that is not in flight */
	VIRTQUEUE_LENGTH, /* more written than there was room for */
	VIRTQUEUE_INDEX,  /* a used index that moved too far */
	VIRTQUEUE_WRAP,	  /* flags that neither side may leave */
};

struct virtqueue {
	struct virtqueue_setup set;
	struct memory *memory;
	uint64_t desc, driver, device; /* addresses */
	uint64_t indirect;	       /* of tables of set.chain, one an id; 0: none */

	struct virtqueue_elem *elems; /* by id; as many as the ring has descriptors */
	uint32_t *next_free;	      /* ids (packed) or descriptors (split), linked */
	uint32_t free_first, free_last;
	uint32_t n_free;	   /* descriptors */
	uint32_t oldest, youngest; /* ids in flight, or VIRTQUEUE_NONE */
	uint32_t in_flight;
	uint64_t next_seq;

	uint32_t avail;	  /* split: running index; packed: place of the next descriptor */
	uint32_t last;	  /* the next used entry: likewise */
	uint32_t pending; /* elements added and not published */

	/* split */
	uint16_t seen;	     /* the used index as last read */
	uint32_t sequential; /* in order: the next descriptor */

	/* packed */
	bool avail_wrap, used_wrap;
	uint16_t *flags; /* of each descriptor, as last written or accepted */
	uint32_t held;	 /* descriptor that is shown last; its flags: */
	uint16_t held_flags;
	uint32_t published_from; /* place of the first pending descriptor */
	bool idle;		 /* the last look found nothing */

	/* One entry for a batch: elements up to this id come without one. */
	uint32_t batch_end, batch_len;

	struct virtqueue_sums sums;
	enum virtqueue_rule rule;
	char *broken; /* what rule the device broke, and how; NULL: none */
};

/* NULL, or why a ring cannot be like this. */
const char *virtqueue_refuse(const struct virtqueue_setup *set);

/* Takes the ring's memory; look at memory.exhausted before the ring is used. */
void virtqueue_init(struct virtqueue *v, const struct virtqueue_setup *set, struct memory *memory);
void virtqueue_free(struct virtqueue *v);

/* Can an element of @n segments be added? */
bool virtqueue_has_room(const struct virtqueue *v, uint32_t n);

/* Adds an element of @n segments, device-readable ones first, for which there is
 * room.  @slot comes back with it. */
void virtqueue_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
		   uint32_t slot);

/* Makes what was added visible, all at once; does the device want a notification? */
bool virtqueue_publish(struct virtqueue *v);

/* The next used element: 1, none: 0, or, if the device broke a rule, -1. */
int virtqueue_get(struct virtqueue *v, struct virtqueue_done *done);

/* From now on interrupts are asked for, or not; with event indices, from the next publish
 * or virtqueue_arm() on. */
void virtqueue_set_interrupts(struct virtqueue *v, bool on);

/*
 * Asks to be interrupted at the next used entry that is not taken.  False: there is one
 * already, and no interrupt need come.  Interrupts must be on.
 */
bool virtqueue_arm(struct virtqueue *v);

/* What the ring looks like, for a report; the caller frees it. */
char *virtqueue_evidence(const struct virtqueue *v);

const char *virtqueue_rule_name(enum virtqueue_rule rule);

/* Between virtqueue.c and the two formats. */
uint32_t virtqueue_take_free(struct virtqueue *v);
void virtqueue_give_free(struct virtqueue *v, uint32_t first, uint32_t last);
void virtqueue_launch(struct virtqueue *v, uint32_t id, uint32_t first, uint32_t descs);
int G_GNUC_PRINTF(3, 4)
	virtqueue_break(struct virtqueue *v, enum virtqueue_rule rule, const char *format, ...);

void split_init(struct virtqueue *v);
void split_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
	       struct virtqueue_elem *e);
bool split_publish(struct virtqueue *v);
int split_look(struct virtqueue *v, uint32_t *id, uint32_t *len);
void split_set_interrupts(struct virtqueue *v);
bool split_arm(struct virtqueue *v);
void split_release(struct virtqueue *v, uint32_t id);
uint32_t split_ready(const struct virtqueue *v);

void packed_init(struct virtqueue *v);
void packed_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
		struct virtqueue_elem *e);
bool packed_publish(struct virtqueue *v);
int packed_look(struct virtqueue *v, uint32_t *id, uint32_t *len);
void packed_set_interrupts(struct virtqueue *v);
bool packed_arm(struct virtqueue *v);
void packed_release(struct virtqueue *v, uint32_t id);

#endif /* VQLAB_RING_VIRTQUEUE_H */
