// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next event of a queue will be like; see predict.h. */
#include <glib.h>
#include <string.h>

#include "predict.h"

void vq_predict_init(struct vq_predict *q, uint64_t vq)
{
	memset(q, 0, sizeof(*q));
	q->vq = vq;
	q->flush.flags = VQ_FLUSH_OLD_WRAP | VQ_FLUSH_NEW_WRAP;
}

/* Slots that an element takes: in the unit of the used index. */
static uint32_t units(const struct vq_predict *q, uint32_t ndescs)
{
	return q->flush.flags & VQ_FLUSH_PACKED ? MAX(1, ndescs) : 1;
}

static uint32_t counted_inuse(const struct vq_predict *q, uint32_t ndescs)
{
	return q->inuse + (q->flush.flags & VQ_FLUSH_PACKED ? ndescs : 1);
}

uint32_t vq_predict_inuse(const struct vq_predict *q, uint32_t ndescs)
{
	return q->untold ? VQ_INUSE_UNTOLD : counted_inuse(q, ndescs);
}

int vq_predict_free(const struct vq_predict *q, uint32_t id)
{
	for (uint32_t i = 0; i < q->n_free; i++)
		if (q->free[q->n_free - 1 - i] == id)
			return i;
	return -1;
}

int vq_predict_rank(const struct vq_predict *q, uint32_t id)
{
	uint32_t rank = 0;

	for (uint32_t i = 0; i < q->n_out; i++) {
		if (q->out[i].order)
			continue;
		if (q->out[i].id == id)
			return rank;
		rank++;
	}
	return -1;
}

struct vq_out *vq_predict_ranked(struct vq_predict *q, uint32_t rank)
{
	for (uint32_t i = 0; i < q->n_out; i++)
		if (!q->out[i].order && rank-- == 0)
			return &q->out[i];
	return NULL;
}

static void drop_free(struct vq_predict *q, uint32_t at)
{
	q->n_free--;
	memmove(q->free + at, q->free + at + 1, (q->n_free - at) * sizeof(*q->free));
}

static void drop_out(struct vq_predict *q, uint32_t at)
{
	q->n_out--;
	memmove(q->out + at, q->out + at + 1, (q->n_out - at) * sizeof(*q->out));
}

/* The outstanding element with @id: the latest if the events are amiss. */
static struct vq_out *find_out(struct vq_predict *q, uint32_t id)
{
	for (uint32_t i = q->n_out; i > 0; i--)
		if (q->out[i - 1].id == id)
			return &q->out[i - 1];
	return NULL;
}

static struct vq_out *append_out(struct vq_predict *q, uint32_t id, uint32_t ndescs)
{
	struct vq_out *old = find_out(q, id);

	if (old)
		drop_out(q, old - q->out);
	else if (q->n_out == VQ_PREDICT_OUT)
		drop_out(q, 0);
	q->out[q->n_out] = (struct vq_out){.id = id, .ndescs = ndescs};
	return &q->out[q->n_out++];
}

void vq_predict_popped(struct vq_predict *q, const struct vq_elem_event *e)
{
	int at = vq_predict_free(q, e->id);

	if (at >= 0)
		drop_free(q, q->n_free - 1 - at);
	append_out(q, e->id, e->ndescs);
	q->last_id = e->id;
	q->ndescs = e->ndescs;
	q->untold = e->inuse == VQ_INUSE_UNTOLD;
	q->inuse = q->untold ? counted_inuse(q, e->ndescs) : e->inuse;
}

static void move_to_front(uint32_t recent[VQ_PREDICT_RECENT], uint32_t value)
{
	unsigned i = 0;

	while (i < VQ_PREDICT_RECENT - 1 && recent[i] != value)
		i++;
	memmove(recent + 1, recent, i * sizeof(*recent));
	recent[0] = value;
}

void vq_predict_filled(struct vq_predict *q, struct vq_out *out, const struct vq_elem_event *e)
{
	if (!out)
		out = append_out(q, e->id, e->ndescs);
	out->ndescs = e->ndescs;
	out->len = e->len;
	out->order = ++q->fills;
	move_to_front(q->length, e->len);
	move_to_front(q->thread, e->tid);
}

void vq_predict_taken_back(struct vq_predict *q, uint32_t id)
{
	struct vq_out *out = find_out(q, id);

	if (!out)
		return;
	q->inuse -= units(q, out->ndescs);
	drop_out(q, out - q->out);
}

void vq_predict_reset(struct vq_predict *q)
{
	q->n_out = q->n_free = q->inuse = q->skip = 0;
	q->flush.old_idx = q->flush.total = 0;
	q->flush.flags |= VQ_FLUSH_OLD_WRAP | VQ_FLUSH_NEW_WRAP;
}

/* The filled element that is due next; NULL if there is none. */
static const struct vq_out *due(const struct vq_predict *q)
{
	const struct vq_out *first = NULL;

	if (q->flush.flags & VQ_FLUSH_IN_ORDER)
		return q->n_out && q->out[0].order ? &q->out[0] : NULL;
	for (uint32_t i = 0; i < q->n_out; i++)
		if (q->out[i].order && (!first || q->out[i].order < first->order))
			first = &q->out[i];
	return first;
}

uint32_t vq_predict_total(const struct vq_predict *q)
{
	bool in_order = q->flush.flags & VQ_FLUSH_IN_ORDER;
	uint32_t total = 0;

	for (uint32_t i = 0; i < q->n_out; i++)
		if (q->out[i].order)
			total += units(q, q->out[i].ndescs);
		else if (in_order)
			break;
	return total;
}

void vq_predict_flush(const struct vq_predict *q, struct vq_flush_event *e)
{
	const struct vq_flush_event *last = &q->flush;
	uint32_t idx = last->old_idx + last->total;

	e->num = last->num;
	e->inuse = q->inuse - e->total;
	e->flags = last->flags & ~(uint32_t)(VQ_FLUSH_OLD_WRAP | VQ_FLUSH_UNREADABLE);
	if (last->flags & VQ_FLUSH_NEW_WRAP)
		e->flags |= VQ_FLUSH_OLD_WRAP;
	if (last->flags & VQ_FLUSH_PACKED && last->num) {
		idx %= last->num;
		if (idx + e->total >= last->num)
			e->flags ^= VQ_FLUSH_NEW_WRAP;
	}
	e->old_idx = idx;
}

void vq_predict_flushed(struct vq_predict *q, const struct vq_flush_event *e)
{
	q->flush = *e;
	q->inuse = e->inuse;
	if (!e->pos)
		q->skip = 0;
}

/* A packed ring's flags where the device says that place @i is used. */
static uint32_t used_flags(const struct vq_flush_event *e, uint32_t i)
{
	bool wrap = e->flags & VQ_FLUSH_OLD_WRAP;

	return wrap ^ (e->old_idx + e->pos + i >= e->num) ? 0x8080u << 16 : 0;
}

bool vq_predict_entry(const struct vq_predict *q, const struct vq_flush_event *e, uint32_t i,
		      struct vq_used_entry *u)
{
	const struct vq_out *next = q->skip ? NULL : due(q);

	if (!next)
		return false;
	if (e->flags & VQ_FLUSH_PACKED)
		*u = (struct vq_used_entry){next->len, next->id | used_flags(e, i)};
	else
		*u = (struct vq_used_entry){next->id, next->len};
	return true;
}

void vq_predict_published(struct vq_predict *q, const struct vq_flush_event *e, uint32_t i)
{
	bool packed = e->flags & VQ_FLUSH_PACKED;
	uint32_t id = packed ? e->used[i].second & 0xffff : e->used[i].first;
	struct vq_out *out;

	if (q->skip) {
		q->skip--;
		return;
	}
	out = find_out(q, id);
	/* The driver was quick to put another buffer there. */
	if (packed && (e->used[i].second ^ used_flags(e, i)) & 0x8080u << 16)
		out = (struct vq_out *)due(q);
	if (!out)
		return;
	if (packed)
		q->skip = MAX(1, out->ndescs) - 1;
	if (q->n_free == VQ_PREDICT_FREE)
		drop_free(q, 0);
	q->free[q->n_free++] = out->id;
	drop_out(q, out - q->out);
}
