// SPDX-License-Identifier: GPL-2.0-or-later
/* What all sources share. */
#include "source.h"

#include "probes/tool/text.h"

static void queue_free(void *data)
{
	struct source_queue *q = data;

	g_free(q->name);
	g_free(q->device);
	g_free(q);
}

void *source_new(size_t size, const char *name)
{
	struct source *s = g_malloc0(size);

	s->name = vq_text_clean(name, -1, 4096, VQ_UTF8);
	s->queues = g_ptr_array_new_with_free_func(queue_free);
	return s;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	if (s->clear)
		s->clear(s);
	g_ptr_array_unref(s->queues);
	g_free(s->synth);
	g_free(s->name);
	g_free(s);
}

struct source_queue *source_queue(const struct source *s, unsigned int i)
{
	return s->queues->pdata[i];
}

const char *source_recorded_order(const struct source *s)
{
	bool ordered = false, unordered = false;

	for (guint i = 0; i < s->queues->len; i++) {
		ordered |= source_queue(s, i)->has_ordered;
		unordered |= source_queue(s, i)->has_unordered;
	}
	if (ordered)
		return unordered ? "mixed" : "ordered";
	return unordered ? "unordered" : NULL;
}

struct source_queue *source_add(struct source *s, const char *device, uint32_t index,
				const struct ring_shape *shape)
{
	struct source_queue *q = g_new0(struct source_queue, 1);

	q->name = *device ? g_strdup_printf("%s:%u", device, index) : g_strdup("");
	q->device = g_strdup(device);
	q->index = index;
	q->shape = *shape;
	g_ptr_array_add(s->queues, q);
	return q;
}
