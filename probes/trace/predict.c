// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next event of a queue will be like; see predict.h. */
#include <glib.h>
#include <string.h>

#include "predict.h"

void vq_predict_init(struct vq_predict *q, uint64_t vq)
{
	vq_ids_clear(&q->ids);
	memset(&q->vq, 0, sizeof(*q) - offsetof(struct vq_predict, vq));
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

void vq_predict_popped(struct vq_predict *q, int free, const struct vq_elem_event *e)
{
	if (free >= 0)
		vq_ids_take_free(&q->ids, free);
	vq_ids_pop(&q->ids, e->id, e->ndescs);
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

void vq_predict_filled(struct vq_predict *q, int rank, const struct vq_elem_event *e)
{
	if (rank < 0) {
		vq_ids_pop(&q->ids, e->id, e->ndescs);
		rank = q->ids.open.n - 1;
	}
	vq_ids_fill(&q->ids, rank, e->ndescs, e->len);
	move_to_front(q->length, e->len);
	move_to_front(q->thread, e->tid);
}

void vq_predict_taken_back(struct vq_predict *q, uint32_t id)
{
	struct vq_id *out = vq_ids_out(&q->ids, id);

	if (!out)
		return;
	q->inuse -= units(q, out->ndescs);
	vq_ids_remove(&q->ids, out);
}

void vq_predict_reset(struct vq_predict *q)
{
	vq_ids_clear(&q->ids);
	q->inuse = q->skip = 0;
	q->flush.old_idx = q->flush.total = 0;
	q->flush.flags |= VQ_FLUSH_OLD_WRAP | VQ_FLUSH_NEW_WRAP;
}

/* The filled element that is due next; NULL if there is none. */
static struct vq_id *due(struct vq_predict *q)
{
	if (q->flush.flags & VQ_FLUSH_IN_ORDER)
		return vq_ids_first_popped(&q->ids);
	return vq_ids_first_filled(&q->ids);
}

uint32_t vq_predict_total(const struct vq_predict *q)
{
	uint32_t n = q->ids.n_filled, descs = q->ids.filled_descs;

	if (q->flush.flags & VQ_FLUSH_IN_ORDER)
		n = vq_ids_run(&q->ids, &descs);
	return q->flush.flags & VQ_FLUSH_PACKED ? descs : n;
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

bool vq_predict_entry(struct vq_predict *q, const struct vq_flush_event *e, uint32_t i,
		      struct vq_used_entry *u)
{
	const struct vq_id *next = q->skip ? NULL : due(q);

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
	struct vq_id *out;

	if (q->skip) {
		q->skip--;
		return;
	}
	out = vq_ids_out(&q->ids, id);
	/* The driver was quick to put another buffer there. */
	if (packed && (e->used[i].second ^ used_flags(e, i)) & 0x8080u << 16)
		out = due(q);
	if (!out)
		return;
	if (packed)
		q->skip = MAX(1, out->ndescs) - 1;
	vq_ids_publish(&q->ids, out);
}
