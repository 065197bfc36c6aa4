// SPDX-License-Identifier: GPL-2.0-or-later
#include "synth.h"

#include <string.h>

/* In-order windows are as large as this: a common number of requests in flight. */
#define IN_ORDER_WINDOW 32u

enum shape { IN_ORDER, SHUFFLE, STRAGGLER, REVERSE, FULL };

struct synth {
	struct source s;
	struct synth_options o;
	enum shape shape;
	uint32_t window;
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

static void complete_window(struct maker *m)
{
	uint32_t late = m->flight->len - 1;

	if (m->synth->shape == STRAGGLER)
		late = g_rand_int_range(m->rand, 0, m->flight->len);
	while (m->flight->len) {
		guint last = m->flight->len - 1, i = 0;

		if (m->synth->shape == SHUFFLE)
			i = g_rand_int_range(m->rand, 0, last + 1);
		else if (m->synth->shape == REVERSE)
			i = last;
		else if (m->synth->shape == STRAGGLER && last && late == 0)
			i = 1;
		else if (late)
			late--;
		complete(m, i);
	}
}

static void make(struct maker *m)
{
	const struct synth *s = m->synth;

	if (s->shape == FULL) {
		do {
			while (pop(m))
				;
			complete(m, g_rand_int_range(m->rand, 0, m->flight->len));
		} while (m->flight->len || m->popped < s->o.elements);
		return;
	}
	while (m->popped < s->o.elements) {
		for (uint32_t i = 0; i < s->window && pop(m); i++)
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
	static const char *const names[] = {"in-order", "shuffle", "straggler", "reverse", "full"};
	const char *colon = strchrnul(kind, ':');
	guint64 window = 0;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strncmp(kind, names[i], colon - kind) || names[i][colon - kind])
			continue;
		s->shape = i;
		if (i == IN_ORDER || i == FULL) {
			s->window = MIN(IN_ORDER_WINDOW, s->o.shape.size);
			return !*colon;
		}
		if (!*colon ||
		    !g_ascii_string_to_unsigned(colon + 1, 10, 1, REORDER_RING_MAX, &window, NULL))
			return false;
		s->window = window;
		return true;
	}
	return false;
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
	} else if (s->window > o->shape.size) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "--synth: %s: a window of %u does not fit a ring of %u", kind,
			    s->window, o->shape.size);
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
