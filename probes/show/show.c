// SPDX-License-Identifier: GPL-2.0-or-later
/* What is shown at each interval: a table, lines, or JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "probes/tool/jsonadd.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "probes/tool/walltime.h"

/* How far a watch was when it was shown last. */
struct past {
	uint64_t seen_ns;
	GHashTable *queues; /* struct vq_queue * -> struct vq_snapshot * */
};

struct vq_show {
	enum vq_live_output output;
	bool terminal;
	struct vq_screen screen;
	GHashTable *past; /* struct vq_model * -> struct past * */
	/* What is shown now: to be drawn anew on a terminal of another size. */
	GString *title;
	GPtrArray *rows;
	unsigned name_width; /* of the header above the lines; 0: none yet */
};

static void past_free(struct past *p)
{
	g_hash_table_unref(p->queues);
	g_free(p);
}

struct vq_show *vq_show_new(enum vq_live_output output)
{
	struct vq_show *s = g_new0(struct vq_show, 1);

	s->output = output;
	s->terminal = output == VQ_LIVE_TABLE && vq_screen_open(&s->screen);
	s->past = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)past_free);
	s->title = g_string_new(NULL);
	s->rows = g_ptr_array_new_with_free_func((GDestroyNotify)vq_row_free);
	return s;
}

void vq_show_free(struct vq_show *s)
{
	g_hash_table_unref(s->past);
	g_string_free(s->title, TRUE);
	g_ptr_array_unref(s->rows);
	g_free(s);
}

static struct past *past_of(struct vq_show *s, const struct vq_model *model)
{
	struct past *p = g_hash_table_lookup(s->past, model);

	if (p)
		return p;
	p = g_new0(struct past, 1);
	p->queues = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)vq_snapshot_free);
	g_hash_table_insert(s->past, (void *)model, p);
	return p;
}

/* Events of @q that were lost; -1: not known. */
static int64_t lost_of(const struct vq_summary *sum, const struct vq_queue *q)
{
	return sum->lost_of ? (int64_t)sum->lost_of(sum->lost_data, q->vq) : -1;
}

static void rates_of(struct past *p, struct vq_queue *q, double seconds, struct vq_rates *r)
{
	struct vq_snapshot *then = g_hash_table_lookup(p->queues, q);

	if (!then) {
		then = g_new0(struct vq_snapshot, 1);
		g_hash_table_insert(p->queues, q, then);
	}
	vq_rates_since(then, q, seconds, r);
}

/* Adds the queues of a watch to the rows; returns for how long these rates hold. */
static double add_rows(struct vq_show *s, const struct vq_summary *sum, bool several)
{
	struct past *p = past_of(s, sum->model);
	double seconds = (sum->seen_ns - p->seen_ns) / 1e9;

	for (guint i = 0; i < sum->model->queues->len; i++) {
		struct vq_queue *q = sum->model->queues->pdata[i];
		struct vq_row *row;

		if (!q->first_ts)
			continue;
		row = vq_row_new(several ? sum->name : NULL, q, lost_of(sum, q));
		rates_of(p, q, seconds, &row->r);
		g_ptr_array_add(s->rows, row);
	}
	p->seen_ns = sum->seen_ns;
	return seconds;
}

static void draw(struct vq_show *s)
{
	g_autoptr(GString) text = g_string_new(s->title->str);
	/* Without four lines above, one for the cursor. */
	unsigned room = s->screen.height > 7 ? s->screen.height - 5 : 2;
	struct vq_table table;

	/* The last column stays free: some terminals wrap there. */
	vq_table_fit(&table, s->rows, s->screen.width - 1, false);
	vq_table_header(&table, text, "");
	room -= s->rows->len > room;
	for (guint i = 0; i < MIN(s->rows->len, room); i++)
		vq_table_row(&table, text, s->rows->pdata[i]);
	if (s->rows->len > room)
		g_string_append_printf(text, "and %u less busy queues\n", s->rows->len - room);
	vq_screen_draw(&s->screen, text->str);
}

static void print_lines(struct vq_show *s, uint64_t real_ns)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *time = vq_wall_clock(real_ns, 3), *lead = g_strconcat(time, "  ", NULL);
	struct vq_table table;

	vq_table_fit(&table, s->rows, 0, false);
	if (s->rows->len && table.name_width > s->name_width) {
		g_string_append(text, s->title->str);
		vq_table_header(&table, text, "time          ");
		s->name_width = table.name_width;
	}
	table.name_width = s->name_width;
	for (guint i = 0; i < s->rows->len; i++) {
		g_string_append(text, lead);
		vq_table_row(&table, text, s->rows->pdata[i]);
	}
	fputs(text->str, stdout);
	vq_output_flush();
}

/* Two lines: what is watched, and of what time the figures are. */
static void set_title(struct vq_show *s, const struct vq_summary *sums, unsigned n, double t,
		      uint64_t real_ns, double seconds)
{
	g_autofree char *sampled = NULL, *time = vq_wall_clock(real_ns, 0);

	g_string_truncate(s->title, 0);
	if (!n) {
		g_string_append_printf(s->title, "%s: %.1f s: waiting for a process to watch\n\n",
				       time, t);
		return;
	}
	sampled = vq_summary_sampled(&sums[0]);
	if (n == 1)
		g_string_append_printf(s->title, "process %d%s%s: %.1f s, %s%s\n", sums[0].pid,
				       *sums[0].name ? " " : "", sums[0].name, sums[0].seconds,
				       time, sampled);
	else
		g_string_append_printf(s->title, "%u processes: %.1f s, %s%s\n", n, t, time,
				       sampled);
	g_string_append_printf(s->title, "rates and percentiles: the last %.*f %s; lost: all\n",
			       seconds < 0.5 ? 0 : 1, seconds < 0.5 ? seconds * 1e3 : seconds,
			       seconds < 0.5 ? "ms watched" : "s");
}

static void add_rates(JsonBuilder *b, const struct vq_queue *q, const struct vq_rates *r,
		      int64_t lost)
{
	json_builder_begin_object(b);
	add_string(b, "device", q->device);
	add_string(b, "type", q->type);
	add_int(b, "index", q->index);
	add_int(b, "elements", r->elements);
	add_double(b, "elements_per_s", r->per_s);
	add_double(b, "out_of_order_percent", r->ooo);
	add_int_or_null(b, "depth_p50", r->ordered, r->depth_p50);
	add_int_or_null(b, "depth_p99", r->ordered, r->depth_p99);
	add_int_or_null(b, "depth_max", r->ordered, r->depth_max);
	add_int_or_null(b, "stash_now", r->ordered, r->stash_now);
	add_int_or_null(b, "stash_max", r->ordered, r->stash_max);
	add_int(b, "hold_p50_ns", r->hold_p50);
	add_int(b, "hold_p99_ns", r->hold_p99);
	add_int(b, "hold_p999_ns", r->hold_p999);
	add_int(b, "flush_p50_ns", r->flush_p50);
	add_int(b, "flush_p99_ns", r->flush_p99);
	add_int(b, "flush_p999_ns", r->flush_p999);
	add_int_or_null(b, "lost_events", lost >= 0, lost);
	add_bool(b, "conserved", vq_queue_conserved(q));
	json_builder_end_object(b);
}

/* One object for each process. */
static void print_json(struct vq_show *s, const struct vq_summary *sum, uint64_t real_ns)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autofree char *time = vq_wall_utc(real_ns);
	struct past *p = past_of(s, sum->model);
	double seconds = (sum->seen_ns - p->seen_ns) / 1e9;

	json_builder_begin_object(b);
	add_string(b, "type", "interval");
	add_int(b, "pid", sum->pid);
	add_string(b, "name", sum->name);
	add_string(b, "time", time);
	add_double(b, "seconds", sum->seconds);
	add_double(b, "seen_seconds", seconds);
	add_bool(b, "sampled", sum->windows > 1);
	add_int(b, "lost_events", vq_summary_lost(sum));
	json_builder_set_member_name(b, "queues");
	json_builder_begin_array(b);
	for (guint i = 0; i < sum->model->queues->len; i++) {
		struct vq_queue *q = sum->model->queues->pdata[i];
		struct vq_rates r;

		if (!q->first_ts)
			continue;
		rates_of(p, q, seconds, &r);
		add_rates(b, q, &r, lost_of(sum, q));
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
	print_json_line(b);
	p->seen_ns = sum->seen_ns;
}

void vq_show(struct vq_show *s, const struct vq_summary *sums, unsigned n, double t,
	     uint64_t real_ns)
{
	double seconds = 0;

	if (s->output == VQ_LIVE_NOTHING)
		return;
	if (s->output == VQ_LIVE_JSON) {
		for (unsigned i = 0; i < n; i++)
			print_json(s, &sums[i], real_ns);
		return;
	}
	g_ptr_array_set_size(s->rows, 0);
	for (unsigned i = 0; i < n; i++) {
		double of = add_rows(s, &sums[i], n > 1);

		seconds = MAX(seconds, of);
	}
	vq_rows_sort(s->rows);
	set_title(s, sums, n, t, real_ns, seconds);
	if (s->terminal)
		draw(s);
	else
		print_lines(s, real_ns);
}

void vq_show_resized(struct vq_show *s)
{
	if (!s->terminal)
		return;
	vq_screen_resized(&s->screen);
	if (s->title->len)
		draw(s);
}

void vq_show_erase(struct vq_show *s)
{
	if (s->terminal)
		vq_screen_erase(&s->screen);
}

void vq_show_forget(struct vq_show *s, const struct vq_model *model)
{
	vq_show_erase(s);
	g_hash_table_remove(s->past, model);
}
