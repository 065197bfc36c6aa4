// SPDX-License-Identifier: GPL-2.0-or-later
/* What trial.json says, against what the traces say. */
#include "verify.h"
#include "reader.h"

#include "probes/model/model.h"
#include "probes/show/summary-queue.h"
#include "probes/tool/text.h"
#include "probes/trace/trace.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A phase that is being compared. */
struct comparison {
	const char *id, *workload;
	FILE *out;
	unsigned int differences;
};

G_GNUC_PRINTF(2, 3)
static void differ(struct comparison *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(c->out, "%s/%s: ", c->id, c->workload);
	vfprintf(c->out, format, args);
	fputc('\n', c->out);
	va_end(args);
	c->differences++;
}

/* A value as a message shows it; g_free() it. */
static char *value_text(JsonNode *n)
{
	g_autofree char *text = n ? json_to_string(n, FALSE) : g_strdup("nothing");

	return vq_text_clean(text, -1, JSON_MAX_TEXT, VQ_ASCII);
}

static bool is_number(JsonNode *n)
{
	GType type = n && JSON_NODE_HOLDS_VALUE(n) ? json_node_get_value_type(n) : G_TYPE_INVALID;

	return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static bool same(JsonNode *x, JsonNode *y)
{
	if (is_number(x) && is_number(y) &&
	    (json_node_get_value_type(x) == G_TYPE_DOUBLE ||
	     json_node_get_value_type(y) == G_TYPE_DOUBLE)) {
		double a = json_node_get_double(x), b = json_node_get_double(y);

		return fabs(a - b) <= 1e-9 * MAX(fabs(a), fabs(b));
	}
	return json_node_equal(x, y);
}

/* Which bin of a histogram differs first? */
static void differ_in_bins(struct comparison *c, gint64 queue, const char *name, JsonArray *trace,
			   JsonArray *trial)
{
	guint n = json_array_get_length(trace), m = json_array_get_length(trial), i = 0;
	g_autofree char *x = NULL, *y = NULL;

	while (i < n && i < m &&
	       json_node_equal(json_array_get_element(trace, i), json_array_get_element(trial, i)))
		i++;
	x = value_text(i < n ? json_array_get_element(trace, i) : NULL);
	y = value_text(i < m ? json_array_get_element(trial, i) : NULL);
	differ(c, "queue %" G_GINT64_FORMAT ": %s: trace says %s, trial.json %s, in place %u",
	       queue, name, x, y, i);
}

static void compare_queue(struct comparison *c, gint64 queue, JsonObject *trace, JsonObject *trial)
{
	g_autoptr(GList) names = json_object_get_members(trace);

	for (GList *m = names; m; m = m->next) {
		JsonNode *x = json_object_get_member(trace, m->data);
		JsonNode *y = json_object_get_member(trial, m->data);
		g_autofree char *a = NULL, *b = NULL;

		/* Another version of vqlab may know more, or less. */
		if (!y || same(x, y))
			continue;
		if (JSON_NODE_HOLDS_ARRAY(x) && JSON_NODE_HOLDS_ARRAY(y)) {
			differ_in_bins(c, queue, m->data, json_node_get_array(x),
				       json_node_get_array(y));
			continue;
		}
		a = value_text(x);
		b = value_text(y);
		differ(c, "queue %" G_GINT64_FORMAT ": %s: trace says %s, trial.json %s", queue,
		       (char *)m->data, a, b);
	}
}

/* The member of @queues with @index, or NULL. */
static JsonObject *queue_with(JsonArray *queues, gint64 index)
{
	for (guint i = 0; i < json_array_get_length(queues); i++) {
		JsonNode *n = json_array_get_element(queues, i);

		if (JSON_NODE_HOLDS_OBJECT(n) &&
		    json_object_get_int_member_with_default(json_node_get_object(n), "index", -1) ==
			    index)
			return json_node_get_object(n);
	}
	return NULL;
}

static void compare_queues(struct comparison *c, JsonArray *trace, JsonArray *trial)
{
	guint n = json_array_get_length(trace);

	if (n != json_array_get_length(trial))
		differ(c, "queues: trace says %u, trial.json %u", n, json_array_get_length(trial));
	for (guint i = 0; i < n; i++) {
		JsonObject *q = json_array_get_object_element(trace, i);
		gint64 index = json_object_get_int_member(q, "index");
		JsonObject *other = queue_with(trial, index);

		if (other)
			compare_queue(c, index, q, other);
		else
			differ(c, "queue %" G_GINT64_FORMAT ": in the trace only", index);
	}
}

/* The queues of @device that had events, as vqprobe's summary has them. */
static JsonNode *queues_json(const struct vq_model *m, const char *device)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_array(b);
	for (guint i = 0; i < m->queues->len; i++) {
		const struct vq_queue *q = m->queues->pdata[i];

		if (q->first_ts && !strcmp(q->device, device))
			vq_queue_add_json(b, q, false);
	}
	json_builder_end_array(b);
	return json_builder_get_root(b);
}

static void compare_count(struct comparison *c, const char *name, uint64_t trace, uint64_t trial)
{
	if (trace != trial)
		differ(c, "%s: trace says %" PRIu64 ", trial.json %" PRIu64, name, trace, trial);
}

static bool to_model(const struct vq_head *h, size_t size, void *data)
{
	return vq_model_event(data, h, size);
}

static void compare_phase(struct comparison *c, struct reader *r, const char *path,
			  JsonObject *phase, JsonObject *probe)
{
	g_autofree char *device = need_string(r, phase, "device");
	JsonArray *queues = need_array(r, probe, "queues");
	uint64_t events = need_count(r, probe, "events");
	uint64_t lost = need_count(r, probe, "lost_events");
	struct vq_model *m = vq_model_new();
	g_autoptr(GError) error = NULL;
	struct vq_trace_header header;
	bool whole;

	if (!r->error && !vq_trace_read(path, &header, to_model, m, &whole, &error)) {
		differ(c, "%s", error->message);
	} else if (!r->error) {
		g_autoptr(JsonNode) again = queues_json(m, device);

		if (!whole)
			differ(c, "%s: ends early: the last events are missing", path);
		compare_count(c, "events", m->events, events);
		compare_count(c, "lost_events", m->lost, lost);
		compare_queues(c, json_node_get_array(again), queues);
	}
	vq_model_free(m);
}

static void verify_phase(struct reader *r, JsonObject *phase, const char *folder, const char *id,
			 struct verified *v, FILE *out)
{
	g_autofree char *workload = need_string(r, phase, "workload");
	g_autofree char *trace = opt_string(r, phase, "trace", "");
	g_autofree char *path = g_build_filename(folder, trace, NULL);
	JsonObject *probe = opt_object(r, phase, "probe");
	struct comparison c = {.id = id, .workload = workload, .out = out};
	bool plain;

	if (r->error)
		return;
	if (!probe) {
		fprintf(out, "%s/%s: no summary that a trace could be held to\n", id, workload);
		v->no_summary++;
		return;
	}
	plain = !strchr(trace, '/') && *trace != '.';
	if (!*trace || (plain && !g_file_test(path, G_FILE_TEST_EXISTS))) {
		fprintf(out, "%s/%s: %s\n", id, workload,
			*trace ? "its trace is not here" : "no trace was kept");
		v->no_trace++;
		return;
	}
	if (plain)
		compare_phase(&c, r, path, phase, probe);
	else
		differ(&c, "trace: %s is no file of the trial's folder", trace);
	if (c.differences)
		v->differ++;
	else
		v->agree++;
}

bool verify_trial(const char *folder, const char *id, struct verified *v, FILE *out, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "trial.json", NULL);
	struct reader r;
	JsonObject *o = reader_open(&r, path, "vqlab-trial-1");
	JsonArray *phases = opt_array(&r, o, "phases");

	for (unsigned int i = 0; i < array_length(phases) && !r.error; i++) {
		JsonObject *phase = array_object(&r, phases, i, "phases");

		if (need_bool(&r, phase, "probes"))
			verify_phase(&r, phase, folder, id, v, out);
	}
	return reader_close(&r, error);
}
