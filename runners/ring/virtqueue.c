// SPDX-License-Identifier: GPL-2.0-or-later
/* What split and packed rings have in common. */
#include "virtqueue.h"

#include <string.h>

#define DESC_BYTES 16

const char *virtqueue_refuse(const struct virtqueue_setup *set)
{
	if (set->size < 1 ||
	    set->size > (set->packed ? VIRTQUEUE_MOST_PACKED : VIRTQUEUE_MOST_SPLIT))
		return "a ring has 1 to 32768 descriptors";
	if (!set->packed && (set->size & (set->size - 1)))
		return "the size of a split ring is a power of two";
	if (!set->chain)
		return "an element has a segment at least";
	if (!set->indirect && set->chain > set->size)
		return "a chain has no more segments than the ring has descriptors";
	return NULL;
}

void virtqueue_init(struct virtqueue *v, const struct virtqueue_setup *set, struct memory *memory)
{
	uint32_t i;

	memset(v, 0, sizeof(*v));
	v->set = *set;
	v->memory = memory;
	v->desc = memory_take(memory, (uint64_t)DESC_BYTES * set->size, 4096);
	/* Each side's part on pages of its own, as drivers lay them out. */
	v->driver = memory_take(memory, set->packed ? 4 : 6 + 2 * set->size, 4096);
	v->device = memory_take(memory, set->packed ? 4 : 6 + 8 * set->size, 4096);
	if (set->indirect)
		v->indirect =
			memory_take(memory, (uint64_t)DESC_BYTES * set->chain * set->size, 4096);
	v->elems = g_new0(struct virtqueue_elem, set->size);
	v->next_free = g_new(uint32_t, set->size);
	for (i = 0; i < set->size; i++)
		v->next_free[i] = i + 1 < set->size ? i + 1 : VIRTQUEUE_NONE;
	v->free_last = set->size - 1;
	v->n_free = set->size;
	v->oldest = v->youngest = v->batch_end = VIRTQUEUE_NONE;
	if (memory->exhausted)
		return;
	if (set->packed)
		packed_init(v);
	else
		split_init(v);
}

void virtqueue_free(struct virtqueue *v)
{
	g_clear_pointer(&v->elems, g_free);
	g_clear_pointer(&v->next_free, g_free);
	g_clear_pointer(&v->flags, g_free);
	g_clear_pointer(&v->broken, g_free);
}

bool virtqueue_has_room(const struct virtqueue *v, uint32_t n)
{
	return v->n_free >= (v->set.indirect ? 1 : n);
}

static void land(struct virtqueue *v, uint32_t id)
{
	struct virtqueue_elem *e = &v->elems[id];
	uint64_t depth = e->seq - v->elems[v->oldest].seq;

	v->sums.used++;
	v->sums.reordered += depth > 0;
	v->sums.depth_total += depth;
	v->sums.depth_max = MAX(v->sums.depth_max, depth);
	if (e->older != VIRTQUEUE_NONE)
		v->elems[e->older].younger = e->younger;
	else
		v->oldest = e->younger;
	if (e->younger != VIRTQUEUE_NONE)
		v->elems[e->younger].older = e->older;
	else
		v->youngest = e->older;
	e->out = false;
	v->n_free += e->descs;
	v->in_flight--;
	if (v->set.packed)
		packed_release(v, id);
	else
		split_release(v, id);
}

void virtqueue_add(struct virtqueue *v, const struct virtqueue_segment *s, uint32_t n,
		   uint32_t slot)
{
	struct virtqueue_elem e = {.slot = slot};
	uint32_t i;

	for (i = 0; i < n; i++)
		if (s[i].device_writes)
			e.writable += s[i].len;
	v->sums.added++;
	v->sums.device_read += DESC_BYTES * (n + v->set.indirect);
	if (v->set.packed)
		packed_add(v, s, n, &e);
	else
		split_add(v, s, n, &e);
}

bool virtqueue_publish(struct virtqueue *v)
{
	bool kick;

	if (!v->pending)
		return false;
	kick = v->set.packed ? packed_publish(v) : split_publish(v);
	v->pending = 0;
	v->sums.publishes++;
	v->sums.kicks_wanted += kick;
	return kick;
}

void virtqueue_set_interrupts(struct virtqueue *v, bool on)
{
	v->set.interrupts = on;
	(v->set.packed ? packed_set_interrupts : split_set_interrupts)(v);
}

bool virtqueue_arm(struct virtqueue *v)
{
	return v->batch_end == VIRTQUEUE_NONE && (v->set.packed ? packed_arm : split_arm)(v);
}

/*
 * In order, and the entry names a younger element than the oldest: it stands for all
 * up to that one (virtio 1.3, 2.7.9 and 2.8.9), if that was agreed on.
 */
static int begin_batch(struct virtqueue *v, uint32_t id, uint32_t len)
{
	uint32_t i, n = 1;

	if (!v->set.batches)
		return virtqueue_break(v, VIRTQUEUE_ORDER,
				       "used entry %" PRIu64 " has id %u, but the oldest of %u in "
				       "flight has id %u",
				       v->sums.entries - 1, id, v->in_flight, v->oldest);
	for (i = v->oldest; i != id; i = v->elems[i].younger)
		n++;
	if (!v->set.packed && n > split_ready(v))
		return virtqueue_break(v, VIRTQUEUE_INDEX,
				       "an entry for %u elements, but the used index moved by %u",
				       n, split_ready(v));
	v->batch_end = id;
	v->batch_len = len;
	return 1;
}

static int hand_over(struct virtqueue *v, uint32_t id, uint32_t len, struct virtqueue_done *done)
{
	struct virtqueue_elem *e = &v->elems[id];

	if (len > e->writable)
		return virtqueue_break(v, VIRTQUEUE_LENGTH,
				       "id %u: %u bytes written, but the device may write %u", id,
				       len, e->writable);
	*done = (struct virtqueue_done){e->slot, len};
	land(v, id);
	return 1;
}

/* The next of a batch; all but the last are completely used. */
static int next_of_batch(struct virtqueue *v, struct virtqueue_done *done)
{
	uint32_t id = v->oldest;

	if (id != v->batch_end)
		return hand_over(v, id, v->elems[id].writable, done);
	v->batch_end = VIRTQUEUE_NONE;
	return hand_over(v, id, v->batch_len, done);
}

int virtqueue_get(struct virtqueue *v, struct virtqueue_done *done)
{
	uint32_t id, len;
	int got;

	if (v->broken)
		return -1;
	if (v->batch_end != VIRTQUEUE_NONE)
		return next_of_batch(v, done);
	got = v->set.packed ? packed_look(v, &id, &len) : split_look(v, &id, &len);
	if (got <= 0)
		return got;
	v->sums.entries++;
	if (id >= v->set.size || !v->elems[id].out)
		return virtqueue_break(v, VIRTQUEUE_ID,
				       "used entry %" PRIu64 " has id %u, which is not in "
				       "flight",
				       v->sums.entries - 1, id);
	if (v->set.in_order && id != v->oldest)
		return begin_batch(v, id, len) < 0 ? -1 : next_of_batch(v, done);
	return hand_over(v, id, len, done);
}

const char *virtqueue_rule_name(enum virtqueue_rule rule)
{
	static const char *const names[] = {"", "order", "id", "length", "used index", "flags"};

	return names[rule];
}

#define IDS_SHOWN 16

char *virtqueue_evidence(const struct virtqueue *v)
{
	GString *s = g_string_new(NULL);
	uint32_t id = v->oldest, n;

	/* The device failed before its driver had come to this one. */
	if (!v->memory)
		return g_string_free(g_string_append(s, "not set up"), FALSE);
	if (v->set.packed)
		g_string_append_printf(s,
				       "next descriptor %u, wrap %d; next used %u, wrap %d, "
				       "flags there 0x%04x",
				       v->avail, v->avail_wrap, v->last, v->used_wrap,
				       *(volatile uint16_t *)memory_at(
					       v->memory, v->desc + DESC_BYTES * v->last + 14));
	else
		g_string_append_printf(s, "avail index %u, used index %u, taken %u",
				       v->avail & 0xffff,
				       *(volatile uint16_t *)memory_at(v->memory, v->device + 2),
				       v->last & 0xffff);
	g_string_append_printf(s, "; %u of %" PRIu64 " elements in flight, %u of %u descriptors",
			       v->in_flight, v->sums.added, v->set.size - v->n_free, v->set.size);
	for (n = 0; id != VIRTQUEUE_NONE && n < IDS_SHOWN; n++, id = v->elems[id].younger)
		g_string_append_printf(s, "%s %u", n ? "" : "; ids, oldest first:", id);
	if (id != VIRTQUEUE_NONE)
		g_string_append(s, " ...");
	return g_string_free(s, FALSE);
}
