// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace-queue.h"

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED (1u << 15)

struct trace_queue *trace_queue_new(unsigned int number, struct source_queue *q, op_fn fn,
				    void *data)
{
	struct trace_queue *t = g_new0(struct trace_queue, 1);

	t->number = number;
	t->q = q;
	t->order = order_new(&q->shape);
	t->fn = fn;
	t->data = data;
	t->recorded = g_array_new(FALSE, FALSE, sizeof(ReorderElem));
	g_queue_init(&t->due);
	q->ignored = q->broken = q->hoisted = 0;
	return t;
}

void trace_queue_free(struct trace_queue *t)
{
	order_free(t->order);
	g_array_free(t->recorded, TRUE);
	g_queue_clear_full(&t->due, g_free);
	g_free(t);
}

/* Hands on an operation that is legal by the caller's care. */
static void emit(struct trace_queue *t, enum op_kind kind, ReorderElem elem)
{
	struct op op = {.elem = elem, .kind = kind};
	g_autofree char *wrong = order_op(t->order, &op);

	if (wrong)
		t->q->broken++;
	else if (t->fn)
		t->fn(t->number, &op, t->order, t->data);
}

/* The id under which the driver's @id is to be popped now. */
static uint32_t new_alias(struct trace_queue *t, uint32_t id)
{
	if (!order_find(t->order, id))
		return id;
	do {
		t->next_free = (t->next_free + 1) % t->order->shape.size;
	} while (order_find(t->order, t->next_free));
	return t->next_free;
}

static void take_away(struct trace_queue *t, uint32_t id)
{
	t->busy[id] = t->unseen[id] = 0;
	emit(t, OP_DETACH, (ReorderElem){.id = t->alias[id]});
}

/* An ordered ring would be full: makes room as if the oldest were complete. */
static void make_room(struct trace_queue *t, uint32_t ndescs)
{
	struct order *o = t->order;

	while (!order_has_room(o, ndescs)) {
		if (o->frontier == o->base) {
			uint32_t alias = o->slot[o->base & o->mask].elem.id, id = t->owner[alias];

			t->busy[id] = t->unseen[id] = 0;
			t->hoisted[id] = 1;
			t->q->hoisted++;
			emit(t, OP_FILL, (ReorderElem){.id = alias});
		}
		emit(t, OP_FLUSH, (ReorderElem){0});
	}
}

static void on_pop(struct trace_queue *t, const struct vq_elem_event *e)
{
	bool packed = t->q->shape.packed;
	uint32_t ndescs = packed ? MAX(e->ndescs, 1) : 1;

	t->unpopped = 0;
	if (e->id >= (packed ? OPS_IDS : t->q->shape.size) || ndescs > t->q->shape.size) {
		t->q->broken++;
		return;
	}
	if (t->busy[e->id]) {
		t->q->broken++;
		take_away(t, e->id);
	}
	make_room(t, ndescs);
	t->alias[e->id] = new_alias(t, e->id);
	t->owner[t->alias[e->id]] = e->id;
	t->busy[e->id] = t->unseen[e->id] = 1;
	t->hoisted[e->id] = 0;
	t->ndescs[e->id] = ndescs;
	emit(t, OP_POP, (ReorderElem){.id = t->alias[e->id], .ndescs = ndescs});
}

/* Is it known that @id is with the device? */
static bool known(struct trace_queue *t, uint32_t id)
{
	if (id < OPS_IDS && t->busy[id])
		return true;
	if (id < OPS_IDS && t->hoisted[id])
		t->hoisted[id] = 0;
	else
		t->q->ignored++;
	return false;
}

static void on_fill(struct trace_queue *t, const struct vq_elem_event *e)
{
	t->unpopped = 0;
	if (!known(t, e->id))
		return;
	t->busy[e->id] = 0;
	emit(t, OP_FILL, (ReorderElem){.id = t->alias[e->id], .len = e->len});
}

static void on_unpop(struct trace_queue *t, const struct vq_elem_event *e)
{
	uint32_t alias;

	t->unpopped = e->id + 1;
	if (!known(t, e->id))
		return;
	alias = t->alias[e->id];
	if (t->order->seq_of[alias] != t->order->next) {
		take_away(t, e->id);
		return;
	}
	t->busy[e->id] = t->unseen[e->id] = 0;
	emit(t, OP_REWIND, (ReorderElem){.id = 1, .len = alias + 1});
}

/* @count is in elements, or in descriptors on packed rings. */
static void on_rewind(struct trace_queue *t, const struct vq_count_event *e)
{
	const struct order *o = t->order;
	uint32_t most = order_rewindable(o), left = e->count, n = 0;

	t->unpopped = 0;
	if (e->count > e->inuse)
		return; /* QEMU refuses */
	for (; left && n < most; n++) {
		const ReorderElem *elem = &o->slot[(o->next - 1 - n) & o->mask].elem;
		uint32_t id = t->owner[elem->id];

		if (elem->ndescs > left)
			break;
		left -= elem->ndescs;
		t->busy[id] = t->unseen[id] = 0;
	}
	/* What is left was popped before the recording, or it is not with the device. */
	if (left && o->next - o->base > n)
		t->q->broken++;
	else if (left)
		t->q->ignored++;
	if (n || !e->count)
		emit(t, OP_REWIND, (ReorderElem){.id = n});
}

void trace_queue_reset(struct trace_queue *t)
{
	t->unpopped = 0;
	memset(t->busy, 0, sizeof(t->busy));
	memset(t->hoisted, 0, sizeof(t->hoisted));
	memset(t->unseen, 0, sizeof(t->unseen));
	g_queue_clear_full(&t->due, g_free);
	if (t->order->counts.ops)
		emit(t, OP_RESET, (ReorderElem){0});
}

static void differs(struct trace_queue *t)
{
	if (t->q->order == RECORDED_SAME) {
		t->q->order = RECORDED_DIFFERS;
		t->q->recorded_at = t->n_recorded;
		g_queue_clear_full(&t->due, g_free);
	}
}

/* The used ring shows @id: into the list, unless it is older than the trace. */
static uint32_t see(struct trace_queue *t, uint32_t id, uint32_t len)
{
	ReorderElem elem = {.id = id, .len = len};

	t->unknown_chain = id >= OPS_IDS || !t->unseen[id];
	if (t->unknown_chain)
		return 1;
	t->unseen[id] = 0;
	g_array_append_val(t->recorded, elem);
	return t->ndescs[id];
}

/*
 * A slot of a packed ring: used if both flags equal the device's wrap counter
 * of that lap (virtio 1.3, section 2.8.1).  Only the first slot of an element
 * is written.  A head that is not used has been taken by the driver again.
 */
static void see_packed(struct trace_queue *t, const struct vq_flush_event *e, uint32_t i)
{
	uint32_t flags = e->used[i].second >> 16;
	bool avail = flags & PACKED_AVAIL, used = flags & PACKED_USED;
	bool wrap = !!(e->flags & VQ_FLUSH_OLD_WRAP) ^ (e->old_idx + e->pos + i >= e->num);

	if (t->skip) {
		t->skip--;
		return;
	}
	if (avail == wrap && used == wrap)
		t->skip = see(t, e->used[i].second & 0xffff, e->used[i].first) - 1;
	else if (!t->unknown_chain || avail != wrap)
		t->q->order = RECORDED_UNKNOWN;
}

/* What the flush published, beside what the model did in all flushes so far. */
static void compare(struct trace_queue *t)
{
	for (guint i = 0; i < t->recorded->len; i++, t->n_recorded++) {
		const ReorderElem *r = &g_array_index(t->recorded, ReorderElem, i);
		g_autofree ReorderElem *due = g_queue_pop_head(&t->due);

		if (!due || due->id != r->id || due->len != r->len)
			differs(t);
	}
	g_array_set_size(t->recorded, 0);
	if (g_queue_get_length(&t->due) > REORDER_RING_MAX)
		differs(t);
}

static void on_flush(struct trace_queue *t, const struct vq_flush_event *e)
{
	const GArray *published = t->order->published;

	t->unpopped = 0;
	if (e->pos == 0) {
		t->skip = 0;
		t->unknown_chain = false;
	}
	if (e->flags & VQ_FLUSH_IN_ORDER)
		t->q->has_ordered = true;
	else
		t->q->has_unordered = true;
	if (t->q->order == RECORDED_NONE && e->flags & VQ_FLUSH_IN_ORDER)
		t->q->order = RECORDED_SAME;
	if (e->flags & VQ_FLUSH_UNREADABLE)
		t->q->order = RECORDED_UNKNOWN;
	for (uint32_t i = 0; i < e->n; i++) {
		if (t->order->shape.packed)
			see_packed(t, e, i);
		else
			see(t, e->used[i].first, e->used[i].second);
	}
	if (e->pos + e->n < e->total)
		return;
	emit(t, OP_FLUSH, (ReorderElem){0});
	if (t->q->order != RECORDED_SAME) {
		g_array_set_size(t->recorded, 0);
		return;
	}
	for (guint i = 0; i < published->len; i++) {
		ReorderElem *due = g_new(ReorderElem, 1);

		*due = g_array_index(published, ReorderElem, i);
		due->id = t->owner[due->id];
		g_queue_push_tail(&t->due, due);
	}
	compare(t);
}

void trace_queue_event(struct trace_queue *t, const struct vq_head *h)
{
	switch (h->type) {
	case VQ_POP:
		on_pop(t, (const void *)h);
		break;
	case VQ_FILL:
		on_fill(t, (const void *)h);
		break;
	case VQ_FLUSH:
		on_flush(t, (const void *)h);
		break;
	case VQ_UNPOP:
		on_unpop(t, (const void *)h);
		break;
	case VQ_DETACH:
		/* unpop detaches by itself. */
		if (t->unpopped == ((const struct vq_elem_event *)h)->id + 1)
			t->unpopped = 0;
		else if (known(t, ((const struct vq_elem_event *)h)->id))
			take_away(t, ((const struct vq_elem_event *)h)->id);
		break;
	case VQ_REWIND:
		on_rewind(t, (const void *)h);
		break;
	}
}
