// SPDX-License-Identifier: GPL-2.0-or-later
/* Which queue an event belongs to, and whether it is one at all. */
#include <string.h>

#include "model.h"
#include "probes/tool/text.h"
#include "queue.h"

static void on_reset(struct vq_model *m, const struct vq_count_event *e)
{
	for (guint i = 0; i < m->queues->len; i++) {
		struct vq_queue *q = m->queues->pdata[i];

		if (q->vdev == e->h.vq && q->first_ts && !q->replaced &&
		    (e->h.type == VQ_RESET || q->index == e->count))
			vq_queue_reset(q, e->h.ts);
	}
}

struct vq_model *vq_model_new(void)
{
	struct vq_model *m = g_new0(struct vq_model, 1);

	m->queues = g_ptr_array_new_with_free_func((GDestroyNotify)vq_queue_free);
	m->by_vq = g_hash_table_new(g_int64_hash, g_int64_equal);
	return m;
}

void vq_model_free(struct vq_model *m)
{
	g_hash_table_unref(m->by_vq);
	g_ptr_array_unref(m->queues);
	g_free(m);
}

/* The queue that @vq is the address of now: as a rule it is where it was found before. */
static struct vq_queue *find_queue(struct vq_model *m, uint64_t vq)
{
	struct vq_queue **at = &m->found[vq * 0x9e3779b97f4a7c15 >> (64 - VQ_FOUND_BITS)];

	if (!*at || (*at)->vq != vq || (*at)->replaced)
		*at = g_hash_table_lookup(m->by_vq, &vq);
	return *at;
}

bool vq_model_knows(const struct vq_model *m, uint64_t vq)
{
	return g_hash_table_contains(m->by_vq, &vq);
}

/* A trace may come from anybody. */
static void clean_names(struct vq_queue *q, const struct vq_queue_event *e)
{
	g_strlcpy(q->device, e->device, sizeof(q->device));
	g_strlcpy(q->type, e->type, sizeof(q->type));
	vq_text_clean_field(q->device, sizeof(q->device), VQ_UTF8);
	vq_text_clean_field(q->type, sizeof(q->type), VQ_UTF8);
}

bool vq_model_knows_as(const struct vq_model *m, const struct vq_queue_event *e)
{
	const struct vq_queue *q = g_hash_table_lookup(m->by_vq, &e->h.vq);
	struct vq_queue as = {0};

	clean_names(&as, e);
	return q && q->vdev == e->vdev && q->index == e->index && !strcmp(q->device, as.device) &&
	       !strcmp(q->type, as.type);
}

static void on_queue(struct vq_model *m, const struct vq_queue_event *e)
{
	struct vq_queue *q = g_hash_table_lookup(m->by_vq, &e->h.vq);

	if (vq_model_knows_as(m, e))
		return;
	if (q)
		q->replaced = true;
	q = g_new0(struct vq_queue, 1);
	vq_outstanding_init(&q->o);
	q->vq = e->h.vq;
	q->vdev = e->vdev;
	q->index = e->index;
	clean_names(q, e);
	q->left_out = m->select && !vq_select_has(m->select, q->device, q->type, q->index);
	g_ptr_array_add(m->queues, q);
	/* Its key, too: the old one is in the queue that is replaced. */
	g_hash_table_replace(m->by_vq, &q->vq, q);
}

bool vq_event_ok(const struct vq_head *h, size_t size)
{
	static const uint16_t sizes[VQ_EVENT_TYPES] = {
		[VQ_POP] = sizeof(struct vq_elem_event),
		[VQ_FILL] = sizeof(struct vq_elem_event),
		[VQ_UNPOP] = sizeof(struct vq_elem_event),
		[VQ_DETACH] = sizeof(struct vq_elem_event),
		[VQ_REWIND] = sizeof(struct vq_count_event),
		[VQ_RESET] = sizeof(struct vq_count_event),
		[VQ_QUEUE_RESET] = sizeof(struct vq_count_event),
		[VQ_FLUSH] = sizeof(struct vq_flush_event),
		[VQ_QUEUE] = sizeof(struct vq_queue_event),
		[VQ_END] = sizeof(struct vq_end_event),
	};
	const struct vq_flush_event *f = (const void *)h;

	if (size < sizeof(*h) || h->size > size || h->type >= VQ_EVENT_TYPES || !sizes[h->type] ||
	    h->size < sizes[h->type])
		return false;
	if (h->type == VQ_QUEUE) {
		const struct vq_queue_event *q = (const void *)h;

		return memchr(q->device, 0, sizeof(q->device)) &&
		       memchr(q->type, 0, sizeof(q->type));
	}
	return h->type != VQ_FLUSH ||
	       (h->size >= sizeof(*f) + f->n * sizeof(f->used[0]) && f->num && f->num <= 32768 &&
		f->total <= f->num && f->pos <= f->total && f->n <= f->total - f->pos);
}

static void count_event(struct vq_model *m, const struct vq_head *h)
{
	m->events++;
	if (h->type != VQ_FLUSH || !((const struct vq_flush_event *)h)->pos)
		m->calls[h->type]++;
}

void vq_model_gap(struct vq_model *m)
{
	for (guint i = 0; i < m->queues->len; i++)
		vq_queue_gap(m->queues->pdata[i]);
}

void vq_model_begin_range(struct vq_model *m)
{
	m->events = 0;
	memset(m->calls, 0, sizeof(m->calls));
	for (guint i = 0; i < m->queues->len; i++)
		vq_queue_begin_range(m->queues->pdata[i]);
}

const struct vq_queue *vq_model_queue(const struct vq_model *m, uint64_t vq)
{
	return g_hash_table_lookup(m->by_vq, &vq);
}

bool vq_model_event(struct vq_model *m, const struct vq_head *h, size_t size)
{
	struct vq_queue *q;

	if (!vq_event_ok(h, size))
		return false;
	if (h->type == VQ_QUEUE) {
		on_queue(m, (const void *)h);
		return true;
	}
	if (h->type == VQ_END) {
		m->lost = ((const struct vq_end_event *)h)->lost;
		m->end_ts = h->ts;
		return true;
	}
	if (h->type == VQ_RESET || h->type == VQ_QUEUE_RESET) {
		count_event(m, h);
		on_reset(m, (const void *)h);
		return true;
	}
	q = find_queue(m, h->vq);
	if (!q)
		return false;
	count_event(m, h);
	if (!q->left_out)
		vq_queue_event(q, h);
	return true;
}
