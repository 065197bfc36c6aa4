// SPDX-License-Identifier: GPL-2.0-or-later
/* What split.c and packed.c need of a virtqueue: free descriptors, elements in flight,
 * and a place to say which rule was broken. */
#include "virtqueue.h"

uint32_t virtqueue_take_free(struct virtqueue *v)
{
	uint32_t i = v->free_first;

	v->free_first = v->next_free[i];
	if (v->free_first == VIRTQUEUE_NONE)
		v->free_last = VIRTQUEUE_NONE;
	return i;
}

/* A list that is linked already, from @first to @last. */
void virtqueue_give_free(struct virtqueue *v, uint32_t first, uint32_t last)
{
	if (v->free_first == VIRTQUEUE_NONE) {
		v->next_free[last] = VIRTQUEUE_NONE;
		v->free_first = first;
		v->free_last = last;
	} else if (v->set.lifo) {
		v->next_free[last] = v->free_first;
		v->free_first = first;
	} else {
		v->next_free[last] = VIRTQUEUE_NONE;
		v->next_free[v->free_last] = first;
		v->free_last = last;
	}
}

/* The element is in flight: the youngest of all. */
void virtqueue_launch(struct virtqueue *v, uint32_t id, uint32_t first, uint32_t descs)
{
	struct virtqueue_elem *e = &v->elems[id];

	e->out = true;
	e->first = first;
	e->descs = descs;
	e->seq = v->next_seq++;
	e->older = v->youngest;
	e->younger = VIRTQUEUE_NONE;
	if (v->youngest != VIRTQUEUE_NONE)
		v->elems[v->youngest].younger = id;
	else
		v->oldest = id;
	v->youngest = id;
	v->n_free -= descs;
	v->in_flight++;
	v->pending++;
}

int virtqueue_break(struct virtqueue *v, enum virtqueue_rule rule, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	v->rule = rule;
	v->broken = g_strdup_vprintf(format, args);
	va_end(args);
	return -1;
}
