// SPDX-License-Identifier: GPL-2.0-or-later
/* The measures of a queue as JSON. */
#include "probes/tool/jsonadd.h"
#include "summary-queue.h"

static void add_pair(JsonBuilder *b, uint64_t x, uint64_t count)
{
	if (!count)
		return;
	json_builder_begin_array(b);
	json_builder_add_int_value(b, x);
	json_builder_add_int_value(b, count);
	json_builder_end_array(b);
}

/* null unless @valid. */
static void add_counts(JsonBuilder *b, const char *name, bool valid, const struct counts *c)
{
	json_builder_set_member_name(b, name);
	if (!valid) {
		json_builder_add_null_value(b);
		return;
	}
	json_builder_begin_array(b);
	for (size_t i = 0; i < c->n; i++)
		add_pair(b, counts_lower(i), c->count[i]);
	json_builder_end_array(b);
}

static void add_hist(JsonBuilder *b, const char *name, const struct hist *h)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_array(b);
	for (size_t i = 0; i < HIST_BUCKETS; i++)
		add_pair(b, hist_lower(i), h->count[i]);
	json_builder_end_array(b);
}

static void add_null(JsonBuilder *b, const char *name)
{
	json_builder_set_member_name(b, name);
	json_builder_add_null_value(b);
}

/* Durations of pop and fill, which have none without return probes. */
static void add_durations(JsonBuilder *b, const struct vq_queue *q, bool light)
{
	static const char *const names[] = {"fill_ns", "pop_ns", "fill_sum_ns", "pop_sum_ns"};

	for (size_t i = 0; light && i < G_N_ELEMENTS(names); i++)
		add_null(b, names[i]);
	if (light)
		return;
	add_hist(b, "fill_ns", &q->fill);
	add_hist(b, "pop_ns", &q->pop);
	add_int(b, "fill_sum_ns", q->fill.sum);
	add_int(b, "pop_sum_ns", q->pop.sum);
}

/* Pairs, like a distribution: the thread's id, and how many elements it completed. */
static void add_threads(JsonBuilder *b, const struct vq_queue *q)
{
	json_builder_set_member_name(b, "threads");
	json_builder_begin_array(b);
	for (unsigned i = 0; i < q->threads; i++)
		add_pair(b, q->thread[i].tid, q->thread[i].fills);
	json_builder_end_array(b);
}

void vq_queue_add_json(JsonBuilder *b, const struct vq_queue *q, bool light)
{
	bool ordered = !vq_queue_orderless(q);

	json_builder_begin_object(b);
	add_string(b, "device", q->device);
	add_string(b, "type", q->type);
	add_int(b, "index", q->index);
	add_string(b, "ring", !q->flushed ? "unknown" : q->packed ? "packed" : "split");
	add_int(b, "num", q->num);
	add_bool(b, "in_order", q->in_order);
	add_int(b, "pops", q->pops);
	add_int(b, "fills", q->fills);
	add_int(b, "flushes", q->flushes);
	add_int(b, "published", q->published);
	add_int(b, "used_entries", vq_queue_used_entries(q));
	add_int(b, "unpopped", q->unpopped);
	add_int(b, "detached", q->detached);
	add_int(b, "dropped", q->dropped);
	add_int(b, "in_flight_start", q->in_flight_start);
	add_int(b, "in_flight_end", q->o.unfilled);
	add_int(b, "cut", q->cut);
	add_int(b, "unmatched_fills", q->unmatched_fills);
	add_int(b, "unsettled_fills", q->unsettled);
	add_int_or_null(b, "order_violations", ordered, vq_queue_order_violations(q));
	add_int(b, "unfilled_published", q->unfilled_published);
	add_int(b, "unmatched_published", q->unmatched_published);
	add_int(b, "assumed_published", q->assumed_published);
	add_int(b, "length_mismatches", q->length_mismatches);
	add_int(b, "inuse_mismatches", q->inuse_mismatches);
	add_int(b, "unreadable_rings", q->unreadable_rings);
	add_int(b, "anomalies", q->anomalies);
	add_bool(b, "conserved", vq_queue_conserved(q));
	add_int(b, "resets", q->resets);
	add_int_or_null(b, "stashed", ordered, q->stashed);
	add_counts(b, "depth", ordered, &q->depth);
	add_counts(b, "stash_count", ordered, &q->stash);
	add_double(b, "stash_time_mean", ordered ? vq_queue_stash_mean(q) : NAN);
	add_int_or_null(b, "stash_max", ordered, q->stash_max);
	add_counts(b, "batch", true, &q->batch);
	add_hist(b, "hold_ns", &q->hold);
	add_hist(b, "flush_ns", &q->flush);
	add_durations(b, q, light);
	add_threads(b, q);
	add_int(b, "hold_sum_ns", q->hold.sum);
	add_int(b, "flush_sum_ns", q->flush.sum);
	add_double(b, "span_s", (q->last_ts - q->first_ts) / 1e9);
	json_builder_end_object(b);
}
