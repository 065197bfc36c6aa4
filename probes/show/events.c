// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as lines of text. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "events.h"

/* The longest of the times that @h and what is known of it tell. */
static uint64_t longest(const struct vq_head *h, const struct vq_last *last)
{
	uint64_t ns = h->dur_ns;

	if (last->known & VQ_LAST_SERVICE)
		ns = MAX(ns, last->service_ns);
	if (last->known & VQ_LAST_HOLD)
		ns = MAX(ns, last->hold_ns);
	return ns;
}

/* Events come close to each other: the second's text is made once. */
static void print_time(uint64_t real_ns)
{
	static char text[16];
	static time_t of = -1;
	time_t seconds = real_ns / 1000000000;
	struct tm tm;

	if (seconds != of && localtime_r(&seconds, &tm)) {
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
		of = seconds;
	}
	printf("%s.%09" PRIu64, text, real_ns % 1000000000);
}

static void print_elem(const char *name, const struct vq_elem_event *e, const struct vq_last *last)
{
	printf(" %s id=%u descs=%u", name, e->id, e->ndescs);
	if (last->known & VQ_LAST_SEQ)
		printf(" seq=%" PRIu64, last->seq);
}

static void print_fill(const struct vq_elem_event *e, const struct vq_last *last)
{
	print_elem("fill", e, last);
	printf(" len=%u", e->len);
	if (last->known & VQ_LAST_DEPTH)
		printf(" depth=%" PRIu64, last->depth);
	if (last->known & VQ_LAST_SERVICE)
		printf(" service_ns=%" PRIu64, last->service_ns);
	printf(" call_ns=%u", e->h.dur_ns);
	if (e->tid)
		printf(" tid=%u", e->tid);
}

static void print_flush(const struct vq_flush_event *e, const struct vq_last *last)
{
	printf(" flush published=%" PRIu64 " slots=%u inuse=%u", last->published, e->total,
	       e->inuse);
	if (last->known & VQ_LAST_HOLD)
		printf(" hold_ns=%" PRIu64, last->hold_ns);
	printf(" call_ns=%u", e->h.dur_ns);
}

static void print_event(const struct vq_head *h, const struct vq_last *last)
{
	const struct vq_elem_event *elem = (const void *)h;

	switch (h->type) {
	case VQ_POP:
		print_elem("pop", elem, last);
		printf(" call_ns=%u", h->dur_ns);
		break;
	case VQ_FILL:
		print_fill(elem, last);
		break;
	case VQ_FLUSH:
		print_flush((const void *)h, last);
		break;
	case VQ_UNPOP:
		print_elem("unpop", elem, last);
		break;
	case VQ_DETACH:
		print_elem("detach", elem, last);
		break;
	case VQ_REWIND:
		printf(" rewind count=%u", ((const struct vq_count_event *)h)->count);
		break;
	default:
		printf(" reset");
	}
}

/* A reset names the device; a queue of it that is watched is shown. */
static const struct vq_queue *queue_of(const struct vq_model *m, const struct vq_head *h)
{
	const struct vq_count_event *reset = (const void *)h;

	if (h->type != VQ_QUEUE_RESET && h->type != VQ_RESET)
		return vq_model_queue(m, h->vq);
	for (guint i = 0; i < m->queues->len; i++) {
		const struct vq_queue *q = m->queues->pdata[i];

		if (q->vdev == h->vq && !q->replaced && q->first_ts &&
		    (h->type == VQ_RESET || q->index == reset->count))
			return q;
	}
	return NULL;
}

void vq_events_print(const struct vq_events *e, const struct vq_model *m, const struct vq_head *h)
{
	static const struct vq_last nothing;
	const struct vq_flush_event *f = (const void *)h;
	const struct vq_last *last;
	const struct vq_queue *q;

	if (h->type == VQ_QUEUE || h->type == VQ_END)
		return;
	if (e->tid && (h->type != VQ_FILL || ((const struct vq_elem_event *)h)->tid != e->tid))
		return;
	q = queue_of(m, h);
	/* Of a long flush the last record says it all. */
	if (!q || !q->first_ts || (h->type == VQ_FLUSH && f->pos + f->n < f->total))
		return;
	last = h->type == VQ_QUEUE_RESET || h->type == VQ_RESET ? &nothing : &q->last;
	if (longest(h, last) < e->above_ns)
		return;
	print_time(h->ts + e->real_ns);
	printf(" %d %s.%u", e->pid, q->device, q->index);
	print_event(h, last);
	putchar('\n');
}
