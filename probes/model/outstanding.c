// SPDX-License-Identifier: GPL-2.0-or-later
/* The outstanding elements of a queue: a list by seq, threaded through ids. */
#include <string.h>

#include "outstanding.h"

#define MAX_ID 65535u
#define NONE UINT32_MAX

/* A seq that is neither outstanding nor was it ever filled. */
struct vq_gone {
	uint64_t seq;
	bool back; /* its buffer will be popped again */
};

static struct vq_gone *gone(const struct vq_outstanding *o, guint i)
{
	return &g_array_index(o->gone, struct vq_gone, i);
}

void vq_outstanding_init(struct vq_outstanding *o)
{
	memset(o, 0, sizeof(*o));
	o->first = o->last = o->open = NONE;
	o->gone = g_array_new(FALSE, FALSE, sizeof(struct vq_gone));
}

void vq_outstanding_clear(struct vq_outstanding *o)
{
	g_array_unref(o->gone);
	g_free(o->elem);
}

void vq_outstanding_forget(struct vq_outstanding *o)
{
	if (o->n_elem)
		memset(o->elem, 0, o->n_elem * sizeof(*o->elem));
	o->first = o->last = o->open = NONE;
	o->unfilled = 0;
	g_array_set_size(o->gone, 0);
	o->gone_before = 0;
}

struct vq_elem *vq_outstanding_find(struct vq_outstanding *o, uint32_t id)
{
	if (id > MAX_ID)
		return NULL;
	if (id >= o->n_elem) {
		uint32_t n = MAX(64, o->n_elem);

		while (n <= id)
			n *= 2;
		o->elem = g_renew(struct vq_elem, o->elem, n);
		memset(o->elem + o->n_elem, 0, (n - o->n_elem) * sizeof(*o->elem));
		o->n_elem = n;
	}
	o->elem[id].id = id;
	return &o->elem[id];
}

struct vq_elem *vq_outstanding_first(struct vq_outstanding *o)
{
	return o->first == NONE ? NULL : &o->elem[o->first];
}

struct vq_elem *vq_outstanding_next(struct vq_outstanding *o, const struct vq_elem *e)
{
	return e->next == NONE ? NULL : &o->elem[e->next];
}

uint64_t vq_outstanding_base(const struct vq_outstanding *o)
{
	return o->first == NONE ? o->next_seq : o->elem[o->first].seq;
}

uint64_t vq_outstanding_frontier(const struct vq_outstanding *o)
{
	return o->open == NONE ? o->next_seq : o->elem[o->open].seq;
}

uint64_t vq_outstanding_stash(const struct vq_outstanding *o)
{
	return o->next_seq - vq_outstanding_frontier(o) - o->unfilled -
	       (o->gone->len - o->gone_before);
}

/* The first element that is not filled may have been @e, which is no longer so. */
static void move_frontier(struct vq_outstanding *o, const struct vq_elem *e)
{
	uint64_t frontier;

	if (o->open != e->id)
		return;
	do
		o->open = o->elem[o->open].next;
	while (o->open != NONE && o->elem[o->open].state == VQ_ELEM_FILLED);
	frontier = vq_outstanding_frontier(o);
	while (o->gone_before < o->gone->len && gone(o, o->gone_before)->seq < frontier)
		o->gone_before++;
}

/* Takes @e out of the list, and forgets what only elements before the new first
 * one have to do with. */
static void leave(struct vq_outstanding *o, struct vq_elem *e)
{
	uint64_t base;
	guint n = 0;

	*(e->prev == NONE ? &o->first : &o->elem[e->prev].next) = e->next;
	*(e->next == NONE ? &o->last : &o->elem[e->next].prev) = e->prev;
	e->state = VQ_ELEM_NONE;
	e->numbered = false;
	if (e->prev != NONE || !o->gone_before)
		return;
	base = vq_outstanding_base(o);
	while (n < o->gone_before && gone(o, n)->seq < base)
		n++;
	if (n)
		g_array_remove_range(o->gone, 0, n);
	o->gone_before -= n;
}

void vq_outstanding_pop(struct vq_outstanding *o, struct vq_elem *e, uint32_t ndescs, uint64_t ts)
{
	*e = (struct vq_elem){
		.seq = o->next_seq++,
		.popped_ts = ts,
		.ndescs = ndescs,
		.id = e->id,
		.prev = o->last,
		.next = NONE,
		.state = VQ_ELEM_POPPED,
		.numbered = true,
	};
	*(o->last == NONE ? &o->first : &o->elem[o->last].next) = e->id;
	o->last = e->id;
	if (o->open == NONE)
		o->open = e->id;
	o->unfilled++;
}

void vq_outstanding_fill(struct vq_outstanding *o, struct vq_elem *e)
{
	e->state = VQ_ELEM_FILLED;
	o->unfilled--;
	move_frontier(o, e);
}

void vq_outstanding_publish(struct vq_outstanding *o, struct vq_elem *e)
{
	if (e->state == VQ_ELEM_POPPED)
		vq_outstanding_fill(o, e);
	leave(o, e);
}

/* The highest seq becomes free, and with it those below that were taken back. */
static void give_back(struct vq_outstanding *o)
{
	uint64_t base = vq_outstanding_base(o);

	o->next_seq--;
	while (o->gone->len && o->next_seq > base &&
	       gone(o, o->gone->len - 1)->seq == o->next_seq - 1 &&
	       gone(o, o->gone->len - 1)->back) {
		g_array_set_size(o->gone, o->gone->len - 1);
		o->next_seq--;
	}
	o->gone_before = MIN(o->gone_before, o->gone->len);
}

void vq_outstanding_remove(struct vq_outstanding *o, struct vq_elem *e, bool back)
{
	struct vq_gone g = {e->seq, back};
	guint at = o->gone->len;

	o->unfilled--;
	if (back && e->seq == o->next_seq - 1) {
		/* The base is that of the elements left, before or after: no other. */
		if (o->open == e->id)
			o->open = NONE;
		leave(o, e);
		give_back(o);
		return;
	}
	while (at > o->gone_before && gone(o, at - 1)->seq > g.seq)
		at--;
	g_array_insert_val(o->gone, at, g);
	move_frontier(o, e);
	leave(o, e);
}

struct vq_elem *vq_outstanding_latest(struct vq_outstanding *o, bool *amiss)
{
	uint64_t seq = o->next_seq, base = vq_outstanding_base(o);
	guint n = o->gone->len;
	struct vq_elem *e;

	while (seq > base && n && gone(o, n - 1)->seq == seq - 1 && gone(o, n - 1)->back)
		seq--, n--;
	*amiss = seq > base;
	if (o->last == NONE)
		return NULL;
	e = &o->elem[o->last];
	if (e->seq != seq - 1 || e->state != VQ_ELEM_POPPED)
		return NULL;
	*amiss = false;
	return e;
}
