// SPDX-License-Identifier: GPL-2.0-or-later
/* Struct offsets from what the code does, in an emulated CPU: see learn.h. */
#include <string.h>

#include "learn.h"
#include "members.h"
#include "world.h"

/* Members are looked for below this; VirtQueue has 152 bytes in 7.2. */
#define MEMBERS 2048u

#define VERSION_1 (1ull << 32)
#define PACKED (1ull << 34)

static bool is_in(uint64_t object, uint64_t at)
{
	return at >= object && at - object < MEMBERS;
}

/* An offset that is looked for: NOWHERE, then one that fits, then SEVERAL. */
#define NOWHERE (-1)
#define SEVERAL (-2)

static void fits(int *offset, uint64_t at)
{
	*offset = *offset == NOWHERE || *offset == (int)at ? (int)at : SEVERAL;
}

#define LOGGED(w, a)                                                                               \
	for (const struct access *a = (const void *)(w)->log->data;                                \
	     a < (const struct access *)(void *)(w)->log->data + (w)->log->len; a++)

/* The offset in @object of the one place that was read there, with @size if that
 * is not 0; negative if there is none or several.  @except is passed over. */
static int only_read(const struct world *w, uint64_t object, int size, int except)
{
	int found = NOWHERE;

	LOGGED(w, a)
	if (!a->write && is_in(object, a->at) && (!size || a->size == size) &&
	    (int)(a->at - object) != except)
		fits(&found, a->at - object);
	return found;
}

/* Offsets in @object that were read, one bit for each byte. */
static void bytes_read(const struct world *w, uint64_t object, bool *bytes)
{
	memset(bytes, 0, MEMBERS);
	LOGGED(w, a)
	if (!a->write && is_in(object, a->at))
		for (int i = 0; i < a->size && is_in(object, a->at + i); i++)
			bytes[a->at - object + i] = true;
}

/* A VirtIODevice whose queue is @vq. */
static uint64_t make_vdev(struct world *w, uint64_t vq, uint64_t features)
{
	uint64_t vdev = new_object(w, false, 0);

	poke(w, vdev + w->l->vdev_vq, vq, 8);
	poke(w, vdev + w->l->vdev_features, features, 8);
	return vdev;
}

/* A VirtQueue of which no more is known. */
static uint64_t raw_vq(struct world *w, bool pointers)
{
	uint64_t vq = new_object(w, pointers, 0);

	if (w->null >= 0)
		poke(w, vq + w->null, 0, 8);
	return vq;
}

/* A VirtQueue of a device; with elements in use. */
static uint64_t make_vq(struct world *w, bool pointers, uint64_t features)
{
	uint64_t vq = raw_vq(w, pointers);

	poke(w, vq + w->l->vq_num, 256, 4);
	poke(w, vq + w->l->vq_used_idx, 0, 2);
	poke(w, vq + w->l->vq_used_wrap, 1, 1);
	poke(w, vq + w->l->vq_queue_index, 0, 2);
	poke(w, vq + w->l->vq_inuse, 100, 4);
	poke(w, vq + w->l->vq_vdev, make_vdev(w, vq, features), 8);
	return vq;
}

static bool learn_queues(struct world *w)
{
	uint64_t vdev = new_object(w, false, 0), vq = new_object(w, false, 0), first, second;
	int at;

	if (!call(w, "virtio_get_queue", vdev, 0, 0, NULL) ||
	    (at = only_read(w, vdev, 8, NOWHERE)) < 0)
		return false;
	w->l->vdev_vq = at;
	poke(w, vdev + at, vq, 8);
	call(w, "virtio_get_queue", vdev, 0, 0, &first);
	call(w, "virtio_get_queue", vdev, 1, 0, &second);
	w->l->vq_stride = second - first;
	return first == vq && w->l->vq_stride >= 64 && w->l->vq_stride < MEMBERS;
}

/* Members that a function returns as they are. */
static bool learn_returned(struct world *w)
{
	uint64_t vdev = new_object(w, false, 0), vq = new_object(w, false, 0), index, num;
	int index_at, num_at;

	poke(w, vdev + w->l->vdev_vq, vq, 8);
	if (!call(w, "virtio_get_queue_index", vq, 0, 0, NULL) ||
	    (index_at = only_read(w, vq, 2, NOWHERE)) < 0 ||
	    !call(w, "virtio_queue_get_num", vdev, 0, 0, NULL) ||
	    (num_at = only_read(w, vq, 4, NOWHERE)) < 0)
		return false;
	poke(w, vq + index_at, 0x1234, 2);
	poke(w, vq + num_at, 0x4321, 4);
	call(w, "virtio_get_queue_index", vq, 0, 0, &index);
	call(w, "virtio_queue_get_num", vdev, 0, 0, &num);
	w->l->vq_queue_index = index_at;
	w->l->vq_num = num_at;
	return (uint16_t)index == 0x1234 && (uint32_t)num == 0x4321;
}

/* Calls virtio_queue_get_last_avail_idx with @value at @at of a queue of zeroes,
 * on a packed ring. */
static uint32_t position(struct world *w, unsigned at, uint64_t value, size_t size, bool *bytes)
{
	uint64_t vq = new_object(w, false, 0), vdev = make_vdev(w, vq, PACKED), result;

	poke(w, vq + at, value, size);
	call(w, "virtio_queue_get_last_avail_idx", vdev, 0, 0, &result);
	if (bytes)
		bytes_read(w, vq, bytes);
	return result;
}

/*
 * On a packed ring virtio_queue_get_last_avail_idx returns, from bit 0 up: the
 * next index to pop, 15 bits; its wrap counter; the used index; its wrap counter.
 */
static bool learn_position(struct world *w)
{
	uint64_t vdev = new_object(w, false, 0), vq = new_object(w, false, 0);
	bool bytes[MEMBERS];
	int features, avail, idx = NOWHERE, wrap = NOWHERE;

	poke(w, vdev + w->l->vdev_vq, vq, 8);
	if (!call(w, "virtio_queue_get_last_avail_idx", vdev, 0, 0, NULL) ||
	    (features = only_read(w, vdev, 0, w->l->vdev_vq)) < 0)
		return false;
	w->l->vdev_features = features & ~7u;
	/* On a split ring it returns one number. */
	avail = only_read(w, vq, 2, NOWHERE);
	w->l->vq_last_avail_idx = MAX(avail, 0);
	position(w, 0, 0, 1, bytes);
	for (unsigned i = 0; i < MEMBERS; i++) {
		if (!bytes[i])
			continue;
		if (position(w, i, 0x2aab, 2, NULL) == 0x2aab0000)
			fits(&idx, i);
		if (position(w, i, 1, 1, NULL) == 0x80000000)
			fits(&wrap, i);
	}
	w->l->vq_used_idx = idx;
	w->l->vq_used_wrap = wrap;
	return avail >= 0 && idx >= 0 && wrap >= 0;
}

/* Rewinding by one takes one from inuse, and asks the device for its features. */
static bool learn_rewind(struct world *w)
{
	uint64_t vq = raw_vq(w, true), before;
	int inuse = NOWHERE, vdev = NOWHERE;

	if (!call(w, "virtqueue_rewind", vq, 1, 0, NULL))
		return false;
	LOGGED(w, a)
	{
		const struct object *o = object_of(w, a->at);
		uint64_t object = ARENA + (a->at - ARENA) / OBJECT * OBJECT;

		if (a->write && a->size == 4 && is_in(vq, a->at))
			fits(&inuse, a->at - vq);
		if (!a->write && is_in(vq, o->held_at) &&
		    ((a->at - object) & ~7ull) == w->l->vdev_features)
			fits(&vdev, o->held_at - vq);
	}
	if (inuse < 0 || vdev < 0)
		return false;
	w->l->vq_inuse = inuse;
	w->l->vq_vdev = vdev;
	/* Once more, with a number that we know. */
	vq = make_vq(w, false, 0);
	before = peek(w, vq + inuse, 4);
	call(w, "virtqueue_rewind", vq, 3, 0, NULL);
	return peek(w, vq + inuse, 4) == before - 3;
}

/* What inuse becomes when an element with 3 at @at is detached. */
static uint32_t inuse_without(struct world *w, unsigned at, bool *bytes)
{
	uint64_t vq = make_vq(w, false, VERSION_1), elem = new_object(w, false, 0);

	poke(w, elem + at, 3, 4);
	if (!call(w, "virtqueue_detach_element", vq, elem, 0, NULL))
		return 0;
	if (bytes)
		bytes_read(w, elem, bytes);
	return peek(w, vq + w->l->vq_inuse, 4);
}

/*
 * Packed rings count descriptors.  On a QEMU before 7.0 or so, which counted
 * elements here, no member makes the difference.
 */
static bool learn_ndescs(struct world *w)
{
	bool bytes[MEMBERS];
	int ndescs = NOWHERE;

	inuse_without(w, MEMBERS - 4, bytes);
	for (unsigned i = 0; i < MEMBERS; i += 4)
		if (bytes[i] && inuse_without(w, i, NULL) == 97)
			fits(&ndescs, i);
	w->l->elem_ndescs = ndescs;
	return ndescs >= 0;
}

/* A length and an id that no pointer and no other number of this world has. */
#define LENGTH 0x5ca1ab1eu
#define ID 0xdea1u

/* Where @mark was written through a pointer of a struct that @vq points at; the
 * offsets of these two pointers.  0 if it was not. */
static uint64_t written_at(const struct world *w, uint64_t vq, uint32_t mark, __u32 *caches,
			   __u32 *ring)
{
	LOGGED(w, a)
	{
		const struct object *o = object_of(w, a->at), *holder;
		uint64_t at = 0;

		if (a->write && (a->size == 2 ? (uint16_t)a->value : (uint32_t)a->value) == mark)
			at = a->at;
		else if (a->write && a->size == 8 && (uint64_t)a->value >> 32 == mark)
			at = a->at + 4;
		holder = object_of(w, o->held_at);
		if (!at || !holder || !is_in(vq, holder->held_at))
			continue;
		*caches = holder->held_at - vq;
		*ring = (o->held_at - ARENA) % OBJECT;
		return at;
	}
	return 0;
}

/* Fills an element that is zero but for ID at @at, in the ring's first place. */
static bool fill(struct world *w, uint64_t vq, unsigned at, bool *bytes)
{
	uint64_t elem = new_object(w, false, 0);

	poke(w, elem + w->l->elem_ndescs, 1, 4);
	poke(w, elem + at, ID, 4);
	if (!call(w, "virtqueue_fill", vq, elem, LENGTH, NULL))
		return false;
	if (bytes)
		bytes_read(w, elem, bytes);
	return true;
}

/* A used element is its id and its length, behind 4 bytes of the ring: virtio
 * 1.3, section 2.7.8. */
static bool is_used_elem(struct world *w, unsigned at, bool *bytes)
{
	uint64_t vq = make_vq(w, true, VERSION_1), len;

	fill(w, vq, at, bytes);
	len = written_at(w, vq, LENGTH, &w->l->vq_caches, &w->l->caches_used_ptr);
	return len % OBJECT == 8 && peek(w, len - 4, 4) == ID;
}

static bool learn_split(struct world *w)
{
	bool bytes[MEMBERS];
	int index = NOWHERE;

	is_used_elem(w, MEMBERS - 4, bytes);
	for (unsigned i = 0; i < MEMBERS; i += 4)
		if (bytes[i] && i != w->l->elem_ndescs && is_used_elem(w, i, NULL))
			fits(&index, i);
	w->l->elem_index = index;
	return index >= 0 && is_used_elem(w, index, NULL);
}

/*
 * A descriptor has its length at 8 and its id at 12: virtio 1.3, section 2.8.13.
 * After the first of them QEMU looks closer at the caches than ours can stand.
 */
static bool learn_packed(struct world *w)
{
	uint64_t vq = make_vq(w, true, VERSION_1 | PACKED);
	__u32 caches = 0, *ring = &w->l->caches_desc_ptr;

	fill(w, vq, w->l->elem_index, NULL);
	call(w, "virtqueue_flush", vq, 1, 0, NULL);
	if (written_at(w, vq, ID, &caches, ring) % OBJECT != 12 &&
	    written_at(w, vq, LENGTH, &caches, ring) % OBJECT != 8)
		return false;
	/* The avail ring's stands between the descriptors' and the used ring's, in all
	 * versions; were it not so, no pop of --light would find its fill. */
	w->l->caches_avail_ptr = (*ring + w->l->caches_used_ptr) / 2;
	return caches == w->l->vq_caches;
}

/* Of an object's class its type, of that its name. */
static bool learn_typename(struct world *w)
{
	uint64_t obj = new_object(w, true, 0), name = 0;
	const struct object *o;
	__u32 *offset[] = {&w->l->type_name, &w->l->class_type, &w->l->obj_class};

	if (!call(w, "object_get_typename", obj, 0, 0, &name))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(offset); i++) {
		o = object_of(w, name);
		if (!o || name % OBJECT || !o->held_at)
			return false;
		*offset[i] = o->held_at % OBJECT;
		name = o->held_at - *offset[i];
	}
	return name == obj;
}

static const struct {
	bool (*learn)(struct world *w);
	const char *from;
} lessons[] = {
	{learn_queues, "virtio_get_queue"},
	{learn_returned, "virtio_get_queue_index and virtio_queue_get_num"},
	{learn_position, "virtio_queue_get_last_avail_idx"},
	{learn_typename, "object_get_typename"},
	{learn_rewind, "virtqueue_rewind"},
	{learn_ndescs, "virtqueue_detach_element"},
	{learn_split, "virtqueue_fill"},
	{learn_packed, "virtqueue_flush"},
};
/* From this one on queues have pointers to whatever. */
#define WITH_POINTERS 4

/*
 * Learns until one fails: returns its number.  With a pointer to whatever QEMU may
 * do something extraordinary: so, if need be, once again with each one NULL.
 */
static size_t learn(struct world *w)
{
	size_t i = 0, furthest;

	w->null = -8;
	while (i < WITH_POINTERS && lessons[i].learn(w))
		i++;
	furthest = i;
	for (; furthest >= WITH_POINTERS && w->null < (int)w->l->vq_stride; w->null += 8) {
		for (i = WITH_POINTERS; i < G_N_ELEMENTS(lessons) && lessons[i].learn(w); i++)
			;
		if (i == G_N_ELEMENTS(lessons))
			return i;
		furthest = MAX(furthest, i);
	}
	return furthest;
}

bool vq_layout_learn(struct vq_target *t, struct vq_layout *layout, GError **error)
{
	struct world w;
	const char *from = "its code cannot be run";
	size_t i;

	memset(layout, 0, sizeof(*layout));
	if (world_begin(&w, t)) {
		w.l = layout;
		i = learn(&w);
		from = i < G_N_ELEMENTS(lessons)      ? lessons[i].from
		       : vq_layout_make_spans(layout) ? NULL
						      : "they are spread too far";
	}
	world_end(&w);
	if (from)
		g_set_error(
			error, VQ_ERROR, VQ_ERROR_NO_DWARF,
			"no debug information for this QEMU, and its code does not tell where "
			"its structs have what is needed (%s): install its debug symbol package",
			from);
	return !from;
}
