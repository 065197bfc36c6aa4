// SPDX-License-Identifier: GPL-2.0-or-later
/* Flushes to and from the columns of a block: see coder.h. */
#include <string.h>

#include "coder.h"

/* The room that the BPF program makes for a record's entries. */
static uint32_t room(uint32_t total)
{
	return total <= 1 ? 1 : total <= 4 ? 4 : VQ_FLUSH_CHUNK;
}

/* The head is known.  Each entry: 0, as expected; 1, written out. */
static void code_used(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e)
{
	e->h.size = sizeof(*e) + room(e->total) * sizeof(e->used[0]);
	if (!c->encoding)
		memset(e->used, 0, room(e->total) * sizeof(e->used[0]));
	vq_predict_flushed(q, e);
	for (uint32_t i = 0; i < e->n; i++) {
		struct vq_used_entry guess = {0, 0};
		bool any = vq_predict_entry(q, e, i, &guess);
		uint64_t other =
			c->encoding && !(any && !memcmp(&guess, &e->used[i], sizeof(guess)));

		vq_col_small(c->columns, VQ_COL_FLUSH_USED, &other);
		if (other)
			vq_col_bytes(c->columns, VQ_COL_RAW, &e->used[i], sizeof(e->used[i]));
		else
			e->used[i] = guess;
		vq_predict_published(q, e, i);
	}
}

void vq_code_flush(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e)
{
	enum { NUM = 1, INUSE = 2, IDX = 4, FLAGS = 8 };
	struct vq_flush_event guess;
	uint64_t differs = 0;

	vq_code_times(c, VQ_COL_FLUSH_DUR, VQ_COL_FLUSH_GAP, &e->h);
	vq_col_near(c->columns, VQ_COL_FLUSH_TOTAL, &e->total, vq_predict_total(q));
	guess.total = e->total;
	vq_predict_flush(q, &guess);
	if (c->encoding)
		differs = (e->num != guess.num ? NUM : 0) | (e->inuse != guess.inuse ? INUSE : 0) |
			  (e->old_idx != guess.old_idx ? IDX : 0) |
			  (e->flags != guess.flags ? FLAGS : 0);
	vq_col_small(c->columns, VQ_COL_FLUSH_HEAD, &differs);
	if (!c->encoding) {
		e->num = guess.num;
		e->inuse = guess.inuse;
		e->old_idx = guess.old_idx;
		e->flags = guess.flags;
	}
	if (differs & NUM)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->num, sizeof(e->num));
	if (differs & INUSE)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->inuse, sizeof(e->inuse));
	if (differs & IDX)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->old_idx, sizeof(e->old_idx));
	if (differs & FLAGS)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->flags, sizeof(e->flags));
	e->pos = 0;
	e->n = MIN(e->total, VQ_FLUSH_CHUNK);
	code_used(c, q, e);
}

void vq_code_more(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e)
{
	const struct vq_flush_event *last = &q->flush;

	if (!c->encoding) {
		*e = *last;
		e->pos = last->pos + last->n;
		e->n = MIN(last->total - e->pos, VQ_FLUSH_CHUNK);
		if (e->pos >= e->total)
			c->columns->bad = true;
	}
	code_used(c, q, e);
}

bool vq_is_flush_record(const struct vq_flush_event *e)
{
	static const struct vq_used_entry zero[VQ_FLUSH_CHUNK];
	uint32_t n = room(e->total);

	return e->h.size == sizeof(*e) + n * sizeof(e->used[0]) && e->n <= n &&
	       !memcmp(e->used + e->n, zero, (n - e->n) * sizeof(zero[0]));
}

bool vq_is_next_record(const struct vq_coder *c, const struct vq_flush_event *e)
{
	unsigned at = vq_coder_find_queue(c, e->h.vq);
	const struct vq_flush_event *last = at < c->n_queues ? &c->queue[at]->flush : NULL;

	return last && !memcmp(&e->h, &last->h, sizeof(e->h)) && e->num == last->num &&
	       e->inuse == last->inuse && e->total == last->total && e->old_idx == last->old_idx &&
	       e->flags == last->flags && e->pos == last->pos + last->n && e->pos < e->total &&
	       e->n == MIN(e->total - e->pos, VQ_FLUSH_CHUNK) && vq_is_flush_record(e);
}
