// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model against hand-computed sequences, and against an oracle that works
 * each measure out of the whole history, by the definitions, at each step.
 */
#include <glib.h>
#include <string.h>

#include "../model.h"

#define VQ 0x1000
#define VDEV 0x9000

/* Builds events as QEMU would cause them; keeps the time, used_idx and inuse. */
struct driver {
	struct vq_model *m;
	struct vq_queue *q;
	bool packed, in_order;
	uint32_t num, inuse;
	uint16_t used_idx;
	bool wrap;
	uint64_t ts;
};

static void begin(struct driver *d, uint32_t num, bool packed, bool in_order)
{
	struct vq_queue_event e = {.h = {VQ_QUEUE, sizeof(e), 0, 0, VQ},
				   .vdev = VDEV,
				   .index = 3,
				   .device = "disk",
				   .type = "virtio-blk"};

	*d = (struct driver){.num = num,
			     .packed = packed,
			     .in_order = in_order,
			     .wrap = true,
			     .ts = 1000,
			     .m = vq_model_new()};
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
	d->q = d->m->queues->pdata[0];
}

static void end(struct driver *d)
{
	vq_model_free(d->m);
}

static void elem(struct driver *d, int type, uint32_t id, uint32_t ndescs, uint32_t len)
{
	struct vq_elem_event e = {
		.h = {type, sizeof(e), 5, d->ts, VQ}, .id = id, .ndescs = ndescs, .len = len};

	if (type == VQ_POP)
		e.inuse = d->inuse += ndescs;
	if (type == VQ_DETACH || type == VQ_UNPOP)
		d->inuse -= ndescs;
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
}

static void count_event(struct driver *d, int type, uint64_t vq, uint32_t count)
{
	struct vq_count_event e = {
		.h = {type, sizeof(e), 0, d->ts, vq}, .count = count, .inuse = d->inuse};

	if (type == VQ_REWIND && count <= d->inuse)
		d->inuse -= count;
	if (type == VQ_RESET) {
		d->inuse = 0;
		d->used_idx = 0;
		d->wrap = true;
	}
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
}

/* An element as flush publishes it; on packed rings it takes @ndescs slots. */
struct used {
	uint32_t id, len, ndescs;
};

/* The slots that @n elements take, in chunks as the BPF program makes them. */
static void flush_flags(struct driver *d, const struct used *u, unsigned n, uint32_t extra)
{
	g_autofree struct vq_used_entry *slot = g_new0(struct vq_used_entry, d->num + 1);
	struct vq_flush_event *e = g_malloc0(sizeof(*e) + VQ_FLUSH_CHUNK * sizeof(e->used[0]));
	uint32_t total = 0, flags = extra | (d->packed ? VQ_FLUSH_PACKED : 0) |
				    (d->in_order ? VQ_FLUSH_IN_ORDER : 0) |
				    (d->wrap ? VQ_FLUSH_OLD_WRAP : 0);

	for (unsigned i = 0; i < n; i++) {
		bool wrap = d->wrap ^ (d->used_idx % d->num + total >= d->num);

		d->inuse -= u[i].ndescs;
		if (!d->packed) {
			slot[total++] = (struct vq_used_entry){u[i].id, u[i].len};
			continue;
		}
		for (unsigned k = 0; k < u[i].ndescs; k++, total++) {
			/* Behind the head stand the driver's flags of that lap. */
			wrap = d->wrap ^ (d->used_idx + total >= d->num);
			slot[total] =
				(struct vq_used_entry){0x777, (wrap ? 1u << 7 : 1u << 15) << 16};
			if (k == 0)
				slot[total] = (struct vq_used_entry){
					u[i].len, u[i].id | (wrap ? 0x8080u << 16 : 0)};
		}
	}
	for (uint32_t pos = 0; pos == 0 || pos < total; pos += VQ_FLUSH_CHUNK) {
		uint32_t k = MIN(total - pos, VQ_FLUSH_CHUNK);

		e->h = (struct vq_head){VQ_FLUSH, sizeof(*e) + k * sizeof(e->used[0]), 7, d->ts,
					VQ};
		e->num = d->num;
		e->inuse = d->inuse;
		e->total = total;
		e->old_idx = d->used_idx;
		e->n = k;
		e->pos = pos;
		e->flags = flags;
		memcpy(e->used, slot + pos, k * sizeof(*slot));
		g_assert_true(vq_model_event(d->m, &e->h, e->h.size));
	}
	d->used_idx += total;
	if (d->packed && d->used_idx >= d->num) {
		d->used_idx -= d->num;
		d->wrap = !d->wrap;
	}
	g_free(e);
}

static void flush(struct driver *d, const struct used *u, unsigned n)
{
	flush_flags(d, u, n, 0);
}

static void pop(struct driver *d, uint32_t id)
{
	elem(d, VQ_POP, id, 1, 0);
}

static void fill(struct driver *d, uint32_t id)
{
	elem(d, VQ_FILL, id, 1, 10 * id);
}

static void flush1(struct driver *d, uint32_t id)
{
	struct used u = {id, 10 * id, 1};

	flush(d, &u, 1);
}

static uint64_t count(const struct counts *c, size_t i)
{
	return i < c->n ? c->count[i] : 0;
}

/* Three popped; filled 2, 0, 1 at 1100, 1300, 1600; in order. */
static void test_in_order(void)
{
	struct driver d;
	struct used first = {0, 0, 1}, rest[] = {{1, 10, 1}, {2, 20, 1}};

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	d.ts = 1100;
	fill(&d, 2); /* depth 2, S = 1 */
	flush(&d, NULL, 0);
	d.ts = 1300;
	fill(&d, 0); /* depth 0, F = 1, S = 1 */
	flush(&d, &first, 1);
	d.ts = 1600;
	fill(&d, 1); /* depth 0, F = 3, S = 0 */
	d.ts = 2000;
	flush(&d, rest, 2);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(count(&d.q->stash, 0), ==, 1);
	g_assert_cmpuint(count(&d.q->stash, 1), ==, 2);
	g_assert_cmpuint(d.q->stashed, ==, 1);
	g_assert_cmpuint(d.q->stash_max, ==, 1);
	/* S = 1 from 1100 to 1600, of 1000 to 2000. */
	g_assert_cmpfloat(vq_queue_stash_mean(d.q), ==, 0.5);
	g_assert_cmpuint(count(&d.q->batch, 0), ==, 1);
	g_assert_cmpuint(count(&d.q->batch, 1), ==, 1);
	g_assert_cmpuint(count(&d.q->batch, 2), ==, 1);
	/* hold: 0 for 0; 400 for 1; 900 for 2 */
	g_assert_cmpuint(d.q->hold.sum, ==, 1300);
	g_assert_cmpuint(d.q->hold.n, ==, 3);
	g_assert_cmpuint(d.q->fill.sum, ==, 15);
	g_assert_cmpuint(d.q->flush.sum, ==, 21);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Without ordering the same completions violate the order, once. */
static void test_unordered(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	flush1(&d, 1);
	fill(&d, 0);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->order_violations, ==, 1);
	g_assert_cmpuint(d.q->stashed, ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

static void test_order_within_batch(void)
{
	struct driver d;
	struct used swapped[] = {{1, 10, 1}, {0, 0, 1}};

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 0);
	fill(&d, 1);
	flush(&d, swapped, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 1);
	end(&d);
}

static void test_detach(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	for (int i = 0; i < 4; i++)
		pop(&d, i);
	fill(&d, 2);		      /* depth 2 */
	elem(&d, VQ_DETACH, 0, 1, 0); /* F = 1 */
	fill(&d, 1);		      /* depth 0, F = 3 */
	fill(&d, 3);		      /* depth 0 */
	flush(&d, (struct used[]){{1, 10, 1}, {2, 20, 1}, {3, 30, 1}}, 3);
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 2);
	g_assert_cmpuint(d.q->detached, ==, 1);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* unpop gives the number back; its own detach is not counted a second time. */
static void test_unpop(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	elem(&d, VQ_UNPOP, 1, 1, 0);
	d.inuse++; /* the one detach that QEMU does */
	elem(&d, VQ_DETACH, 1, 1, 0);
	pop(&d, 1);
	pop(&d, 2);
	fill(&d, 2); /* 0 and 1 are before it: depth 2 */
	g_assert_cmpuint(count(&d.q->depth, 2), ==, 1);
	g_assert_cmpuint(d.q->unpopped, ==, 1);
	g_assert_cmpuint(d.q->detached, ==, 0);
	/* A later detach of that element is one. */
	elem(&d, VQ_DETACH, 1, 1, 0);
	g_assert_cmpuint(d.q->detached, ==, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {2, 20, 1}}, 2);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* Taken back in the order of their pops, as virtio-net does. */
static void test_unpop_forwards(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	pop(&d, 2);
	elem(&d, VQ_UNPOP, 1, 1, 0);
	elem(&d, VQ_UNPOP, 2, 1, 0);
	pop(&d, 1);
	fill(&d, 1);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {1, 10, 1}}, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

static void test_rewind(void)
{
	struct driver d;

	begin(&d, 8, true, true);
	elem(&d, VQ_POP, 0, 1, 0);
	elem(&d, VQ_POP, 1, 3, 0);
	elem(&d, VQ_POP, 2, 2, 0);
	count_event(&d, VQ_REWIND, VQ, 99); /* refused */
	count_event(&d, VQ_REWIND, VQ, 5);  /* descriptors: two elements */
	g_assert_cmpuint(d.q->unpopped, ==, 2);
	elem(&d, VQ_POP, 1, 3, 0);
	elem(&d, VQ_FILL, 1, 3, 0);
	g_assert_cmpuint(count(&d.q->depth, 1), ==, 1);
	elem(&d, VQ_FILL, 0, 1, 0);
	flush(&d, (struct used[]){{0, 0, 1}, {1, 0, 3}}, 2);
	g_assert_cmpuint(d.q->published, ==, 2);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

static void test_reset(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	count_event(&d, VQ_RESET, VDEV + 8, 0); /* another device */
	g_assert_cmpuint(d.q->resets, ==, 0);
	count_event(&d, VQ_RESET, VDEV, 0);
	g_assert_cmpuint(d.q->resets, ==, 1);
	g_assert_cmpuint(d.q->dropped, ==, 1);
	pop(&d, 1); /* ids start anew */
	fill(&d, 1);
	flush1(&d, 1);
	count_event(&d, VQ_QUEUE_RESET, VDEV, 2);
	g_assert_cmpuint(d.q->resets, ==, 1);
	count_event(&d, VQ_QUEUE_RESET, VDEV, 3);
	g_assert_cmpuint(d.q->resets, ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* A full packed ring of chains: the index moves by its size, to where it was. */
static void test_packed_full(void)
{
	struct driver d;
	struct used u[50];

	begin(&d, 100, true, true);
	for (int lap = 0; lap < 3; lap++) {
		for (int i = 0; i < 50; i++) {
			elem(&d, VQ_POP, i, 2, 0);
			u[i] = (struct used){i, 3 * i, 2};
		}
		for (int i = 49; i >= 0; i--)
			elem(&d, VQ_FILL, i, 2, 3 * i);
		flush(&d, u, 50);
	}
	g_assert_cmpuint(d.q->published, ==, 150);
	g_assert_cmpuint(count(&d.q->batch, 50), ==, 3);
	g_assert_cmpuint(count(&d.q->depth, 49), ==, 3);
	g_assert_cmpuint(d.q->length_mismatches + d.q->assumed_published, ==, 0);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* What a strategy could do wrong, each seen. */
static void test_wrongs(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 0);
	flush(&d, (struct used[]){{0, 12345, 1}}, 1);
	g_assert_cmpuint(d.q->length_mismatches, ==, 1);
	g_assert_true(vq_queue_conserved(d.q));
	flush1(&d, 1); /* never filled */
	g_assert_cmpuint(d.q->unfilled_published, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	flush1(&d, 7); /* never popped */
	g_assert_cmpuint(d.q->unmatched_published, ==, 1);
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	fill(&d, 0);
	flush1(&d, 0);
	flush1(&d, 0); /* twice */
	g_assert_cmpuint(d.q->unmatched_published, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	fill(&d, 0);
	fill(&d, 0);
	g_assert_cmpuint(d.q->anomalies, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);

	begin(&d, 8, false, true);
	pop(&d, 0);
	d.inuse++; /* an event was lost */
	pop(&d, 1);
	g_assert_cmpuint(d.q->inuse_mismatches, ==, 1);
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);
}

/* Attached while two are in use: no depth before both are done. */
static void test_mid_stream(void)
{
	struct driver d;

	begin(&d, 8, false, true);
	d.inuse = 2;
	pop(&d, 2);
	fill(&d, 2);
	fill(&d, 0);
	flush1(&d, 0);
	g_assert_cmpuint(d.q->in_flight_start, ==, 2);
	g_assert_cmpuint(d.q->unsettled, ==, 2);
	g_assert_false(vq_queue_settled(d.q));
	pop(&d, 3);
	fill(&d, 1);
	g_assert_true(vq_queue_settled(d.q));
	flush(&d, (struct used[]){{1, 10, 1}, {2, 20, 1}}, 2);
	fill(&d, 3);
	flush1(&d, 3);
	g_assert_cmpuint(d.q->unmatched_fills, ==, 2);
	g_assert_cmpuint(count(&d.q->depth, 0), ==, 1);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	end(&d);
}

/* The driver reused a packed slot before it could be read. */
static void test_overwritten(void)
{
	struct driver d;
	struct vq_flush_event *e = g_malloc0(sizeof(*e) + 2 * sizeof(e->used[0]));

	begin(&d, 2, true, true);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	fill(&d, 0);
	e->h = (struct vq_head){VQ_FLUSH, sizeof(*e) + 2 * sizeof(e->used[0]), 7, 2000, VQ};
	e->num = e->total = e->n = 2;
	e->flags = VQ_FLUSH_PACKED | VQ_FLUSH_IN_ORDER | VQ_FLUSH_OLD_WRAP;
	e->used[0] = (struct vq_used_entry){0, 5 | 1u << 31}; /* avail in the next lap */
	e->used[1] = (struct vq_used_entry){10, 1 | 0x8080u << 16};
	g_assert_true(vq_model_event(d.m, &e->h, e->h.size));
	g_assert_cmpuint(d.q->assumed_published, ==, 1);
	g_assert_cmpuint(d.q->published, ==, 2);
	g_assert_cmpuint(d.q->order_violations, ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	g_free(e);
	end(&d);
}

static void test_unreadable(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	pop(&d, 0);
	pop(&d, 1);
	fill(&d, 1);
	flush_flags(&d, (struct used[]){{0, 0, 1}}, 1, VQ_FLUSH_UNREADABLE);
	g_assert_cmpuint(d.q->unreadable_rings, ==, 1);
	g_assert_cmpuint(d.q->assumed_published, ==, 1);
	g_assert_cmpuint(d.q->unfilled_published, ==, 0); /* 1 was due, not 0 */
	end(&d);
}

static void test_malformed(void)
{
	struct driver d;
	struct vq_elem_event e = {.h = {VQ_POP, sizeof(e), 0, 1, VQ}};
	struct vq_flush_event f = {
		.h = {VQ_FLUSH, sizeof(f), 0, 1, VQ}, .num = 8, .n = 1, .total = 1};

	begin(&d, 8, false, false);
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e) - 1));
	e.h.type = VQ_EVENT_TYPES;
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	e.h.type = 0;
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	e.h.type = VQ_POP;
	e.h.vq = 4; /* not named */
	g_assert_false(vq_model_event(d.m, &e.h, sizeof(e)));
	g_assert_false(vq_model_event(d.m, &f.h, sizeof(f))); /* no room for its entry */
	f.n = f.total = 0;
	f.num = 0;
	g_assert_false(vq_model_event(d.m, &f.h, sizeof(f)));
	g_assert_cmpuint(d.m->events, ==, 0);
	end(&d);
}

/* --- the oracle: history, and each figure from all of it ------------------- */

struct past {
	uint32_t id, ndescs, len;
	bool filled, published, gone;
	uint64_t filled_ts;
};

struct oracle {
	struct past *past;
	unsigned n, max;
	uint64_t stashed, violations, hold, stash_max;
	double area;
	uint64_t s, last_ts, first_ts;
	uint64_t depth[4096], stash[4096];
};

static unsigned frontier(const struct oracle *o)
{
	unsigned f = 0;

	while (f < o->n && (o->past[f].filled || o->past[f].gone))
		f++;
	return f;
}

static void oracle_time(struct oracle *o, uint64_t ts)
{
	if (!o->first_ts)
		o->first_ts = o->last_ts = ts;
	o->area += (double)o->s * (ts - o->last_ts);
	o->last_ts = ts;
	/* S now: filled beyond F */
}

static uint64_t stash_now(const struct oracle *o)
{
	uint64_t s = 0;

	for (unsigned i = frontier(o); i < o->n; i++)
		s += o->past[i].filled;
	return s;
}

static void oracle_fill(struct oracle *o, unsigned seq, uint64_t ts)
{
	unsigned d = seq - frontier(o);

	oracle_time(o, ts);
	o->depth[d]++;
	o->stashed += d > 0;
	o->past[seq].filled = true;
	o->past[seq].filled_ts = ts;
	o->s = stash_now(o);
	o->stash[o->s]++;
	o->stash_max = MAX(o->stash_max, o->s);
}

static void oracle_publish(struct oracle *o, unsigned seq, uint64_t ts)
{
	o->hold += ts - o->past[seq].filled_ts;
	for (unsigned i = 0; i < seq; i++)
		if (!o->past[i].published && !o->past[i].gone) {
			o->violations++;
			break;
		}
	o->past[seq].published = true;
}

/* One random walk of @steps calls; @violate: publishes out of order at times. */
static void random_walk(bool packed, bool in_order, uint32_t num, unsigned steps)
{
	struct driver d;
	struct oracle o = {.max = steps};
	g_autoptr(GArray) ids = g_array_new(false, false, sizeof(uint32_t));
	g_autoptr(GArray) pending = g_array_new(false, false, sizeof(unsigned));
	g_autofree struct used *u = g_new(struct used, num);

	o.past = g_new0(struct past, steps + 1);
	for (uint32_t i = 0; i < num; i++)
		g_array_append_val(ids, i);
	begin(&d, num, packed, in_order);
	for (unsigned step = 0; step < steps; step++) {
		int what = g_test_rand_int_range(0, 100);
		struct past *last = o.n ? &o.past[o.n - 1] : NULL;
		bool in_hand = last && !last->filled && !last->gone;

		d.ts += g_test_rand_int_range(1, 1000);
		if (what < 45) {
			uint32_t ndescs = packed ? g_test_rand_int_range(1, 4) : 1, k;

			if (d.inuse + ndescs > num || !ids->len)
				continue;
			k = g_test_rand_int_range(0, ids->len);
			o.past[o.n] = (struct past){g_array_index(ids, uint32_t, k),
						    ndescs,
						    g_test_rand_int(),
						    0,
						    0,
						    0,
						    0};
			g_array_remove_index_fast(ids, k);
			elem(&d, VQ_POP, o.past[o.n].id, ndescs, 0);
			oracle_time(&o, d.ts);
			o.n++;
		} else if (what < 80) {
			unsigned f = frontier(&o), seq;

			if (f == o.n)
				continue;
			seq = g_test_rand_int_range(f, o.n);
			if (o.past[seq].filled || o.past[seq].gone)
				seq = f;
			elem(&d, VQ_FILL, o.past[seq].id, o.past[seq].ndescs, o.past[seq].len);
			oracle_fill(&o, seq, d.ts);
			g_array_append_val(pending, seq);
		} else if (what < 94) {
			unsigned n = 0, f = frontier(&o);

			for (unsigned i = 0; in_order && i < f; i++)
				if (o.past[i].filled && !o.past[i].published) {
					u[n++] = (struct used){o.past[i].id, o.past[i].len,
							       o.past[i].ndescs};
					oracle_publish(&o, i, d.ts);
					g_array_append_val(ids, o.past[i].id);
				}
			for (unsigned i = 0; !in_order && i < pending->len; i++) {
				unsigned seq = g_array_index(pending, unsigned, i);

				u[n++] = (struct used){o.past[seq].id, o.past[seq].len,
						       o.past[seq].ndescs};
				oracle_publish(&o, seq, d.ts);
				g_array_append_val(ids, o.past[seq].id);
			}
			g_array_set_size(pending, 0);
			flush(&d, u, n);
			oracle_time(&o, d.ts);
		} else if (in_hand && what < 97) {
			if (what == 94)
				count_event(&d, VQ_REWIND, VQ, last->ndescs);
			else
				elem(&d, VQ_UNPOP, last->id, last->ndescs, 0);
			oracle_time(&o, d.ts);
			g_array_append_val(ids, last->id);
			o.n--;
			o.s = stash_now(&o);
		} else if (in_hand && what < 99) {
			elem(&d, VQ_DETACH, last->id, last->ndescs, 0);
			oracle_time(&o, d.ts);
			g_array_append_val(ids, last->id);
			last->gone = true;
			o.s = stash_now(&o);
		}
	}
	g_assert_cmpuint(d.q->stashed, ==, o.stashed);
	g_assert_cmpuint(d.q->stash_max, ==, o.stash_max);
	g_assert_cmpuint(d.q->order_violations, ==, o.violations);
	g_assert_cmpuint(d.q->hold.sum, ==, o.hold);
	for (unsigned i = 0; i < 4096; i++) {
		g_assert_cmpuint(count(&d.q->depth, i), ==, o.depth[i]);
		g_assert_cmpuint(count(&d.q->stash, i), ==, o.stash[i]);
	}
	g_assert_cmpfloat_with_epsilon(vq_queue_stash_mean(d.q), o.area / (o.last_ts - o.first_ts),
				       1e-9);
	g_assert_cmpuint(d.q->length_mismatches + d.q->assumed_published + d.q->unreadable_rings,
			 ==, 0);
	g_assert_true(vq_queue_conserved(d.q));
	if (in_order)
		g_assert_cmpuint(o.violations, ==, 0);
	else
		g_assert_cmpuint(o.violations, >, 0);
	g_free(o.past);
	end(&d);
}

static void test_random(void)
{
	static const uint32_t nums[] = {4, 8, 100, 256, 1024};

	for (unsigned i = 0; i < 4 * G_N_ELEMENTS(nums); i++)
		random_walk(i & 1, i & 2, nums[i / 4], 3000);
}

static void test_hist(void)
{
	size_t last = 0;

	for (uint64_t v = 0; v < 100000; v++) {
		size_t b = hist_bucket(v);

		g_assert_true(b == last || b == last + 1);
		g_assert_cmpuint(hist_lower(b), <=, v);
		g_assert_cmpuint(hist_lower(b + 1), >, v);
		g_assert_cmpuint(v - hist_lower(b), <=, v / 32);
		last = b;
	}
	for (int k = 17; k < 64; k++) {
		uint64_t v = 1ull << k;

		g_assert_cmpuint(hist_lower(hist_bucket(v)), ==, v);
		g_assert_cmpuint(hist_bucket(v - 1) + 1, ==, hist_bucket(v));
	}
	g_assert_cmpuint(hist_bucket(UINT64_MAX), ==, HIST_BUCKETS - 1);
}

static void test_quantile(void)
{
	g_autofree struct hist *h = g_new0(struct hist, 1);
	struct counts c = {0};

	g_assert_cmpuint(hist_quantile(h, 0.5), ==, 0);
	for (int i = 1; i <= 100; i++) {
		hist_add(h, i);
		counts_add(&c, i);
	}
	g_assert_cmpuint(h->sum, ==, 5050);
	g_assert_cmpuint(counts_quantile(&c, 0.5), ==, 50);
	g_assert_cmpuint(counts_quantile(&c, 0.99), ==, 99);
	g_assert_cmpuint(counts_quantile(&c, 1), ==, 100);
	g_assert_cmpuint(counts_quantile(&c, 0), ==, 1);
	g_assert_cmpuint(hist_quantile(h, 0.5), ==, 50);
	g_assert_cmpuint(hist_quantile(h, 0.99), ==, 98); /* [98, 100) */
	counts_free(&c);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/in-order", test_in_order);
	g_test_add_func("/model/unordered", test_unordered);
	g_test_add_func("/model/order-within-batch", test_order_within_batch);
	g_test_add_func("/model/detach", test_detach);
	g_test_add_func("/model/unpop", test_unpop);
	g_test_add_func("/model/unpop-forwards", test_unpop_forwards);
	g_test_add_func("/model/rewind", test_rewind);
	g_test_add_func("/model/reset", test_reset);
	g_test_add_func("/model/packed-full", test_packed_full);
	g_test_add_func("/model/wrongs", test_wrongs);
	g_test_add_func("/model/mid-stream", test_mid_stream);
	g_test_add_func("/model/overwritten", test_overwritten);
	g_test_add_func("/model/unreadable", test_unreadable);
	g_test_add_func("/model/malformed", test_malformed);
	g_test_add_func("/model/random-against-oracle", test_random);
	g_test_add_func("/hist/buckets", test_hist);
	g_test_add_func("/hist/quantile", test_quantile);
	return g_test_run();
}
