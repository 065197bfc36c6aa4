// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "analysis/text.h"

/* "12.1..12.5" */
static void put_interval(struct table *t, const struct estimate *e)
{
	g_autofree char *lo = number_text(e->lo), *hi = number_text(e->hi);

	if (isnan(e->lo))
		table_cell(t, "-");
	else
		table_cell(t, "%s..%s", lo, hi);
}

static void put_blank(struct table *t, unsigned int n)
{
	while (n--)
		table_cell(t, "%s", "");
}

static void put_table(const struct replay *r, struct document *out)
{
	struct table *t = table_new("variant", ">ns", ">95 % CI", ">over\noff", ">\n95 % CI",
				    ">instr", ">over\noff", ">memory\nbytes", NULL);

	for (guint v = 0; v < r->variants->len; v++) {
		const struct variant *x = variant_at(r, v);
		bool is_off = (int)v == r->off;

		table_cell(t, "%s%s", x->ops->name, x->model ? " (model)" : "");
		table_number(t, x->time.median);
		put_interval(t, &x->time);
		if (is_off) {
			put_blank(t, 2);
		} else {
			table_number(t, x->time_over.median);
			put_interval(t, &x->time_over);
		}
		table_number(t, x->instructions);
		if (is_off)
			put_blank(t, 1);
		else
			table_number(t, x->instructions_over);
		table_cell(t, "%" PRIu64, x->memory);
	}
	table_print(t, out);
}

static void put_queues(const struct replay *r, struct document *out)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < r->source->queues->len; i++) {
		const struct source_queue *q = source_queue(r->source, i);

		if (q->counts.ops)
			g_string_append_printf(text, "%s%s%s%s ring of %u", text->len ? "; " : "",
					       q->name, *q->name ? " " : "", ring_format(&q->shape),
					       q->shape.size);
	}
	field(out, "queues", "%s", text->len ? text->str : "none that did anything");
	g_string_free(text, TRUE);
}

static void put_counts(const struct replay *r, struct document *out)
{
	const struct order_counts *c = &r->counts;
	double n = c->fills ? c->fills : NAN;
	g_autofree char *mean = number_text(c->depth_sum / n),
			*share = number_text(100 * c->reordered / n);

	field(out, "elements",
	      "%" PRIu64 " completed, %s %% of them reordered; depth mean %s, max %u", c->fills,
	      share, mean, c->depth_max);
	if (r->hoisted)
		field(out, "", "%" PRIu64 " completed early: an ordered ring would have been full",
		      r->hoisted);
	if (r->ignored)
		field(out, "",
		      "%" PRIu64 " fills or detaches ignored: their pops are not in the trace",
		      r->ignored);
	if (r->broken)
		field(out, "", "%" PRIu64 " pops or rewinds that cannot have been", r->broken);
}

static void put_order(const struct replay *r, struct document *out)
{
	uint64_t digest = 0;
	bool any = false;

	for (guint v = 0; v < r->variants->len; v++) {
		const struct variant *x = variant_at(r, v);

		if (!x->ordered)
			field(out, "order", "%s: digest %016" PRIx64, x->ops->name, x->digest);
		if (x->wrong)
			field(out, "order", "%s: WRONG: %s", x->ops->name, x->wrong);
		if (!x->ordered || x->wrong)
			continue;
		digest = x->digest;
		any = true;
	}
	if (any)
		field(out, "order", "digest %016" PRIx64 ", the same for %s", digest,
		      replay_is_ordered(r) ? "all in order" : "all others");
}

static char *recorded_text(const struct variant *x)
{
	switch (x->recorded) {
	case RECORDED_SAME:
		return g_strdup("same");
	case RECORDED_DIFFERS:
		return g_strdup_printf("differs at element %" PRIu64, x->recorded_at);
	case RECORDED_UNKNOWN:
		return g_strdup("the used ring could not be read");
	default:
		return NULL;
	}
}

/* One line for all that say the same. */
static void put_recorded(const struct replay *r, struct document *out)
{
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *before = NULL;

	for (guint v = 0; v < r->variants->len; v++) {
		g_autofree char *now = recorded_text(variant_at(r, v));

		if (names->len && g_strcmp0(before, now)) {
			field(out, "recorded", "%s: %s", before, names->str);
			g_string_truncate(names, 0);
		}
		if (now)
			g_string_append_printf(names, "%s%s", names->len ? ", " : "",
					       variant_at(r, v)->ops->name);
		g_free(before);
		before = g_steal_pointer(&now);
	}
	if (names->len)
		field(out, "recorded", "%s: %s", before, names->str);
}

/* What the recorded queues were, where an ordered one would have done otherwise. */
static void put_recorded_order(const struct replay *r, struct document *out)
{
	const char *order = source_recorded_order(r->source);

	if (!order || !strcmp(order, "ordered"))
		return;
	field(out, "", "%s negotiated no VIRTIO_F_IN_ORDER%s",
	      strcmp(order, "mixed") ? "they" : "some of them",
	      r->counts.depth_max ? ": the driver went on past an old element, where an ordered "
				    "ring would have held it back. An ordered queue does not reach "
				    "this order or these depths"
				  : "");
}

char *replay_text(const struct replay *r)
{
	struct document *out = document_new();
	bool models = false;
	char *text;

	field(out, "source", "%s", r->source->name);
	put_queues(r, out);
	put_recorded_order(r, out);
	put_counts(r, out);
	put_order(r, out);
	put_recorded(r, out);
	if (r->repeats || r->counter) {
		field(out, "figures", "an element; median of %u repeats of thread CPU time%s%s",
		      r->repeats, r->counter ? "; instructions by " : "", r->counter ?: "");
		for (guint v = 0; v < r->variants->len; v++)
			models |= variant_at(r, v)->model;
		if (models)
			field(out, "", "model: of what QEMU does by itself, not its code");
		blank_line(out);
		put_table(r, out);
	}
	text = document_text(out);
	document_free(out);
	return text;
}
