// SPDX-License-Identifier: GPL-2.0-or-later
#include "synth.h"
#include "variants/order-shapes.h"

#include <string.h>

/* In-order windows are as large as this: a common number of requests in flight. */
#define IN_ORDER_WINDOW 32u

struct synth {
	struct source s;
	struct synth_options o;
	bool full; /* else: */
	OrderShape shape;
};

/* A run through it. */
struct maker {
	const struct synth *synth;
	GRand *rand;
	struct order *order;
	op_fn fn;
	void *data;
	uint64_t popped;
	uint32_t next_id;
	GArray *flight; /* uint32_t: ids popped and not completed */
};

static void emit(struct maker *m, enum op_kind kind, ReorderElem elem)
{
	struct op op = {.elem = elem, .kind = kind};
	char *wrong = order_op(m->order, &op);

	g_assert(!wrong);
	if (m->fn)
		m->fn(0, &op, m->order, m->data);
}

/* Pops one if elements are left and it fits. */
static bool pop(struct maker *m)
{
	const struct synth_options *o = &m->synth->o;
	uint32_t ndescs = o->shape.packed ? g_rand_int_range(m->rand, 1, o->chain + 1) : 1;

	if (m->popped == o->elements || !order_has_room(m->order, ndescs))
		return false;
	emit(m, OP_POP, (ReorderElem){.id = m->next_id, .ndescs = ndescs});
	g_array_append_val(m->flight, m->next_id);
	/* A packed ring's ids need not be positions; these never collide. */
	m->next_id = (m->next_id + 1) % o->shape.size;
	m->popped++;
	return true;
}

/* Completes the element at @i of those in flight, whose order is kept. */
static void complete(struct maker *m, guint i)
{
	uint32_t id = g_array_index(m->flight, uint32_t, i);

	g_array_remove_index(m->flight, i);
	emit(m, OP_FILL, (ReorderElem){.id = id, .len = g_rand_int_range(m->rand, 1, 65537)});
	emit(m, OP_FLUSH, (ReorderElem){0});
}

/* OrderDraw. */
static uint32_t draw(void *rand, uint32_t below)
{
	return g_rand_int_range(rand, 0, below);
}

static void complete_window(struct maker *m)
{
	OrderWindow w;

	order_window_begin(&w, m->synth->shape.kind, m->flight->len, draw, m->rand);
	while (w.left)
		complete(m, order_window_next(&w, draw, m->rand));
}

static void make(struct maker *m)
{
	const struct synth *s = m->synth;

	if (s->full) {
		do {
			while (pop(m))
				;
			complete(m, g_rand_int_range(m->rand, 0, m->flight->len));
		} while (m->flight->len || m->popped < s->o.elements);
		return;
	}
	while (m->popped < s->o.elements) {
		for (uint32_t i = 0; i < s->shape.window && pop(m); i++)
			;
		complete_window(m);
	}
}

static bool synth_run(struct source *s, op_fn fn, void *data, GError **error)
{
	const struct synth *synth = (struct synth *)s;
	struct maker m = {
		.synth = synth,
		.rand = g_rand_new_with_seed(synth->o.seed),
		.order = order_new(&synth->o.shape),
		.fn = fn,
		.data = data,
		.flight = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
	};

	make(&m);
	source_queue(s, 0)->counts = m.order->counts;
	g_array_free(m.flight, TRUE);
	order_free(m.order);
	g_rand_free(m.rand);
	return true;
}

/* "shuffle:32": false if it is none of the kinds. */
static bool parse_kind(struct synth *s, const char *kind)
{
	s->full = !strcmp(kind, "full");
	if (s->full)
		return true;
	if (!order_shape_parse(kind, &s->shape))
		return false;
	if (s->shape.kind == ORDER_IN_ORDER)
		s->shape.window = MIN(IN_ORDER_WINDOW, s->o.shape.size);
	return true;
}

struct source *synth_source(const char *kind, const struct synth_options *o, GError **error)
{
	g_autofree char *name =
		g_strdup_printf("%s %s:%u", kind, ring_format(&o->shape), o->shape.size);
	struct synth *s = source_new(sizeof(*s), name);

	s->s.run = synth_run;
	s->s.synth = g_strdup(kind);
	s->o = *o;
	if (!parse_kind(s, kind)) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "--synth: '%s': it is one of %s", kind,
			    SYNTH_KINDS);
	} else if (s->shape.window > o->shape.size) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "--synth: %s: a window of %u does not fit a ring of %u", kind,
			    s->shape.window, o->shape.size);
	} else if (o->chain > o->shape.size) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "--chain: %u descriptors do not fit a ring of %u", o->chain,
			    o->shape.size);
	} else {
		source_add(&s->s, "", 0, &o->shape);
		synth_run(&s->s, NULL, NULL, NULL);
		return &s->s;
	}
	source_free(&s->s);
	return NULL;
}
