// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace instead of a process: all of it or a range, at once or in intervals. */
#include <stdio.h>
#include <string.h>

#include "from.h"
#include "probes/tool/output.h"
#include "probes/trace/trace.h"

struct from {
	const struct vq_from_options *o;
	struct vq_summary *s;
	struct vq_model *model;
	struct vq_show *show;
	struct vq_trace_header header;
	uint64_t since, until; /* ts; until may be UINT64_MAX */
	uint64_t next;	       /* ts of the interval's end; UINT64_MAX: none */
	uint64_t end;	       /* ts of what was stopped at */
	unsigned shown;
	bool began;   /* is in the range */
	bool stopped; /* has seen what was asked for, not the trace's end */
};

static uint64_t real_of(const struct from *f, uint64_t ts)
{
	return ts + (f->header.start_real_ns - f->header.start_mono_ns);
}

/* What has been seen from the range's beginning to @ts. */
static void summarise(struct from *f, uint64_t ts)
{
	struct vq_summary *s = f->s;

	s->pid = f->header.pid;
	s->lost[0] = f->model->lost;
	s->start_real_ns = real_of(f, f->since);
	s->end_real_ns = real_of(f, ts);
	s->seen_ns = ts - f->since;
	s->seen = s->seconds = s->seen_ns / 1e9;
}

/* More empty intervals than that are no load, but a time that is damaged. */
#define GAP_MAX 100000

/* Intervals that have ended by @ts; false when that was the last. */
static bool show_intervals(struct from *f, uint64_t ts)
{
	uint64_t interval = f->o->interval * 1e9;

	while (ts >= f->next) {
		summarise(f, f->next);
		vq_show(f->show, f->s, 1, f->s->seconds, real_of(f, f->next));
		f->end = f->next;
		f->next += interval;
		if (++f->shown == f->o->count)
			return false;
		if (ts > f->next && (ts - f->next) / interval > GAP_MAX)
			f->next = ts - (ts - f->next) % interval;
	}
	return vq_output_flush();
}

/* The header is there: the times that were asked for are of this trace. */
static void set_times(struct from *f)
{
	uint64_t start = f->header.start_mono_ns;

	f->since = start + (uint64_t)(f->o->since * 1e9);
	f->until = f->o->until > 0 ? start + (uint64_t)(f->o->until * 1e9) : UINT64_MAX;
	f->next = f->o->interval > 0 ? f->since + (uint64_t)(f->o->interval * 1e9) : UINT64_MAX;
	f->began = !(f->o->since > 0);
	if (f->o->events) {
		f->o->events->pid = f->header.pid;
		f->o->events->real_ns = f->header.start_real_ns - start;
	}
}

/* Before an event of @ts is taken: false if it, and what follows, is not wanted. */
static bool come_to(struct from *f, uint64_t ts)
{
	uint64_t end = MIN(ts, f->until);

	if (!f->began && ts >= f->since) {
		f->began = true;
		vq_model_begin_range(f->model);
	}
	if (end >= f->next && !show_intervals(f, end))
		return false;
	f->end = f->until;
	return ts < f->until;
}

static bool take_event(const struct vq_head *h, size_t size, void *data)
{
	struct from *f = data;

	if (!f->until)
		set_times(f);
	/* Names have no time of their own, and that of the end comes later. */
	if (h->type != VQ_QUEUE && h->type != VQ_END && !come_to(f, h->ts)) {
		f->stopped = true;
		return false;
	}
	if (!vq_model_event(f->model, h, size))
		return false;
	if (f->o->events && f->began)
		vq_events_print(f->o->events, f->model, h);
	return true;
}

static bool read_trace(struct from *f, bool *whole, GError **error)
{
	if (!strcmp(f->o->path, "-"))
		return vq_trace_read_file(stdin, "standard input", &f->header, take_event, f, whole,
					  error);
	return vq_trace_read(f->o->path, &f->header, take_event, f, whole, error);
}

/* The trace, or what was asked for of it, is over. */
static void finish(struct from *f, bool whole)
{
	if (!f->until)
		set_times(f);
	if (!f->began) /* it ends before the range begins */
		vq_model_begin_range(f->model);
	if (whole && f->model->end_ts >= f->next)
		show_intervals(f, MIN(f->model->end_ts, f->until));
	if (whole)
		f->end = MIN(f->model->end_ts, f->until);
	/* How long it would have been is not known of one that ends early. */
	summarise(f, whole || f->stopped ? MAX(f->end, f->since) : f->since);
	if (!whole && !f->stopped)
		f->s->end_real_ns = 0;
}

bool vq_from_read(const struct vq_from_options *o, struct vq_summary *s, GError **error)
{
	struct from f = {.o = o, .s = s, .model = (struct vq_model *)s->model};
	g_autoptr(GError) e = NULL;
	bool whole, ok;

	f.show = vq_show_new(o->output);
	ok = read_trace(&f, &whole, &e) || f.stopped;
	if (ok)
		finish(&f, whole);
	else
		g_propagate_error(error, g_steal_pointer(&e));
	if (ok && !whole && !f.stopped)
		fprintf(stderr, "vqprobe: %s: ends early: the last events are missing\n", o->path);
	vq_show_free(f.show);
	return ok;
}
