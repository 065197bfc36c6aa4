// SPDX-License-Identifier: GPL-2.0-or-later
/* The outstanding and the free ids of a queue; see ids.h. */
#include <glib.h>
#include <string.h>

#include "ids.h"

enum vq_id_state { OPEN, FILLED, FREE };

void vq_ids_clear(struct vq_ids *s)
{
	/* What is in the nodes and rows need not go: nothing leads there. */
	s->serial = s->n_out = s->n_filled = s->filled_descs = 0;
	s->nodes = 1;
	s->unused = 0;
	s->open.first = s->open.n = s->free.first = s->free.n = 0;
	memset(s->chain, 0, sizeof(s->chain));
	s->node[0] = (struct vq_id){0};
}

static uint16_t number(const struct vq_ids *s, const struct vq_id *e)
{
	return e - s->node;
}

/*
 * Chains: nodes whose ids leave the same remainder, the latest popped first.  Those of one
 * id became free in that order, too, since it is outstanding once at most.
 */
static void join_chain(struct vq_ids *s, struct vq_id *e)
{
	uint16_t *head = &s->chain[e->id % VQ_IDS_OUT];

	e->same = *head;
	*head = number(s, e);
}

static void leave_chain(struct vq_ids *s, struct vq_id *e)
{
	uint16_t *at = &s->chain[e->id % VQ_IDS_OUT];

	while (*at != number(s, e))
		at = &s->node[*at].same;
	*at = e->same;
}

/* The latest node with @id that is, or is not, free. */
static struct vq_id *find(const struct vq_ids *s, uint32_t id, bool free)
{
	uint16_t at = s->chain[id % VQ_IDS_OUT];

	while (at && (s->node[at].id != id || (s->node[at].state == FREE) != free))
		at = s->node[at].same;
	return at ? (struct vq_id *)&s->node[at] : NULL;
}

/* Rows: the serials of their nodes rise. */
static void append(struct vq_ids *s, struct vq_row *r, struct vq_id *e)
{
	e->serial = ++s->serial;
	if (r->first + r->n == G_N_ELEMENTS(r->node)) {
		memmove(r->node, r->node + r->first, r->n * sizeof(*r->node));
		r->first = 0;
	}
	r->node[r->first + r->n++] = number(s, e);
}

static uint32_t place_in(const struct vq_ids *s, const struct vq_row *r, const struct vq_id *e)
{
	const uint16_t *at = r->node + r->first;

	for (uint32_t n = r->n, half; n > 1; n -= half) {
		half = n / 2;
		at += s->node[at[half]].serial <= e->serial ? half : 0;
	}
	return at - (r->node + r->first);
}

/* Closes the gap from the side on which there are fewer. */
static void drop_place(struct vq_row *r, uint32_t place)
{
	uint16_t *first = r->node + r->first;

	r->n--;
	if (place < r->n / 2) {
		memmove(first + 1, first, place * sizeof(*first));
		r->first++;
	} else {
		memmove(first + place, first + place + 1, (r->n - place) * sizeof(*first));
	}
}

/* Lists: node 0 is before the first and after the last. */
#define JOIN(s, e, list)                                                                           \
	do {                                                                                       \
		uint16_t last_ = (s)->node[0].list.before;                                         \
                                                                                                   \
		(e)->list.before = last_;                                                          \
		(e)->list.after = 0;                                                               \
		(s)->node[last_].list.after = (s)->node[0].list.before = number(s, e);             \
	} while (0)

#define LEAVE(s, e, list)                                                                          \
	do {                                                                                       \
		(s)->node[(e)->list.before].list.after = (e)->list.after;                          \
		(s)->node[(e)->list.after].list.before = (e)->list.before;                         \
	} while (0)

static void forget(struct vq_ids *s, struct vq_id *e)
{
	leave_chain(s, e);
	e->same = s->unused;
	s->unused = number(s, e);
}

/* @e is outstanding no more. */
static void leave_out(struct vq_ids *s, struct vq_id *e)
{
	s->n_out--;
	LEAVE(s, e, pop);
	if (e->state == OPEN) {
		drop_place(&s->open, place_in(s, &s->open, e));
		return;
	}
	LEAVE(s, e, fill);
	s->n_filled--;
	s->filled_descs -= MAX(1, e->ndescs);
}

void vq_ids_remove(struct vq_ids *s, struct vq_id *e)
{
	leave_out(s, e);
	forget(s, e);
}

struct vq_id *vq_ids_out(struct vq_ids *s, uint32_t id)
{
	return find(s, id, false);
}

struct vq_id *vq_ids_pop(struct vq_ids *s, uint32_t id, uint32_t ndescs)
{
	struct vq_id *e = vq_ids_out(s, id);

	if (e)
		vq_ids_remove(s, e);
	else if (s->n_out == VQ_IDS_OUT)
		vq_ids_remove(s, &s->node[s->node[0].pop.after]);
	e = &s->node[s->unused ?: s->nodes++];
	if (s->unused)
		s->unused = e->same;
	e->id = id;
	e->ndescs = ndescs;
	e->len = 0;
	e->state = OPEN;
	join_chain(s, e);
	append(s, &s->open, e);
	JOIN(s, e, pop);
	s->n_out++;
	return e;
}

void vq_ids_fill(struct vq_ids *s, uint32_t place, uint32_t ndescs, uint32_t len)
{
	struct vq_id *e = vq_ids_open_at(s, place);

	drop_place(&s->open, place);
	JOIN(s, e, fill);
	e->state = FILLED;
	e->ndescs = ndescs;
	e->len = len;
	s->n_filled++;
	s->filled_descs += MAX(1, ndescs);
}

void vq_ids_take_free(struct vq_ids *s, uint32_t place)
{
	uint32_t at = s->free.n - 1 - place;
	struct vq_id *e = &s->node[s->free.node[s->free.first + at]];

	drop_place(&s->free, at);
	forget(s, e);
}

void vq_ids_publish(struct vq_ids *s, struct vq_id *e)
{
	leave_out(s, e);
	e->state = FREE;
	if (s->free.n == VQ_IDS_FREE)
		vq_ids_take_free(s, VQ_IDS_FREE - 1);
	append(s, &s->free, e);
}

int vq_ids_free_place(const struct vq_ids *s, uint32_t id)
{
	const struct vq_id *e = find(s, id, true);

	return e ? (int)(s->free.n - 1 - place_in(s, &s->free, e)) : -1;
}

bool vq_ids_free_at(const struct vq_ids *s, uint64_t place, uint32_t *id)
{
	if (place >= s->free.n)
		return false;
	*id = s->node[s->free.node[s->free.first + s->free.n - 1 - place]].id;
	return true;
}

int vq_ids_open_place(const struct vq_ids *s, uint32_t id)
{
	const struct vq_id *e = find(s, id, false);

	return e && e->state == OPEN ? (int)place_in(s, &s->open, e) : -1;
}

struct vq_id *vq_ids_open_at(struct vq_ids *s, uint64_t place)
{
	return place < s->open.n ? &s->node[s->open.node[s->open.first + place]] : NULL;
}

struct vq_id *vq_ids_first_popped(struct vq_ids *s)
{
	struct vq_id *e = &s->node[s->node[0].pop.after];

	return s->n_out && e->state == FILLED ? e : NULL;
}

struct vq_id *vq_ids_first_filled(struct vq_ids *s)
{
	return s->n_filled ? &s->node[s->node[0].fill.after] : NULL;
}

uint32_t vq_ids_run(const struct vq_ids *s, uint32_t *descs)
{
	uint32_t n = 0;

	*descs = 0;
	for (uint16_t at = s->node[0].pop.after; at && s->node[at].state == FILLED;
	     at = s->node[at].pop.after, n++)
		*descs += MAX(1, s->node[at].ndescs);
	return n;
}
