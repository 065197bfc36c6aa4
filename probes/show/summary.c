// SPDX-License-Identifier: GPL-2.0-or-later
/* Measures as JSON and as a table. */
#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/tool/jsonadd.h"
#include "distribution.h"
#include "summary-queue.h"
#include "summary.h"
#include "table.h"
#include "probes/target/target.h"
#include "probes/tool/text.h"
#include "probes/tool/walltime.h"

uint64_t vq_summary_lost(const struct vq_summary *s)
{
	uint64_t sum = 0;

	for (int i = 0; i < VQ_EVENT_TYPES; i++)
		sum += s->lost[i];
	return sum;
}

uint64_t vq_summary_unreadable_rings(const struct vq_summary *s)
{
	uint64_t sum = 0;

	for (guint i = 0; i < s->model->queues->len; i++)
		sum += ((struct vq_queue *)s->model->queues->pdata[i])->unreadable_rings;
	return sum;
}

static void add_spread(JsonBuilder *b, const char *name, const struct vq_spread *s)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
	add_double(b, "p05", round(s->p05 * 10) / 10);
	add_double(b, "median", round(s->median * 10) / 10);
	add_double(b, "p95", round(s->p95 * 10) / 10);
	json_builder_end_object(b);
}

/* How often a site was hit: from the events, lost ones included. */
static uint64_t site_hits(const struct vq_summary *s, enum vq_function fn, bool entry)
{
	enum vq_event_type type = vq_function_event(fn);

	/* Their events say that they are over, queue by queue. */
	if (fn == VQ_FN_RESET)
		return s->reset_calls;
	if (fn == VQ_FN_QUEUE_RESET)
		return s->queue_reset_calls;
	return s->model->calls[type] + s->lost[type] + (fn == VQ_FN_POP ? s->null_pops : 0);
}

static void add_site(JsonBuilder *b, const struct vq_summary *s, const struct vq_site *site,
		     bool entry)
{
	g_autofree char *address = g_strdup_printf("%#" PRIx64, site->address);

	json_builder_begin_object(b);
	add_string(b, "function", vq_function_name(site->fn));
	add_string(b, "kind", entry ? "entry" : "return");
	add_string(b, "address", address);
	add_int(b, "past_entry", site->past);
	add_string(b, "first_instruction", site->first);
	add_string(b, "instruction", site->instruction);
	add_string(b, "why", site->why);
	add_string(b, "mode", vq_mode_name(site->mode));
	add_int(b, "hits", site_hits(s, site->fn, entry));
	json_builder_end_object(b);
}

static void add_sites(JsonBuilder *b, const struct vq_summary *s)
{
	json_builder_set_member_name(b, "sites");
	json_builder_begin_array(b);
	for (int i = 0; s->sites && i < VQ_FUNCTIONS; i++) {
		if (!s->sites[i].present)
			continue;
		add_site(b, s, &s->sites[i], true);
		if (vq_site_has_return(&s->sites[i]))
			add_site(b, s, &s->sites[i], false);
	}
	json_builder_end_array(b);
}

static void add_calibration(JsonBuilder *b, const struct vq_summary *s)
{
	json_builder_set_member_name(b, "calibration");
	json_builder_begin_array(b);
	for (unsigned i = 0; i < s->n_calibration; i++) {
		const struct vq_calibration *c = &s->calibration[i];

		json_builder_begin_object(b);
		add_string(b, "function", vq_function_name(c->fn));
		add_string(b, "mode", vq_mode_name(c->mode));
		add_int(b, "n", c->n);
		add_spread(b, "cost_ns", &c->cost);
		add_spread(b, "bias_ns", &c->bias);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void add_time(JsonBuilder *b, const char *name, uint64_t real_ns)
{
	g_autofree char *time = real_ns ? vq_wall_utc(real_ns) : NULL;

	if (time)
		add_string(b, name, time);
}

/* As ps shows it, cleaned; NULL if there is no such thread any more. */
static char *name_of_thread(pid_t pid, uint32_t tid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%u/comm", pid, tid), *comm = NULL;

	if (!g_file_get_contents(path, &comm, NULL, NULL))
		return NULL;
	return vq_text_clean(g_strchomp(comm), -1, 64, VQ_UTF8);
}

/* The names of the threads that completed something, by their ids. */
static void add_thread_names(JsonBuilder *b, const struct vq_summary *s)
{
	g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);

	json_builder_set_member_name(b, "thread_names");
	json_builder_begin_object(b);
	for (guint i = 0; i < s->model->queues->len; i++) {
		const struct vq_queue *q = s->model->queues->pdata[i];

		for (unsigned t = 0; t < q->threads; t++) {
			g_autofree char *name = name_of_thread(s->pid, q->thread[t].tid);
			char tid[16];

			g_snprintf(tid, sizeof(tid), "%u", q->thread[t].tid);
			if (name && g_hash_table_add(told, GUINT_TO_POINTER(q->thread[t].tid)))
				add_string(b, tid, name);
		}
	}
	json_builder_end_object(b);
}

static JsonBuilder *to_json(const struct vq_summary *s)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	add_string(b, "type", "summary");
	add_string(b, "schema", "vqlab-probe-1");
	add_string(b, "version", VQLAB_VERSION);
	add_int(b, "pid", s->pid);
	add_string(b, "name", s->name);
	if (s->vhost)
		add_string(b, "vhost", s->vhost);
	add_time(b, "start_time", s->start_real_ns);
	add_time(b, "end_time", s->end_real_ns);
	add_double(b, "seconds", s->seconds);
	add_bool(b, "sampled", s->windows > 1);
	add_double(b, "seen_seconds", s->seen);
	add_int(b, "windows", s->windows);
	add_int(b, "events", s->model->events);
	add_int(b, "lost_events", vq_summary_lost(s));
	add_int(b, "unreadable_rings", vq_summary_unreadable_rings(s));
	add_int(b, "unreadable_calls", s->unreadable_calls);
	add_int(b, "nested_calls", s->nested_calls);
	add_int(b, "late_names", s->late_names);
	add_int_or_null(b, "null_pops", s->durations, s->null_pops);
	if (s->layout_from)
		add_string(b, "layout", s->layout_from);
	if (s->way)
		add_string(b, "attached_by", s->way);
	if (s->light)
		add_bool(b, "light", true);
	add_sites(b, s);
	if (s->durations) /* else of probes that are not there */
		add_calibration(b, s);
	if (s->sites) /* it is there, or was just now */
		add_thread_names(b, s);
	json_builder_set_member_name(b, "queues");
	json_builder_begin_array(b);
	for (guint i = 0; i < s->model->queues->len; i++) {
		const struct vq_queue *q = s->model->queues->pdata[i];

		if (q->first_ts)
			vq_queue_add_json(b, q, !s->durations);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
	return b;
}

bool vq_summary_write_json(const struct vq_summary *s, const char *path, GError **error)
{
	g_autoptr(JsonBuilder) b = to_json(s);
	g_autofree char *line = json_line(b);

	return vq_output_write(path, line, strlen(line), error);
}

void vq_summary_print_json(const struct vq_summary *s)
{
	g_autoptr(JsonBuilder) b = to_json(s);

	print_json_line(b);
}

char *vq_summary_sampled(const struct vq_summary *s)
{
	if (s->windows <= 1)
		return g_strdup("");
	return g_strdup_printf("; SAMPLED: %u windows, %.1f s (%.1f %%) of that", s->windows,
			       s->seen, 100 * s->seen / s->seconds);
}

void vq_summary_print(const struct vq_summary *s, bool hists)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)vq_row_free);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *sampled = vq_summary_sampled(s);
	struct vq_table table;

	for (guint i = 0; i < s->model->queues->len; i++) {
		const struct vq_queue *q = s->model->queues->pdata[i];
		struct vq_row *row;

		if (!q->first_ts)
			continue;
		row = vq_row_new(NULL, q,
				 s->lost_of ? (int64_t)s->lost_of(s->lost_data, q->vq) : -1);
		vq_rates_all(q, s->seen, &row->r);
		g_ptr_array_add(rows, row);
	}
	vq_rows_sort(rows);
	vq_table_fit(&table, rows, VQ_TABLE_WIDTH, true);
	vq_table_header(&table, text, "");
	for (guint i = 0; i < rows->len; i++)
		vq_table_row(&table, text, rows->pdata[i]);
	for (guint i = 0; hists && i < s->model->queues->len; i++)
		vq_distributions_add(text, s->model->queues->pdata[i]);
	printf("process %d%s%s: all of %.1f s%s\n%s", s->pid, *s->name ? " " : "", s->name,
	       s->seconds, sampled, text->str);
	if (s->vhost)
		printf("served by vhost, so vqprobe cannot see it: %s\n", s->vhost);
	vq_output_flush();
}

static unsigned packed_queues(const struct vq_summary *s)
{
	unsigned n = 0;

	for (guint i = 0; i < s->model->queues->len; i++)
		n += ((const struct vq_queue *)s->model->queues->pdata[i])->packed;
	return n;
}

static unsigned orderless_queues(const struct vq_summary *s)
{
	unsigned n = 0;

	for (guint i = 0; i < s->model->queues->len; i++)
		n += vq_queue_orderless(s->model->queues->pdata[i]);
	return n;
}

static void warn_of_disagreement(const struct vq_summary *s)
{
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned n = 0;

	for (guint i = 0; i < s->model->queues->len; i++) {
		const struct vq_queue *q = s->model->queues->pdata[i];

		if (!vq_queue_agrees(q))
			g_string_append_printf(names, "%s%s.%u", n++ ? ", " : "", q->device,
					       q->index);
	}
	if (n)
		fprintf(stderr,
			"vqprobe: %u QUEUES DO NOT ADD UP: %s: their counts, QEMU's own and the "
			"used ring do not agree: the figures are wrong, or the device is broken\n",
			n, names->str);
}

/* There are queues, and not one of them is meant. */
static void warn_of_selection(const struct vq_summary *s)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < s->model->queues->len; i++) {
		const struct vq_queue *q = s->model->queues->pdata[i];

		if (!q->left_out)
			return;
		g_string_append_printf(names, "%s%s.%u (%s)", i ? ", " : "", q->device, q->index,
				       q->type);
	}
	if (names->len)
		fprintf(stderr,
			"vqprobe: NO QUEUE IS SHOWN: --device, --type and --queue leave "
			"out all that there are: %s\n",
			names->str);
}

void vq_summary_warn(const struct vq_summary *s)
{
	uint64_t lost = vq_summary_lost(s), rings = vq_summary_unreadable_rings(s);

	if (lost)
		fprintf(stderr,
			"vqprobe: %" PRIu64 " of %" PRIu64
			" EVENTS LOST: the figures are wrong: use a larger --buffer\n",
			lost, lost + s->model->events);
	if (rings)
		fprintf(stderr,
			"vqprobe: %" PRIu64
			" USED RINGS UNREADABLE: order violations there cannot be seen: is the "
			"guest behind an IOMMU?\n",
			rings);
	if (s->unreadable_calls)
		fprintf(stderr,
			"vqprobe: %" PRIu64 " CALLS UNREADABLE: the figures are wrong: does the "
			"debug information belong to this QEMU?\n",
			s->unreadable_calls);
	if (s->nested_calls)
		fprintf(stderr,
			"vqprobe: %" PRIu64 " CALLS WITHIN OTHERS, not recorded: the figures are "
			"wrong: the guest has buffers or rings in a device's memory\n",
			s->nested_calls);
	if (s->late_names)
		fprintf(stderr,
			"vqprobe: %" PRIu64
			" NAMES WERE READ AFTER A RESET: what came before it may be "
			"of a device that was unplugged: this host did not run vqprobe meanwhile\n",
			s->late_names);
	if (orderless_queues(s))
		fprintf(stderr,
			"vqprobe: %u QUEUES HAD COMPLETIONS AND NOT ONE POP: nothing is known of "
			"their order: watch for longer; or is the virtqueue_pop that is probed, of "
			"the address that --json tells, not the one that runs?\n",
			orderless_queues(s));
	warn_of_disagreement(s);
	warn_of_selection(s);
	if (s->light && packed_queues(s))
		fprintf(stderr,
			"vqprobe: %u QUEUES WITH A PACKED RING: their order cannot be told so: "
			"leave "
			"out --light\n",
			packed_queues(s));
}
