// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations from a trace: which event belongs to which ring. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/model/model.h"
#include "probes/tool/text.h"
#include "source.h"
#include "trace-queue.h"
#include "probes/trace/trace.h"

/* No flush was read yet, and only a flush says what the ring is. */
#define NO_RING (-1)

/* A virtqueue of the recording. */
struct recorded_queue {
	uint64_t vq, vdev;
	uint32_t index;
	char *device;
	bool wanted;
	/*
	 * int: the source's queue that it is from one reset to the next, or NO_RING;
	 * and which of those stretches is being read.
	 */
	GArray *stretches;
	unsigned int stretch;
};

struct trace_source {
	struct source s;
	char *path, *only;
	GPtrArray *recorded; /* struct recorded_queue */
	/* While it is read: which recorded queue has an address now... */
	GHashTable *by_vq;
	/* ... and the state of each of the source's queues, by its number. */
	struct trace_queue **queue;
};

static void recorded_free(void *data)
{
	struct recorded_queue *r = data;

	g_array_free(r->stretches, TRUE);
	g_free(r->device);
	g_free(r);
}

/* "3", or "virtio0:3": is it this queue? */
static bool is_wanted(const struct recorded_queue *r, const char *only)
{
	g_autofree char *index = g_strdup_printf("%u", r->index);
	g_autofree char *name = g_strdup_printf("%s:%u", r->device, r->index);

	return !only || !strcmp(only, index) || !strcmp(only, name);
}

static struct recorded_queue *find_recorded(struct trace_source *t, const struct vq_queue_event *e,
					    const char *device)
{
	for (guint i = 0; i < t->recorded->len; i++) {
		struct recorded_queue *r = t->recorded->pdata[i];

		if (r->vq == e->h.vq && r->vdev == e->vdev && r->index == e->index &&
		    !strcmp(r->device, device))
			return r;
	}
	return NULL;
}

/* The address of a queue may become another device's. */
static void note_queue(struct trace_source *t, const struct vq_queue_event *e)
{
	g_autofree char *device = vq_text_clean(e->device, -1, sizeof(e->device) - 1, VQ_UTF8);
	struct recorded_queue *r = find_recorded(t, e, device);
	int none = NO_RING;

	if (!r) {
		r = g_new0(struct recorded_queue, 1);
		r->vq = e->h.vq;
		r->vdev = e->vdev;
		r->index = e->index;
		r->device = g_steal_pointer(&device);
		r->wanted = is_wanted(r, t->only);
		r->stretches = g_array_new(FALSE, FALSE, sizeof(int));
		g_array_append_val(r->stretches, none);
		g_ptr_array_add(t->recorded, r);
	}
	g_hash_table_replace(t->by_vq, &r->vq, r);
}

/* Is it a reset of @r: of its device or of itself? */
static bool is_reset_of(struct trace_source *t, const struct recorded_queue *r,
			const struct vq_count_event *e)
{
	return r->vdev == e->h.vq && (e->h.type == VQ_RESET || r->index == e->count) &&
	       g_hash_table_lookup(t->by_vq, &r->vq) == r;
}

/* The source's queue for @r with a ring of @shape. */
static int find_queue(struct trace_source *t, const struct recorded_queue *r,
		      const struct ring_shape *shape)
{
	for (guint i = 0; i < t->s.queues->len; i++) {
		const struct source_queue *q = source_queue(&t->s, i);

		if (!strcmp(q->device, r->device) && q->index == r->index &&
		    q->shape.packed == shape->packed && q->shape.size == shape->size)
			return i;
	}
	source_add(&t->s, r->device, r->index, shape);
	return t->s.queues->len - 1;
}

/* First reading: which rings are there? */
static bool note_ring(const struct vq_head *h, size_t size, void *data)
{
	struct trace_source *t = data;
	const struct vq_flush_event *f = (const void *)h;
	struct recorded_queue *r;
	struct ring_shape shape;
	int *current, none = NO_RING;

	if (!vq_event_ok(h, size))
		return false;
	if (h->type == VQ_QUEUE)
		note_queue(t, (const void *)h);
	for (guint i = 0;
	     (h->type == VQ_RESET || h->type == VQ_QUEUE_RESET) && i < t->recorded->len; i++) {
		r = t->recorded->pdata[i];
		if (is_reset_of(t, r, (const void *)h))
			g_array_append_val(r->stretches, none);
	}
	if (h->type != VQ_FLUSH)
		return true;
	r = g_hash_table_lookup(t->by_vq, &h->vq);
	if (!r)
		return false;
	current = &g_array_index(r->stretches, int, r->stretches->len - 1);
	shape = (struct ring_shape){.packed = f->flags & VQ_FLUSH_PACKED, .size = f->num};
	if (!shape.packed && shape.size & (shape.size - 1))
		return false;
	if (r->wanted && *current == NO_RING)
		*current = find_queue(t, r, &shape);
	return true;
}

/* A stretch without a flush takes the ring of the one after it, else of the one before. */
static void fill_gaps(struct trace_source *t)
{
	for (guint i = 0; i < t->recorded->len; i++) {
		GArray *stretches = ((struct recorded_queue *)t->recorded->pdata[i])->stretches;
		int *at = (int *)stretches->data;

		for (guint k = stretches->len - 1; k > 0; k--)
			if (at[k - 1] == NO_RING)
				at[k - 1] = at[k];
		for (guint k = 1; k < stretches->len; k++)
			if (at[k] == NO_RING)
				at[k] = at[k - 1];
	}
}

static struct trace_queue *current_queue(struct trace_source *t, const struct recorded_queue *r)
{
	int i = g_array_index(r->stretches, int, MIN(r->stretch, r->stretches->len - 1));

	return i == NO_RING ? NULL : t->queue[i];
}

/* Later readings: operations. */
static bool take_event(const struct vq_head *h, size_t size, void *data)
{
	struct trace_source *t = data;
	struct recorded_queue *r;
	struct trace_queue *q;

	if (!vq_event_ok(h, size))
		return false;
	if (h->type == VQ_END)
		return true;
	if (h->type == VQ_QUEUE) {
		note_queue(t, (const void *)h);
		return true;
	}
	if (h->type == VQ_RESET || h->type == VQ_QUEUE_RESET) {
		for (guint i = 0; i < t->recorded->len; i++) {
			r = t->recorded->pdata[i];
			if (!is_reset_of(t, r, (const void *)h))
				continue;
			q = current_queue(t, r);
			if (q)
				trace_queue_reset(q);
			r->stretch++;
		}
		return true;
	}
	r = g_hash_table_lookup(t->by_vq, &h->vq);
	if (!r)
		return false;
	q = current_queue(t, r);
	/* No ring changes its shape but by a reset. */
	if (q && h->type == VQ_FLUSH &&
	    (((const struct vq_flush_event *)h)->num != q->q->shape.size ||
	     !(((const struct vq_flush_event *)h)->flags & VQ_FLUSH_PACKED) == q->q->shape.packed))
		return false;
	if (q)
		trace_queue_event(q, h);
	return true;
}

static bool read_trace(struct trace_source *t, vq_trace_fn fn, GError **error)
{
	struct vq_trace_header header;
	FILE *file = fopen(t->path, "re");
	GError *said = NULL;
	bool whole, ok;

	if (!file) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "%s: %s", t->s.name,
			    g_strerror(errno));
		return false;
	}
	ok = vq_trace_read_file(file, t->s.name, &header, fn, t, &whole, &said);
	fclose(file);
	if (ok)
		return true;
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "%s", said->message);
	g_clear_error(&said);
	return false;
}

static bool trace_run(struct source *s, op_fn fn, void *data, GError **error)
{
	struct trace_source *t = (struct trace_source *)s;
	guint n = t->s.queues->len;
	bool ok;

	t->queue = g_new0(struct trace_queue *, n);
	for (guint i = 0; i < n; i++)
		t->queue[i] = trace_queue_new(i, source_queue(&t->s, i), fn, data);
	for (guint i = 0; i < t->recorded->len; i++)
		((struct recorded_queue *)t->recorded->pdata[i])->stretch = 0;
	ok = read_trace(t, take_event, error);
	for (guint i = 0; i < n; i++) {
		source_queue(&t->s, i)->counts = t->queue[i]->order->counts;
		trace_queue_free(t->queue[i]);
	}
	g_clear_pointer(&t->queue, g_free);
	return ok;
}

static char *queue_names(const struct trace_source *t)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < t->recorded->len; i++) {
		const struct recorded_queue *r = t->recorded->pdata[i];

		g_string_append_printf(names, "%s%s:%u", i ? ", " : "", r->device, r->index);
	}
	return g_string_free(names, FALSE);
}

static bool find_rings(struct trace_source *t, GError **error)
{
	g_autofree char *names = NULL;

	if (!read_trace(t, note_ring, error))
		return false;
	fill_gaps(t);
	if (t->s.queues->len)
		return trace_run(&t->s, NULL, NULL, error);
	names = queue_names(t);
	if (t->only)
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "%s: no flush of a queue %s; its queues: %s", t->s.name, t->only,
			    *names ? names : "none");
	else
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "%s: no flush of any queue: its rings are not known", t->s.name);
	return false;
}

static void trace_clear(struct source *s)
{
	struct trace_source *t = (struct trace_source *)s;

	g_hash_table_unref(t->by_vq);
	g_ptr_array_unref(t->recorded);
	g_free(t->only);
	g_free(t->path);
}

struct source *trace_source(const char *path, const char *name, const char *only, GError **error)
{
	struct trace_source *t = source_new(sizeof(*t), name);

	t->s.run = trace_run;
	t->s.clear = trace_clear;
	t->path = g_strdup(path);
	t->only = g_strdup(only);
	t->recorded = g_ptr_array_new_with_free_func(recorded_free);
	t->by_vq = g_hash_table_new(g_int64_hash, g_int64_equal);
	if (find_rings(t, error))
		return &t->s;
	source_free(&t->s);
	return NULL;
}
