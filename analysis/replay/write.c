// SPDX-License-Identifier: GPL-2.0-or-later
#include "write.h"

#include <errno.h>
#include <string.h>

#include "variants/ring.h"
#include "probes/trace/trace.h"

#define STEP_NS 1000u
/* Addresses that no QEMU has: only equality counts. */
#define SYNTHETIC_VQ 0x1000u
#define SYNTHETIC_VDEV 0x2000u

static bool one_queue(const struct source *s, GError **error)
{
	GString *names;

	if (s->queues->len == 1)
		return true;
	names = g_string_new(NULL);
	for (guint i = 0; i < s->queues->len; i++) {
		const struct source_queue *q = source_queue(s, i);

		g_string_append_printf(names, "%s%s (%s %u)", i ? ", " : "", q->name,
				       ring_format(&q->shape), q->shape.size);
	}
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
		    "%s: has several queues or rings: %s (--queue=DEVICE:INDEX selects)", s->name,
		    names->str);
	g_string_free(names, TRUE);
	return false;
}

static bool write_failed(const char *name, GError **error)
{
	g_set_error(error, OPS_ERROR, OPS_FAILED, "%s: %s", name, g_strerror(errno));
	return false;
}

struct text_writer {
	FILE *out;
	GString *line;
};

static void put_text(unsigned int queue, const struct op *op, const struct order *order, void *data)
{
	struct text_writer *w = data;

	g_string_truncate(w->line, 0);
	ops_print(w->line, op);
	fwrite(w->line->str, 1, w->line->len, w->out);
}

bool ops_write_text(struct source *s, FILE *out, GError **error)
{
	struct text_writer w = {.out = out};
	bool ok;

	if (!one_queue(s, error))
		return false;
	fprintf(out, "ring %s %u\n", ring_format(&source_queue(s, 0)->shape),
		source_queue(s, 0)->shape.size);
	w.line = g_string_new(NULL);
	ok = s->run(s, put_text, &w, error);
	g_string_free(w.line, TRUE);
	if (ok && (fflush(out) || ferror(out)))
		return write_failed("the operations cannot be written", error);
	return ok;
}

struct trace_writer {
	struct vq_trace_writer *trace;
	uint64_t ts;
	uint32_t inuse, slot; /* in use; where the used index is */
	bool wrap;
	struct ring_shape shape;
};

static struct vq_head head(struct trace_writer *w, uint16_t type, size_t size)
{
	w->ts += STEP_NS;
	return (struct vq_head){.type = type, .size = size, .ts = w->ts, .vq = SYNTHETIC_VQ};
}

static void put_elem(struct trace_writer *w, uint16_t type, uint32_t id, const ReorderElem *e,
		     uint32_t len)
{
	struct vq_elem_event event = {
		.h = head(w, type, sizeof(event)),
		.id = id,
		.ndescs = e->ndescs,
		.len = len,
		.inuse = type == VQ_POP ? w->inuse : 0,
	};

	vq_trace_write(w->trace, &event.h);
}

static void put_count(struct trace_writer *w, uint16_t type, uint32_t count, uint32_t inuse)
{
	struct vq_count_event event = {
		.h = head(w, type, sizeof(event)),
		.count = count,
		.inuse = inuse,
	};

	if (type == VQ_QUEUE_RESET)
		event.h.vq = SYNTHETIC_VDEV;
	vq_trace_write(w->trace, &event.h);
}

static void step_slot(struct trace_writer *w, uint32_t n)
{
	w->slot += n;
	if (!w->shape.packed) {
		w->slot &= UINT16_MAX;
	} else if (w->slot >= w->shape.size) {
		w->slot -= w->shape.size;
		w->wrap = !w->wrap;
	}
}

/* The used ring from @old on, slot by slot; only first slots are written. */
static GArray *used_entries(struct trace_writer *w, const GArray *published)
{
	GArray *used = g_array_new(FALSE, TRUE, sizeof(struct vq_used_entry));

	for (guint i = 0; i < published->len; i++) {
		const ReorderElem *e = &g_array_index(published, ReorderElem, i);
		struct vq_used_entry entry = {e->id, e->len};
		uint32_t flags = w->wrap ? RING_AVAIL | RING_USED : 0;

		if (w->shape.packed)
			entry = (struct vq_used_entry){e->len, e->id | flags << 16};
		g_array_append_val(used, entry);
		if (w->shape.packed) /* the rest of a chain: as the driver left it */
			g_array_set_size(used, used->len + e->ndescs - 1);
		step_slot(w, e->ndescs);
	}
	return used;
}

static void put_flush(struct trace_writer *w, const GArray *published)
{
	char room[sizeof(struct vq_flush_event) + VQ_FLUSH_CHUNK * sizeof(struct vq_used_entry)]
		__attribute__((aligned(8)));
	struct vq_flush_event *e = (void *)room;
	uint32_t old_slot = w->slot, flags = VQ_FLUSH_IN_ORDER;
	GArray *used;

	flags |= w->shape.packed ? VQ_FLUSH_PACKED : 0;
	flags |= w->shape.packed && w->wrap ? VQ_FLUSH_OLD_WRAP : 0;
	used = used_entries(w, published);
	flags |= w->shape.packed && w->wrap ? VQ_FLUSH_NEW_WRAP : 0;
	w->inuse -= used->len;
	*e = (struct vq_flush_event){
		.h = head(w, VQ_FLUSH, 0),
		.num = w->shape.size,
		.inuse = w->inuse,
		.total = used->len,
		.old_idx = old_slot,
		.flags = flags,
	};
	do {
		e->n = MIN(used->len - e->pos, VQ_FLUSH_CHUNK);
		e->h.size = sizeof(*e) + e->n * sizeof(e->used[0]);
		if (e->n)
			memcpy(e->used, &g_array_index(used, struct vq_used_entry, e->pos),
			       e->n * sizeof(e->used[0]));
		vq_trace_write(w->trace, &e->h);
		e->pos += e->n;
	} while (e->pos < used->len);
	g_array_free(used, TRUE);
}

static void put_event(unsigned int queue, const struct op *op, const struct order *order,
		      void *data)
{
	struct trace_writer *w = data;
	const ReorderElem *e = &op->elem;

	switch (op->kind) {
	case OP_POP:
		w->inuse += e->ndescs;
		put_elem(w, VQ_POP, e->id, e, 0);
		break;
	case OP_FILL:
	case OP_FILL_SHORT:
		put_elem(w, VQ_FILL, e->id, e, e->len);
		break;
	case OP_FLUSH:
		put_flush(w, order->published);
		break;
	case OP_REWIND:
		if (e->len)
			put_elem(w, VQ_UNPOP, e->len - 1, e, 0);
		else
			put_count(w, VQ_REWIND, e->ndescs, w->inuse);
		w->inuse -= e->ndescs;
		break;
	case OP_DETACH:
		w->inuse -= e->ndescs;
		put_elem(w, VQ_DETACH, e->id, e, 0);
		break;
	case OP_RESET:
		w->inuse = w->slot = 0;
		w->wrap = true;
		put_count(w, VQ_QUEUE_RESET, 0, 0);
		break;
	}
}

static void put_queue(struct trace_writer *w)
{
	struct vq_queue_event event = {
		.h = {.type = VQ_QUEUE, .size = sizeof(event), .vq = SYNTHETIC_VQ, .ts = w->ts},
		.vdev = SYNTHETIC_VDEV,
		.device = "synthetic",
		.type = "vqreplay",
	};

	vq_trace_write(w->trace, &event.h);
}

bool ops_write_trace(struct source *s, const char *path, GError **error)
{
	struct trace_writer w = {.wrap = true};
	struct vq_end_event end = {0};
	bool ok;

	if (!one_queue(s, error))
		return false;
	w.shape = source_queue(s, 0)->shape;
	if (!source_queue(s, 0)->counts.flushes) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
			    "%s: no flush: a trace would not tell its ring", s->name);
		return false;
	}
	w.trace = vq_trace_create(path, 0, 0, error);
	if (!w.trace)
		return false;
	put_queue(&w);
	ok = s->run(s, put_event, &w, error);
	end.h = head(&w, VQ_END, sizeof(end));
	end.h.vq = 0;
	vq_trace_write(w.trace, &end.h);
	return vq_trace_close(w.trace, ok ? error : NULL) && ok;
}
