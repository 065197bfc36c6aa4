// SPDX-License-Identifier: GPL-2.0-or-later
#include "pass.h"

static void begin_queue(struct pass *p, struct pass_queue *q)
{
	guint n = p->r->variants->len;
	uint64_t room = 1;

	q->chunk = g_new(struct op, CHUNK);
	q->lanes = g_new0(struct lane, n);
	for (guint v = 0; v < n; v++)
		lane_init(&q->lanes[v], variant_at(p->r, v)->ops, &q->q->shape);
	if (p->expects) {
		/* A variant is behind by a ring at most, unless it loses elements. */
		while (room < 2 * q->q->shape.size + CHUNK)
			room *= 2;
		q->expected.mask = room - 1;
		q->expected.elem = g_new0(ReorderElem, room);
	}
	if (p->begin)
		p->begin(p, q);
}

static void end_queue(struct pass *p, struct pass_queue *q)
{
	if (!q->lanes)
		return;
	if (p->end)
		p->end(p, q);
	for (guint v = 0; v < p->r->variants->len; v++)
		lane_clear(&q->lanes[v]);
	g_free(q->lanes);
	g_free(q->chunk);
	g_free(q->expected.elem);
}

/* The variants in an order of their own for each chunk. */
static void run_chunk(struct pass *p, struct pass_queue *q)
{
	guint n = p->r->variants->len;
	g_autofree guint *order = g_new(guint, n);

	for (guint i = 0; i < n; i++) {
		guint k = g_rand_int_range(p->rand, 0, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (guint i = 0; i < n && q->n; i++)
		p->chunk(p, q, order[i]);
	q->before += q->n;
	q->n = 0;
}

static void take_op(unsigned int queue, const struct op *op, const struct order *order, void *data)
{
	struct pass *p = data;
	struct pass_queue *q = &p->queues[queue];
	const GArray *published = order->published;

	if (!q->lanes)
		begin_queue(p, q);
	q->chunk[q->n] = *op;
	if (op->kind == OP_FLUSH) {
		/* For the proof; the measured loop reads neither. */
		q->chunk[q->n].elem.id = published->len;
		q->chunk[q->n].elem.len = order->next - order->base;
		for (guint i = 0; p->expects && i < published->len; i++)
			q->expected.elem[q->expected.n++ & q->expected.mask] =
				g_array_index(published, ReorderElem, i);
	}
	if (++q->n == CHUNK)
		run_chunk(p, q);
}

bool pass_run(struct pass *p, GError **error)
{
	struct source *s = p->r->source;
	guint n = s->queues->len;
	bool ok;

	p->queues = g_new0(struct pass_queue, n);
	p->rand = g_rand_new_with_seed(p->r->seed);
	for (guint i = 0; i < n; i++)
		p->queues[i].q = source_queue(s, i);
	ok = s->run(s, take_op, p, error);
	for (guint i = 0; i < n; i++) {
		if (ok && p->queues[i].n)
			run_chunk(p, &p->queues[i]);
		end_queue(p, &p->queues[i]);
	}
	g_rand_free(p->rand);
	g_free(p->queues);
	return ok;
}
