// SPDX-License-Identifier: GPL-2.0-or-later
/* The pass before a witness: is the order right, digests, memory; and --print. */
#include <inttypes.h>
#include <malloc.h>
#include <stddef.h>

#include "pass.h"

/* FNV-1a, 64 bits. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Of one variant on one queue. */
struct proof {
	struct witness w;
	struct variant *variant;
	const struct pass_queue *queue;
	const Reorder *state;
	FILE *print; /* or NULL */
	uint64_t published, digest;
	bool wrong;
	uint64_t wrong_at; /* element */
	/* Bytes of the heap: now, at most, and before the variant was made. */
	uint64_t heap, heap_max, base;
	/* Elements popped, and of those filled, that are not published; the most so far. */
	uint32_t outstanding, waiting, outstanding_max, waiting_max;
};

static uint64_t heap_in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (unsigned int i = 0; i < sizeof(value); i++, value >>= 8)
		hash = (hash ^ (value & 0xff)) * FNV_PRIME;
	return hash;
}

static void G_GNUC_PRINTF(2, 3) say_wrong(struct proof *p, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	p->wrong = p->w.stop = true;
	p->wrong_at = p->published;
	if (p->variant->wrong)
		return; /* in another queue */
	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	p->variant->wrong = g_strdup_printf("%s%sat element %" PRIu64 ": %s", p->queue->q->name,
					    *p->queue->q->name ? ": " : "", p->published, what);
}

static void check_used(struct witness *w, const ReorderElem *e)
{
	struct proof *p = (struct proof *)w;
	const struct expected *x = &p->queue->expected;

	if (p->variant->ordered && !p->wrong) {
		const ReorderElem *due = &x->elem[p->published & x->mask];

		if (p->published >= x->n)
			say_wrong(p, "publishes id %u, len %u; nothing is due", e->id, e->len);
		else if (due->id != e->id || due->len != e->len)
			say_wrong(p, "publishes id %u, len %u; in order it is id %u, len %u", e->id,
				  e->len, due->id, due->len);
	}
	p->digest = mix(p->digest, (uint64_t)e->id << 32 | e->len);
	p->published++;
	p->outstanding -= p->outstanding > 0;
	p->waiting -= p->waiting > 0;
	if (p->print)
		fprintf(p->print, "used %u %u\n", e->id, e->len);
}

static void check_flush(struct witness *w, const struct op *op, uint32_t n)
{
	struct proof *p = (struct proof *)w;

	if (p->print)
		fprintf(p->print, "flush %u\n", n);
	if (p->variant->ordered && !p->wrong && n != op->elem.id)
		say_wrong(p, "a flush publishes %u, in order it is %u", n, op->elem.id);
	/* Else the next pop may be one too many for this variant, legal as it is in order. */
	if (p->variant->ordered && !p->wrong &&
	    p->state->ops->outstanding(p->state) != op->elem.len)
		say_wrong(p, "after a flush %u are outstanding, in order it is %u",
			  p->state->ops->outstanding(p->state), op->elem.len);
}

/*
 * The heap is asked only when more elements than ever are outstanding or wait for
 * their turn: nothing else makes a strategy take more.
 */
static void measure_heap(struct witness *w, const struct op *op)
{
	struct proof *p = (struct proof *)w;

	if (op->kind == OP_POP)
		p->outstanding++;
	else if (op->kind == OP_FILL || op->kind == OP_FILL_SHORT)
		p->waiting++;
	else if (op->kind == OP_REWIND)
		p->outstanding -= MIN(op->elem.id, p->outstanding);
	else if (op->kind == OP_RESET)
		p->outstanding = p->waiting = 0;
	if (p->outstanding <= p->outstanding_max && p->waiting <= p->waiting_max)
		return;
	p->outstanding_max = MAX(p->outstanding_max, p->outstanding);
	p->waiting_max = MAX(p->waiting_max, p->waiting);
	p->heap = heap_in_use() - p->base;
	p->heap_max = MAX(p->heap_max, p->heap);
}

static void proof_begin(struct pass *pass, struct pass_queue *q)
{
	guint n = pass->r->variants->len;
	struct proof *proofs = g_new0(struct proof, n);

	q->user = proofs;
	for (guint v = 0; v < n; v++) {
		struct proof *p = &proofs[v];

		p->w.on_used = check_used;
		p->w.on_flush = check_flush;
		p->w.on_op = measure_heap;
		p->variant = variant_at(pass->r, v);
		p->queue = q;
		p->state = q->lanes[v].r;
		p->print = pass->data;
		p->digest = FNV_BASIS;
		p->heap = p->heap_max = q->lanes[v].state_bytes;
		witness_reset(&p->w, &q->lanes[v]);
	}
}

static void proof_chunk(struct pass *pass, struct pass_queue *q, unsigned int v)
{
	struct proof *p = (struct proof *)q->user + v;
	size_t n;

	if (p->wrong)
		return;
	p->base = heap_in_use() - p->heap;
	n = lane_watch(&q->lanes[v], q->chunk, q->n, &p->w);
	p->heap = heap_in_use() - p->base;
	if (p->w.wrong && !p->wrong)
		say_wrong(p, "%s", p->w.wrong);
	if (n < q->n && !p->wrong)
		say_wrong(p, "operation %" PRIu64 " was refused", q->before + n + 1);
}

static void proof_end(struct pass *pass, struct pass_queue *q)
{
	struct proof *proofs = q->user;

	for (guint v = 0; v < pass->r->variants->len; v++) {
		struct proof *p = &proofs[v];
		struct variant *variant = p->variant;
		const struct source_queue *sq = q->q;

		variant->digest = mix(variant->digest, p->digest);
		variant->published += p->published;
		variant->memory += p->heap_max;
		g_free(p->w.wrong);
		if (sq->order == RECORDED_NONE || !variant->ordered)
			continue;
		if (variant->recorded == RECORDED_NONE || variant->recorded == RECORDED_SAME)
			variant->recorded = sq->order;
		if (sq->order == RECORDED_DIFFERS)
			variant->recorded_at = sq->recorded_at;
		if (sq->order == RECORDED_SAME && variant->recorded == RECORDED_SAME && p->wrong) {
			variant->recorded = RECORDED_DIFFERS;
			variant->recorded_at = p->wrong_at;
		}
	}
	g_free(proofs);
}

static bool prove(struct replay *r, FILE *print, GError **error)
{
	struct pass pass = {
		.r = r,
		.begin = proof_begin,
		.chunk = proof_chunk,
		.end = proof_end,
		.expects = true,
		.data = print,
	};

	for (guint v = 0; v < r->variants->len; v++) {
		struct variant *variant = variant_at(r, v);

		variant->digest = FNV_BASIS;
		variant->published = variant->memory = 0;
		variant->recorded = RECORDED_NONE;
		g_clear_pointer(&variant->wrong, g_free);
	}
	return pass_run(&pass, error);
}

bool replay_prove(struct replay *r, GError **error)
{
	return prove(r, NULL, error);
}

bool replay_print(struct replay *r, FILE *out, GError **error)
{
	return prove(r, out, error);
}

bool replay_is_ordered(const struct replay *r)
{
	for (guint v = 0; v < r->variants->len; v++)
		if (variant_at(r, v)->wrong && !variant_at(r, v)->model)
			return false;
	return true;
}
