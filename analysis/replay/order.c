// SPDX-License-Identifier: GPL-2.0-or-later
#include "order.h"

struct order *order_new(const struct ring_shape *shape)
{
	struct order *o = g_new0(struct order, 1);
	uint32_t places = 1;

	while (places < shape->size)
		places *= 2;
	o->shape = *shape;
	o->mask = places - 1;
	o->slot = g_new(struct order_slot, places);
	o->seq_of = g_new0(uint64_t, OPS_IDS);
	o->published = g_array_new(FALSE, FALSE, sizeof(ReorderElem));
	return o;
}

void order_free(struct order *o)
{
	if (!o)
		return;
	g_array_free(o->published, TRUE);
	g_free(o->seq_of);
	g_free(o->slot);
	g_free(o);
}

static struct order_slot *slot_of(const struct order *o, uint64_t seq)
{
	return &o->slot[seq & o->mask];
}

const struct order_slot *order_find(const struct order *o, uint32_t id)
{
	return id < OPS_IDS && o->seq_of[id] ? slot_of(o, o->seq_of[id] - 1) : NULL;
}

uint32_t order_rewindable(const struct order *o)
{
	uint64_t seq = o->next;

	while (seq > o->base && slot_of(o, seq - 1)->state == SLOT_POPPED)
		seq--;
	return o->next - seq;
}

/* On split rings each has one. */
bool order_has_room(const struct order *o, uint32_t ndescs)
{
	return o->descs + ndescs <= o->shape.size;
}

/* A packed ring's buffer ids are the driver's to choose. */
static char *check_id(const struct order *o, uint32_t id)
{
	if (id < (o->shape.packed ? OPS_IDS : o->shape.size))
		return NULL;
	return g_strdup_printf("id %u: out of range for %s ring of %u", id,
			       o->shape.packed ? "a packed" : "a split", o->shape.size);
}

static char *pop(struct order *o, ReorderElem *e)
{
	if (o->seq_of[e->id])
		return g_strdup_printf("pop of id %u: it is outstanding", e->id);
	if (!e->ndescs || e->ndescs > o->shape.size)
		return g_strdup_printf("pop of %u descriptors: must be 1 to the ring's size, %u",
				       e->ndescs, o->shape.size);
	if (!o->shape.packed)
		e->ndescs = 1; /* that is what an element takes in the used ring */
	if (!order_has_room(o, e->ndescs))
		return g_strdup_printf("pop beyond the ring's size: %u %s outstanding",
				       (uint32_t)o->descs,
				       o->shape.packed ? "descriptors are" : "elements are");
	*slot_of(o, o->next) = (struct order_slot){.elem = *e};
	o->seq_of[e->id] = ++o->next;
	o->descs += e->ndescs;
	o->counts.pops++;
	return NULL;
}

static void pass(struct order *o)
{
	while (o->frontier < o->next && slot_of(o, o->frontier)->state != SLOT_POPPED)
		o->frontier++;
}

static char *fill(struct order *o, ReorderElem *e)
{
	uint64_t seq = o->seq_of[e->id] - 1, depth = seq - o->frontier;
	struct order_slot *s;

	if (!o->seq_of[e->id])
		return g_strdup_printf("fill of id %u: it is not outstanding", e->id);
	s = slot_of(o, seq);
	if (s->state == SLOT_FILLED)
		return g_strdup_printf("fill of id %u: it is filled already", e->id);
	s->state = SLOT_FILLED;
	s->elem.len = e->len;
	e->ndescs = s->elem.ndescs;
	o->counts.fills++;
	o->counts.reordered += depth > 0;
	o->counts.depth_sum += depth;
	o->counts.depth_max = MAX(o->counts.depth_max, depth);
	pass(o);
	return NULL;
}

static void flush(struct order *o)
{
	g_array_set_size(o->published, 0);
	for (; o->base < o->frontier; o->base++) {
		struct order_slot *s = slot_of(o, o->base);

		o->descs -= s->elem.ndescs;
		if (s->state == SLOT_GONE)
			continue;
		g_array_append_val(o->published, s->elem);
		o->seq_of[s->elem.id] = 0;
	}
	o->counts.flushes++;
	o->counts.published += o->published->len;
}

static char *rewind(struct order *o, ReorderElem *e)
{
	uint32_t n = e->id, id = e->len - 1;

	if (e->len) {
		const struct order_slot *s = order_find(o, id);

		if (!s)
			return g_strdup_printf("unpop of id %u: it is not outstanding", id);
		if (o->seq_of[id] != o->next)
			return g_strdup_printf("unpop of id %u: it is not the most recent pop", id);
		if (s->state != SLOT_POPPED)
			return g_strdup_printf("unpop of id %u: it is filled already", id);
	}
	if (n > order_rewindable(o))
		return n > o->next - o->base
			       ? g_strdup_printf("rewind of %u: more than are outstanding", n)
			       : g_strdup_printf("rewind of %u: one of them is filled or detached",
						 n);
	e->ndescs = 0;
	for (; n; n--) {
		struct order_slot *s = slot_of(o, --o->next);

		o->seq_of[s->elem.id] = 0;
		e->ndescs += s->elem.ndescs;
	}
	o->descs -= e->ndescs;
	return NULL;
}

static char *detach(struct order *o, ReorderElem *e)
{
	struct order_slot *s = (struct order_slot *)order_find(o, e->id);

	if (!s)
		return g_strdup_printf("detach of id %u: it is not outstanding", e->id);
	if (s->state == SLOT_FILLED)
		return g_strdup_printf("detach of id %u: it is filled already", e->id);
	s->state = SLOT_GONE;
	e->ndescs = s->elem.ndescs;
	o->seq_of[e->id] = 0;
	pass(o);
	return NULL;
}

static void reset(struct order *o)
{
	for (; o->base < o->next; o->base++)
		o->seq_of[slot_of(o, o->base)->elem.id] = 0;
	o->frontier = o->base;
	o->descs = 0;
}

char *order_op(struct order *o, struct op *op)
{
	bool has_id = op->kind == OP_POP || op->kind == OP_FILL || op->kind == OP_FILL_SHORT ||
		      op->kind == OP_DETACH;
	char *wrong = NULL;

	if (has_id || (op->kind == OP_REWIND && op->elem.len))
		wrong = check_id(o, has_id ? op->elem.id : op->elem.len - 1);
	if (wrong)
		return wrong;
	switch (op->kind) {
	case OP_POP:
		wrong = pop(o, &op->elem);
		break;
	case OP_FILL:
	case OP_FILL_SHORT:
		wrong = fill(o, &op->elem);
		break;
	case OP_FLUSH:
		flush(o);
		break;
	case OP_REWIND:
		wrong = rewind(o, &op->elem);
		break;
	case OP_DETACH:
		wrong = detach(o, &op->elem);
		break;
	case OP_RESET:
		reset(o);
		break;
	}
	o->counts.ops += !wrong;
	return wrong;
}
