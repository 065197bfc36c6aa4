// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer on operations: whatever is accepted, every strategy publishes in
 * order, and it comes out of the printer as it went in.  An input is text; or,
 * if it begins with EVENTS, a queue's events in any order, well-formed but with
 * no sense in them, four bytes each.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/replay/write.h"
#include "analysis/replay/replay.h"
#include "analysis/replay/trace-queue.h"
#include "probes/model/model.h"

#define EVENTS 0xff

/* Larger rings take longer and show nothing else. */
#define RING_MAX 256u

struct memory_source {
	struct source s;
	const uint8_t *bytes;
	size_t size;
};

static bool memory_run(struct source *s, op_fn fn, void *data, GError **error)
{
	struct memory_source *m = (struct memory_source *)s;
	FILE *f = fmemopen((void *)m->bytes, m->size, "r");
	struct order_counts counts = {0};
	struct ring_shape shape = {0};
	bool ok = ops_read_text(f, "input", &shape, &counts, fn, data, error);

	fclose(f);
	if (ok && !s->queues->len)
		source_add(s, "", 0, &shape)->counts = counts;
	return ok;
}

static const struct ring_shape event_shapes[] = {{false, 16}, {true, 16}, {true, 7}};

/* A flush that says @n elements became visible, from @id on, or what may be so. */
static void feed_flush(struct trace_queue *t, uint32_t id, uint32_t n, uint32_t flags)
{
	union {
		struct vq_flush_event e;
		char room[sizeof(struct vq_flush_event) + 16 * sizeof(struct vq_used_entry)];
	} u = {0};

	n = MIN(n, t->q->shape.size);
	u.e.h.type = VQ_FLUSH;
	u.e.h.size = sizeof(u.e) + n * sizeof(u.e.used[0]);
	u.e.num = t->q->shape.size;
	u.e.total = u.e.n = n;
	u.e.old_idx = id % u.e.num;
	u.e.flags = flags & (VQ_FLUSH_IN_ORDER | VQ_FLUSH_OLD_WRAP | VQ_FLUSH_UNREADABLE);
	u.e.flags |= t->q->shape.packed ? VQ_FLUSH_PACKED : 0;
	for (uint32_t i = 0; i < n; i++) {
		u.e.used[i].first = t->q->shape.packed ? i : (id + i) % 20;
		u.e.used[i].second = t->q->shape.packed ? (id + i) % 20 | flags << 16 : i;
	}
	g_assert(vq_event_ok(&u.e.h, u.e.h.size));
	trace_queue_event(t, &u.e.h);
}

/* Bytes: type, id or count, ndescs or inuse or n, len or flags. */
static void feed(struct trace_queue *t, const uint8_t *b)
{
	struct vq_elem_event elem = {.id = b[1] % 20, .ndescs = b[2] % 10, .len = b[3]};
	struct vq_count_event count = {.count = b[1] % 20, .inuse = b[2]};

	switch (b[0] % 8) {
	case 0:
	case 1:
		elem.h.type = VQ_POP;
		break;
	case 2:
	case 3:
		elem.h.type = VQ_FILL;
		break;
	case 4:
		feed_flush(t, b[1], b[2] % 17, b[3]);
		return;
	case 5:
		elem.h.type = VQ_UNPOP;
		break;
	case 6:
		elem.h.type = VQ_DETACH;
		break;
	case 7:
		if (b[3] == 0xff)
			trace_queue_reset(t);
		count.h.type = VQ_REWIND;
		trace_queue_event(t, &count.h);
		return;
	}
	trace_queue_event(t, &elem.h);
}

static bool events_run(struct source *s, op_fn fn, void *data, GError **error)
{
	struct memory_source *m = (struct memory_source *)s;
	struct trace_queue *t = trace_queue_new(0, source_queue(s, 0), fn, data);

	for (size_t i = 2; i + 4 <= m->size; i += 4)
		feed(t, m->bytes + i);
	source_queue(s, 0)->counts = t->order->counts;
	trace_queue_free(t);
	return true;
}

static struct source *events_source(const uint8_t *bytes, size_t size)
{
	struct memory_source *m = source_new(sizeof(*m), "events");

	m->s.run = events_run;
	m->bytes = bytes;
	m->size = size;
	source_add(&m->s, "", 0, &event_shapes[bytes[1] % G_N_ELEMENTS(event_shapes)]);
	events_run(&m->s, NULL, NULL, NULL);
	return &m->s;
}

static struct memory_source *memory_source(const uint8_t *bytes, size_t size)
{
	struct memory_source *m = source_new(sizeof(*m), "input");
	g_autoptr(GError) error = NULL;

	m->s.run = memory_run;
	m->bytes = bytes;
	m->size = size;
	if (memory_run(&m->s, NULL, NULL, &error))
		return m;
	g_assert(error);
	source_free(&m->s);
	return NULL;
}

static char *printed(const uint8_t *bytes, size_t size)
{
	struct memory_source *m = memory_source(bytes, size);
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	g_assert(m && ops_write_text(&m->s, f, NULL));
	fclose(f);
	source_free(&m->s);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Frees @s. */
static void prove(struct source *s)
{
	struct replay *r = replay_new(s, NULL, 1, NULL);

	g_assert(replay_prove(r, NULL));
	for (guint v = 2; v < r->variants->len; v++) /* behind the models */
		g_assert_cmpstr(((struct variant *)r->variants->pdata[v])->wrong, ==, NULL);
	replay_free(r);
}

static void try_text(const uint8_t *bytes, size_t size)
{
	g_autofree char *once = NULL, *twice = NULL;
	struct memory_source *m = memory_source(bytes, size);

	if (!m)
		return;
	if (source_queue(&m->s, 0)->shape.size > RING_MAX) {
		source_free(&m->s);
		return;
	}
	prove(&m->s);
	once = printed(bytes, size);
	twice = printed((const uint8_t *)once, strlen(once));
	g_assert_cmpstr(once, ==, twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size > 1 && bytes[0] == EVENTS)
		prove(events_source(bytes, size));
	else if (size)
		try_text(bytes, size);
	return 0;
}
