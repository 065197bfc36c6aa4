// SPDX-License-Identifier: GPL-2.0-or-later
/* Events to and from the columns of a block: see coder.h. */
#include <string.h>

#include "code.h"
#include "coder.h"
#include "columns.h"
#include "predict.h"

static struct vq_predict *add_queue(struct vq_coder *c, uint64_t vq)
{
	struct vq_predict **q = &c->queue[c->n_queues];

	if (!*q)
		*q = g_new(struct vq_predict, 1);
	vq_predict_init(*q, vq);
	c->n_queues++;
	return *q;
}

/* 0: that of the event before; n + 1: the block's nth, by first sight. */
static struct vq_predict *code_queue(struct vq_coder *c, __u64 *vq)
{
	unsigned at = c->encoding ? vq_coder_find_queue(c, *vq) : 0;
	uint64_t code = c->n_queues && at == c->last_queue ? 0 : at + 1;

	vq_col_small(c->columns, VQ_COL_QUEUE, &code);
	at = code ? code - 1 : c->last_queue;
	if (code > MAX_QUEUES || at > c->n_queues || at >= MAX_QUEUES) {
		c->columns->bad = true;
		return NULL;
	}
	c->last_queue = at;
	if (at == c->n_queues) {
		vq_col_bytes(c->columns, VQ_COL_RAW, vq, sizeof(*vq));
		return add_queue(c, *vq);
	}
	*vq = c->queue[at]->vq;
	return c->queue[at];
}

/* What was read makes no sense: 0, for what takes no place. */
static uint64_t give_up(struct vq_coder *c)
{
	c->columns->bad = true;
	return 0;
}

static void code_pop(struct vq_coder *c, struct vq_predict *q, struct vq_elem_event *e)
{
	uint64_t place = c->encoding ? vq_ids_free_place(&q->ids, e->id) + 2 : 0;

	e->h.size = sizeof(*e);
	e->len = 0;
	vq_code_times(c, VQ_COL_POP_DUR,
		      c->last_kind == KIND_POP ? VQ_COL_POP_GAP : VQ_COL_POP_GAP_ELSE, &e->h);
	/* 0: the next one; 1: any; else its place among those that are free */
	if (c->encoding && e->id == q->last_id + 1)
		place = 0;
	vq_col_small(c->columns, VQ_COL_POP_ID, &place);
	if (place == 0)
		e->id = q->last_id + 1;
	else if (place == 1)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->id, sizeof(e->id));
	else if (!vq_ids_free_at(&q->ids, place - 2, &e->id))
		place = give_up(c);
	vq_col_near(c->columns, VQ_COL_POP_NDESCS, &e->ndescs, q->ndescs);
	vq_col_near(c->columns, VQ_COL_POP_INUSE, &e->inuse, vq_predict_inuse(q, e->ndescs));
	vq_predict_popped(q, place < 2 ? vq_ids_free_place(&q->ids, e->id) : (int)place - 2, e);
}

/* One of the latest numbers of its kind as a rule: its place among them. */
static void code_recent(struct vq_coder *c, enum vq_column col,
			const uint32_t recent[VQ_PREDICT_RECENT], uint32_t *value)
{
	uint64_t place = 0;

	while (c->encoding && place < VQ_PREDICT_RECENT && recent[place] != *value)
		place++;
	vq_col_small(c->columns, col, &place);
	if (place < VQ_PREDICT_RECENT)
		*value = recent[place];
	else
		vq_col_bytes(c->columns, VQ_COL_RAW, value, sizeof(*value));
}

static void code_fill(struct vq_coder *c, struct vq_predict *q, struct vq_elem_event *e)
{
	uint64_t rank = c->encoding ? vq_ids_open_place(&q->ids, e->id) + 1 : 0;
	enum vq_column gap = c->last_kind == KIND_FILL	? VQ_COL_FILL_GAP
			     : c->last_kind == KIND_POP ? VQ_COL_FILL_GAP_POP
							: VQ_COL_FILL_GAP_ELSE;
	struct vq_id *out = NULL;

	e->h.size = sizeof(*e);
	vq_code_times(c, VQ_COL_FILL_DUR, gap, &e->h);
	/* 0: any; else its rank among those that were popped and not filled */
	vq_col_small(c->columns, VQ_COL_FILL_RANK, &rank);
	if (rank == 0) {
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->id, sizeof(e->id));
	} else {
		out = vq_ids_open_at(&q->ids, rank - 1);
		if (out)
			e->id = out->id;
		else
			rank = give_up(c);
	}
	vq_col_near(c->columns, VQ_COL_FILL_NDESCS, &e->ndescs, out ? out->ndescs : q->ndescs);
	code_recent(c, VQ_COL_FILL_LEN, q->length, &e->len);
	if (c->threads)
		code_recent(c, VQ_COL_FILL_THREAD, q->thread, &e->tid);
	else
		e->tid = 0;
	vq_predict_filled(q, (int)rank - 1, e);
}

/* How @h can be coded without losing any of it. */
static enum kind kind_of(const struct vq_coder *c, const struct vq_head *h)
{
	const struct vq_elem_event *e = (const void *)h;
	const struct vq_flush_event *f = (const void *)h;

	if (vq_coder_find_queue(c, h->vq) >= MAX_QUEUES)
		return KIND_RAW;
	if (h->type == VQ_POP && h->size == sizeof(*e) && !e->len)
		return KIND_POP;
	if (h->type == VQ_FILL && h->size == sizeof(*e) && (c->threads || !e->tid))
		return KIND_FILL;
	if (h->type != VQ_FLUSH || h->size < sizeof(*f))
		return KIND_RAW;
	if (!f->pos && f->n == MIN(f->total, VQ_FLUSH_CHUNK) && vq_is_flush_record(f))
		return KIND_FLUSH;
	return vq_is_next_record(c, f) ? KIND_MORE : KIND_RAW;
}

/* What an event that went to VQ_COL_RAW changes in the state. */
static void note_raw(struct vq_coder *c, const struct vq_head *h)
{
	const struct vq_elem_event *e = (const void *)h;
	unsigned at = vq_coder_find_queue(c, h->vq);

	if (h->type == VQ_RESET || h->type == VQ_QUEUE_RESET)
		for (unsigned i = 0; i < c->n_queues; i++)
			vq_predict_reset(c->queue[i]);
	else if ((h->type == VQ_UNPOP || h->type == VQ_DETACH) && h->size >= sizeof(*e) &&
		 at < c->n_queues)
		vq_predict_taken_back(c->queue[at], e->id);
	c->last_ts = h->ts;
}

static void code_raw(struct vq_coder *c, struct vq_head *h)
{
	vq_col_bytes(c->columns, VQ_COL_RAW, h, sizeof(*h));
	if (h->size < sizeof(*h))
		c->columns->bad = true;
	else
		vq_col_bytes(c->columns, VQ_COL_RAW, h + 1, h->size - sizeof(*h));
	if (!c->columns->bad)
		note_raw(c, h);
}

/* c->event, in one direction or the other. */
static void code_event(struct vq_coder *c, enum kind kind)
{
	static const uint16_t type_of[KINDS] = {0, VQ_POP, VQ_FILL, VQ_FLUSH, VQ_FLUSH};
	struct vq_head *h = &c->event.head;
	struct vq_predict *q;
	uint64_t code = kind;

	vq_col_small(c->columns, VQ_COL_TYPE + c->last_kind, &code);
	if (code >= KINDS)
		c->columns->bad = true;
	if (c->columns->bad)
		return;
	kind = code;
	if (kind == KIND_RAW) {
		code_raw(c, h);
		c->last_kind = kind;
		return;
	}
	h->type = type_of[kind];
	q = code_queue(c, &h->vq);
	if (!q)
		return;
	switch (kind) {
	case KIND_POP:
		code_pop(c, q, &c->event.elem);
		break;
	case KIND_FILL:
		code_fill(c, q, &c->event.elem);
		break;
	case KIND_FLUSH:
		vq_code_flush(c, q, &c->event.flush);
		break;
	default:
		vq_code_more(c, q, &c->event.flush);
	}
	c->last_ts = h->ts;
	c->last_kind = kind;
}

static void begin_block(struct vq_coder *c)
{
	c->events = 0;
	c->n_queues = c->last_queue = 0;
	c->last_kind = KIND_RAW;
	c->last_ts = 0;
}

static struct vq_coder *coder_new(bool encoding, bool threads)
{
	struct vq_coder *c = g_new0(struct vq_coder, 1);

	c->threads = threads;
	c->columns = vq_columns_new(encoding, threads ? VQ_COLUMNS : VQ_COLUMNS_BEFORE_4);
	c->encoding = encoding;
	return c;
}

struct vq_coder *vq_encoder_new(uint32_t version)
{
	return coder_new(true, version >= 4);
}

struct vq_coder *vq_decoder_new(uint32_t version)
{
	return coder_new(false, version >= 4);
}

void vq_coder_free(struct vq_coder *c)
{
	vq_columns_free(c->columns);
	for (unsigned i = 0; i < MAX_QUEUES; i++)
		g_free(c->queue[i]);
	g_free(c);
}

bool vq_coder_put(struct vq_coder *c, const struct vq_head *h)
{
	if (c->events && vq_columns_size(c->columns) + h->size + ROOM > VQ_BLOCK_MAX)
		return false;
	memcpy(&c->event, h, h->size);
	code_event(c, kind_of(c, h));
	c->events++;
	return true;
}

uint32_t vq_coder_events(const struct vq_coder *c)
{
	return c->events;
}

size_t vq_coder_size(const struct vq_coder *c)
{
	return vq_columns_size(c->columns);
}

void vq_coder_take(struct vq_coder *c, vq_piece_fn fn, void *data)
{
	vq_columns_take(c->columns, c->events, fn, data);
	begin_block(c);
}

bool vq_coder_open(struct vq_coder *c, const void *block, size_t size)
{
	begin_block(c);
	return vq_columns_open(c->columns, block, size, &c->events);
}

const struct vq_head *vq_coder_get(struct vq_coder *c, bool *bad)
{
	if (!c->events) {
		*bad = !vq_columns_used_up(c->columns);
		return NULL;
	}
	c->events--;
	code_event(c, KIND_RAW);
	*bad = c->columns->bad;
	return *bad ? NULL : &c->event.head;
}
