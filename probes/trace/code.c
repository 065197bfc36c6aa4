// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events to and from the columns of a block.
 *
 * As with vq_col_ (columns.h), each code_ function serves both
 * directions.  Encoding, c->event is the event; decoding, it becomes it.
 */
#include <string.h>

#include "code.h"
#include "columns.h"
#include "predict.h"

/* How an event is coded: by its fields, or all of its bytes. */
enum kind { KIND_RAW, KIND_POP, KIND_FILL, KIND_FLUSH, KIND_MORE, KINDS };

#define MAX_QUEUES 64u
/* No event takes more, but for its own size if it goes to VQ_COL_RAW. */
#define ROOM 512u

struct vq_coder {
	struct vq_columns *columns;
	bool encoding;
	uint32_t events; /* in the block, so far or still */
	/* The state, which begins anew with each block. */
	struct vq_predict *queue[MAX_QUEUES];
	unsigned n_queues, last_queue;
	enum kind last_kind;
	uint64_t last_ts;
	/* the event that is being coded */
	union {
		struct vq_head head;
		struct vq_elem_event elem;
		struct vq_flush_event flush;
		uint8_t bytes[UINT16_MAX + 1];
	} event;
};

/* How long the call took, and when it began: after the end of the event before. */
static void code_times(struct vq_coder *c, enum vq_column dur, enum vq_column gap,
		       struct vq_head *h)
{
	uint64_t ns = h->dur_ns, since = h->ts - h->dur_ns - c->last_ts;

	vq_col_time(c->columns, dur, &ns);
	vq_col_time(c->columns, gap, &since);
	h->dur_ns = ns;
	h->ts = c->last_ts + since + h->dur_ns;
}

static struct vq_predict *add_queue(struct vq_coder *c, uint64_t vq)
{
	struct vq_predict **q = &c->queue[c->n_queues];

	if (!*q)
		*q = g_new(struct vq_predict, 1);
	vq_predict_init(*q, vq);
	c->n_queues++;
	return *q;
}

static unsigned find_queue(const struct vq_coder *c, uint64_t vq)
{
	unsigned i = 0;

	if (c->last_queue < c->n_queues && c->queue[c->last_queue]->vq == vq)
		return c->last_queue;
	while (i < c->n_queues && c->queue[i]->vq != vq)
		i++;
	return i;
}

/* 0: that of the event before; n + 1: the block's nth, by first sight. */
static struct vq_predict *code_queue(struct vq_coder *c, __u64 *vq)
{
	unsigned at = c->encoding ? find_queue(c, *vq) : 0;
	uint64_t code = c->n_queues && at == c->last_queue ? 0 : at + 1;

	vq_col_small(c->columns, VQ_COL_QUEUE, &code);
	at = code ? code - 1 : c->last_queue;
	if (code > MAX_QUEUES || at > c->n_queues || at >= MAX_QUEUES) {
		vq_columns_fail(c->columns);
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

static void code_pop(struct vq_coder *c, struct vq_predict *q, struct vq_elem_event *e)
{
	uint64_t place = c->encoding ? vq_predict_free(q, e->id) + 2 : 0;

	e->h.size = sizeof(*e);
	e->len = 0;
	code_times(c, VQ_COL_POP_DUR,
		   c->last_kind == KIND_POP ? VQ_COL_POP_GAP : VQ_COL_POP_GAP_ELSE, &e->h);
	/* 0: the next one; 1: any; else its place among those that are free */
	if (c->encoding && e->id == q->last_id + 1)
		place = 0;
	vq_col_small(c->columns, VQ_COL_POP_ID, &place);
	if (place == 0)
		e->id = q->last_id + 1;
	else if (place == 1)
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->id, sizeof(e->id));
	else if (place - 2 < q->n_free)
		e->id = q->free[q->n_free - 1 - (place - 2)];
	else
		vq_columns_fail(c->columns);
	vq_col_near(c->columns, VQ_COL_POP_NDESCS, &e->ndescs, q->ndescs);
	vq_col_near(c->columns, VQ_COL_POP_INUSE, &e->inuse, vq_predict_inuse(q, e->ndescs));
	vq_predict_popped(q, e);
}

static void code_len(struct vq_coder *c, const struct vq_predict *q, uint32_t *len)
{
	uint64_t place = 0;

	while (c->encoding && place < VQ_PREDICT_LENGTHS && q->length[place] != *len)
		place++;
	vq_col_small(c->columns, VQ_COL_FILL_LEN, &place);
	if (place < VQ_PREDICT_LENGTHS)
		*len = q->length[place];
	else
		vq_col_bytes(c->columns, VQ_COL_RAW, len, sizeof(*len));
}

static void code_fill(struct vq_coder *c, struct vq_predict *q, struct vq_elem_event *e)
{
	uint64_t rank = c->encoding ? vq_predict_rank(q, e->id) + 1 : 0;
	enum vq_column gap = c->last_kind == KIND_FILL	? VQ_COL_FILL_GAP
			     : c->last_kind == KIND_POP ? VQ_COL_FILL_GAP_POP
							: VQ_COL_FILL_GAP_ELSE;
	struct vq_out *out = NULL;

	e->h.size = sizeof(*e);
	e->inuse = 0;
	code_times(c, VQ_COL_FILL_DUR, gap, &e->h);
	/* 0: any; else its rank among those that were popped and not filled */
	vq_col_small(c->columns, VQ_COL_FILL_RANK, &rank);
	if (rank == 0) {
		vq_col_bytes(c->columns, VQ_COL_RAW, &e->id, sizeof(e->id));
	} else {
		out = rank <= VQ_PREDICT_OUT ? vq_predict_ranked(q, rank - 1) : NULL;
		if (out)
			e->id = out->id;
		else
			vq_columns_fail(c->columns);
	}
	vq_col_near(c->columns, VQ_COL_FILL_NDESCS, &e->ndescs, out ? out->ndescs : q->ndescs);
	code_len(c, q, &e->len);
	vq_predict_filled(q, out, e);
}

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

static void code_flush(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e)
{
	enum { NUM = 1, INUSE = 2, IDX = 4, FLAGS = 8 };
	struct vq_flush_event guess;
	uint64_t differs = 0;

	code_times(c, VQ_COL_FLUSH_DUR, VQ_COL_FLUSH_GAP, &e->h);
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

/* The next record of a long flush: its head is that of the one before. */
static void code_more(struct vq_coder *c, struct vq_predict *q, struct vq_flush_event *e)
{
	const struct vq_flush_event *last = &q->flush;

	if (!c->encoding) {
		*e = *last;
		e->pos = last->pos + last->n;
		e->n = MIN(last->total - e->pos, VQ_FLUSH_CHUNK);
		if (e->pos >= e->total)
			vq_columns_fail(c->columns);
	}
	code_used(c, q, e);
}

/* Nothing behind the entries, and as much of it as the BPF program leaves? */
static bool is_record(const struct vq_flush_event *e)
{
	static const struct vq_used_entry zero[VQ_FLUSH_CHUNK];
	uint32_t n = room(e->total);

	return e->h.size == sizeof(*e) + n * sizeof(e->used[0]) && e->n <= n &&
	       !memcmp(e->used + e->n, zero, (n - e->n) * sizeof(zero[0]));
}

static bool is_more(const struct vq_coder *c, const struct vq_flush_event *e)
{
	unsigned at = find_queue(c, e->h.vq);
	const struct vq_flush_event *last = at < c->n_queues ? &c->queue[at]->flush : NULL;

	return last && !memcmp(&e->h, &last->h, sizeof(e->h)) && e->num == last->num &&
	       e->inuse == last->inuse && e->total == last->total && e->old_idx == last->old_idx &&
	       e->flags == last->flags && e->pos == last->pos + last->n && e->pos < e->total &&
	       e->n == MIN(e->total - e->pos, VQ_FLUSH_CHUNK) && is_record(e);
}

/* How @h can be coded without losing any of it. */
static enum kind kind_of(const struct vq_coder *c, const struct vq_head *h)
{
	const struct vq_elem_event *e = (const void *)h;
	const struct vq_flush_event *f = (const void *)h;

	if (find_queue(c, h->vq) >= MAX_QUEUES)
		return KIND_RAW;
	if (h->type == VQ_POP && h->size == sizeof(*e) && !e->len)
		return KIND_POP;
	if (h->type == VQ_FILL && h->size == sizeof(*e) && !e->inuse)
		return KIND_FILL;
	if (h->type != VQ_FLUSH || h->size < sizeof(*f))
		return KIND_RAW;
	if (!f->pos && f->n == MIN(f->total, VQ_FLUSH_CHUNK) && is_record(f))
		return KIND_FLUSH;
	return is_more(c, f) ? KIND_MORE : KIND_RAW;
}

/* What an event that went to VQ_COL_RAW changes in the state. */
static void take_note(struct vq_coder *c, const struct vq_head *h)
{
	const struct vq_elem_event *e = (const void *)h;
	unsigned at = find_queue(c, h->vq);

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
		vq_columns_fail(c->columns);
	else
		vq_col_bytes(c->columns, VQ_COL_RAW, h + 1, h->size - sizeof(*h));
	if (!vq_columns_bad(c->columns))
		take_note(c, h);
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
		vq_columns_fail(c->columns);
	if (vq_columns_bad(c->columns))
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
		code_flush(c, q, &c->event.flush);
		break;
	default:
		code_more(c, q, &c->event.flush);
	}
	c->last_ts = h->ts;
	c->last_kind = kind;
}

/* As a block begins. */
static void forget(struct vq_coder *c)
{
	c->events = 0;
	c->n_queues = c->last_queue = 0;
	c->last_kind = KIND_RAW;
	c->last_ts = 0;
}

static struct vq_coder *coder_new(bool encoding)
{
	struct vq_coder *c = g_new0(struct vq_coder, 1);

	c->columns = vq_columns_new(encoding);
	c->encoding = encoding;
	return c;
}

struct vq_coder *vq_encoder_new(void)
{
	return coder_new(true);
}

struct vq_coder *vq_decoder_new(void)
{
	return coder_new(false);
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
	forget(c);
}

bool vq_coder_open(struct vq_coder *c, const void *block, size_t size)
{
	forget(c);
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
	*bad = vq_columns_bad(c->columns);
	return *bad ? NULL : &c->event.head;
}
