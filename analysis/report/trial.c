// SPDX-License-Identifier: GPL-2.0-or-later
#include "reader.h"
#include "driver.h"
#include "run.h"
#include "analysis/report/host/record.h"

#include <math.h>
#include <string.h>

static void read_hist(struct reader *r, JsonObject *o, const char *name, struct hist *h)
{
	JsonArray *a = need_array(r, o, name);
	unsigned int n = array_length(a);

	h->bins = g_new0(struct bin, n);
	for (unsigned int i = 0; i < n && !r->error; i++) {
		JsonNode *node = json_array_get_element(a, i);
		JsonArray *pair = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
		int64_t v[2] = {-1, -1};

		for (unsigned int j = 0; j < 2 && array_length(pair) == 2; j++) {
			JsonNode *number = json_array_get_element(pair, j);

			if (JSON_NODE_HOLDS_VALUE(number) &&
			    json_node_get_value_type(number) == G_TYPE_INT64)
				v[j] = json_node_get_int(number);
		}
		if (v[0] < 0 || v[1] < 0 || v[0] > (int64_t)JSON_MAX_COUNT ||
		    v[1] > (int64_t)JSON_MAX_COUNT) {
			reader_fail(r, name, "is not a list of [value, count]");
		} else if (i && h->n && (uint64_t)v[0] <= h->bins[h->n - 1].value) {
			reader_fail(r, name, "is not in ascending order");
		} else if (v[1]) {
			h->bins[h->n++] = (struct bin){v[0], v[1]};
		}
	}
}

static void bins_free(struct hist *h)
{
	g_free(h->bins);
	*h = (struct hist){};
}

static void queue_free(void *data)
{
	struct queue *q = data;

	g_free(q->device);
	g_free(q->type);
	g_free(q->ring);
	bins_free(&q->depth);
	bins_free(&q->stash_count);
	bins_free(&q->batch);
	bins_free(&q->hold_ns);
	bins_free(&q->fill_ns);
	bins_free(&q->flush_ns);
	g_free(q);
}

/* vqprobe writes null where it saw not one pop: such a queue is not conserved. */
static void read_order(struct reader *r, JsonObject *o, struct queue *q)
{
	if (o && !q->pops && json_object_has_member(o, "depth") &&
	    json_object_get_null_member(o, "depth"))
		return;
	q->order_violations = need_count(r, o, "order_violations");
	q->stashed = need_count(r, o, "stashed");
	q->stash_max = need_count(r, o, "stash_max");
	q->stash_time_mean = need_number(r, o, "stash_time_mean");
	read_hist(r, o, "depth", &q->depth);
	read_hist(r, o, "stash_count", &q->stash_count);
}

static struct queue *read_queue(struct reader *r, JsonObject *o)
{
	struct queue *q = g_new0(struct queue, 1);

	q->device = need_string(r, o, "device");
	q->type = opt_string(r, o, "type", "");
	q->ring = opt_string(r, o, "ring", "");
	q->index = need_count(r, o, "index");
	q->num = opt_count(r, o, "num", 0);
	q->in_order = need_bool(r, o, "in_order");
	q->conserved = need_bool(r, o, "conserved");
	q->pops = need_count(r, o, "pops");
	q->fills = need_count(r, o, "fills");
	q->flushes = need_count(r, o, "flushes");
	q->published = need_count(r, o, "published");
	q->unpopped = opt_count(r, o, "unpopped", 0);
	q->detached = opt_count(r, o, "detached", 0);
	q->in_flight_start = opt_count(r, o, "in_flight_start", 0);
	q->in_flight_end = opt_count(r, o, "in_flight_end", 0);
	q->unmatched_fills = opt_count(r, o, "unmatched_fills", 0);
	q->resets = opt_count(r, o, "resets", 0);
	q->hold_sum_ns = need_count(r, o, "hold_sum_ns");
	q->fill_sum_ns = need_count(r, o, "fill_sum_ns");
	q->flush_sum_ns = need_count(r, o, "flush_sum_ns");
	q->span_s = opt_number(r, o, "span_s", 0);
	read_order(r, o, q);
	read_hist(r, o, "batch", &q->batch);
	read_hist(r, o, "hold_ns", &q->hold_ns);
	read_hist(r, o, "fill_ns", &q->fill_ns);
	read_hist(r, o, "flush_ns", &q->flush_ns);
	return q;
}

static void site_free(void *data)
{
	struct site *s = data;

	g_free(s->function);
	g_free(s->kind);
	g_free(s->instruction);
	g_free(s->mode);
	g_free(s);
}

static struct site *read_site(struct reader *r, JsonObject *o)
{
	struct site *s = g_new0(struct site, 1);

	s->function = need_string(r, o, "function");
	s->kind = need_string(r, o, "kind");
	s->instruction = opt_string(r, o, "instruction", "");
	s->mode = need_string(r, o, "mode");
	s->hits = opt_count(r, o, "hits", 0);
	return s;
}

static void calibration_free(void *data)
{
	struct calibration *c = data;

	g_free(c->function);
	g_free(c->mode);
	g_free(c);
}

static struct spread read_spread(struct reader *r, JsonObject *o, const char *name)
{
	JsonObject *s = need_object(r, o, name);

	/* Differences of two timings: noise may take them below 0. */
	return (struct spread){need_signed(r, s, "p05"), need_signed(r, s, "median"),
			       need_signed(r, s, "p95")};
}

static struct calibration *read_calibration(struct reader *r, JsonObject *o)
{
	struct calibration *c = g_new0(struct calibration, 1);

	c->function = need_string(r, o, "function");
	c->mode = need_string(r, o, "mode");
	c->n = opt_count(r, o, "n", 0);
	c->cost = read_spread(r, o, "cost_ns");
	c->bias = read_spread(r, o, "bias_ns");
	return c;
}

static int by_index(const void *a, const void *b)
{
	const struct queue *x = *(struct queue *const *)a, *y = *(struct queue *const *)b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static void probe_free(struct probe *p)
{
	if (!p)
		return;
	g_ptr_array_free(p->sites, TRUE);
	g_ptr_array_free(p->calibrations, TRUE);
	g_ptr_array_free(p->queues, TRUE);
	g_free(p);
}

static struct probe *read_probe(struct reader *r, JsonObject *o)
{
	struct probe *p = g_new0(struct probe, 1);
	JsonArray *sites = need_array(r, o, "sites");
	JsonArray *calibrations = opt_array(r, o, "calibration");
	JsonArray *queues = need_array(r, o, "queues");

	p->seconds = opt_number(r, o, "seconds", 0);
	p->events = need_count(r, o, "events");
	p->lost_events = need_count(r, o, "lost_events");
	p->unreadable_rings = opt_count(r, o, "unreadable_rings", 0);
	p->sites = g_ptr_array_new_with_free_func(site_free);
	p->calibrations = g_ptr_array_new_with_free_func(calibration_free);
	p->queues = g_ptr_array_new_with_free_func(queue_free);
	for (unsigned int i = 0; i < array_length(sites); i++)
		g_ptr_array_add(p->sites, read_site(r, array_object(r, sites, i, "sites")));
	for (unsigned int i = 0; i < array_length(calibrations); i++) {
		JsonObject *c = array_object(r, calibrations, i, "calibration");

		g_ptr_array_add(p->calibrations, read_calibration(r, c));
	}
	for (unsigned int i = 0; i < array_length(queues); i++)
		g_ptr_array_add(p->queues, read_queue(r, array_object(r, queues, i, "queues")));
	g_ptr_array_sort(p->queues, by_index);
	return p;
}

static void phase_free(void *data)
{
	struct phase *p = data;

	g_free(p->workload);
	g_free(p->kind);
	g_free(p->device);
	g_free(p->state);
	g_free(p->reason);
	g_free(p->unit);
	g_free(p->trace);
	probe_free(p->probe);
	g_free(p->driver);
	g_free(p->host);
	g_free(p);
}

/* null where fio printed none; older runs have 0 there. */
static double read_percentile(struct reader *r, JsonObject *lat, const char *name)
{
	double us = opt_number(r, lat, name, NAN);

	return us > 0 ? us : NAN;
}

/* One of those in runners/TRIAL.md: what has another state is no trial of ours. */
static char *need_state(struct reader *r, JsonObject *o)
{
	static const char *const states[] = {"ok",	"invalid",	   "stalled",
					     "crashed", "failed-to-start", NULL};
	char *state = need_string(r, o, "state");

	if (!r->error && !g_strv_contains(states, state))
		reader_fail(r, "state",
			    "is none of ok, invalid, stalled, crashed, failed-to-start");
	return state;
}

/* Only a phase that is ok must have figures. */
static struct phase *read_phase(struct reader *r, JsonObject *o)
{
	struct phase *p = g_new0(struct phase, 1);
	JsonObject *probe, *lat, *window, *datagrams;
	bool ok;

	p->workload = need_string(r, o, "workload");
	p->kind = opt_string(r, o, "kind", "");
	p->device = opt_string(r, o, "device", "");
	p->state = need_state(r, o);
	p->reason = opt_string(r, o, "reason", "");
	p->probes = need_bool(r, o, "probes");
	p->judged = o && json_object_has_member(o, "counted");
	p->order = opt_count(r, o, "order", 0);
	ok = !strcmp(p->state, "ok");
	p->unit = opt_string(r, o, "unit", "");
	p->throughput = ok ? need_number(r, o, "throughput") : opt_number(r, o, "throughput", 0);
	if (ok && !r->error && p->throughput <= 0)
		reader_fail(r, "throughput", "is 0 in a phase that is ok");
	p->seconds = ok ? need_number(r, o, "seconds") : opt_number(r, o, "seconds", 0);
	p->bytes = ok ? need_count(r, o, "bytes") : opt_count(r, o, "bytes", 0);
	p->ios = opt_count(r, o, "ios", 0);
	p->cpu_s = opt_number(r, o, "cpu_s", NAN);
	p->ctx_switches = opt_number(r, o, "ctx_switches", NAN);
	window = opt_object(r, o, "perf_window");
	p->window_s = opt_number(r, window, "seconds", p->seconds);
	p->window_requests = opt_count(r, window, "requests", p->ios);
	p->packets_per_s = opt_number(r, o, "packets_per_s", NAN);
	datagrams = opt_object(r, o, "datagrams");
	p->datagrams = opt_count(r, datagrams, "received", 0);
	p->lost = opt_count(r, datagrams, "lost", 0);
	lat = opt_object(r, o, "lat_us");
	p->lat_mean = opt_number(r, lat, "mean", NAN);
	p->lat_p50 = read_percentile(r, lat, "p50");
	p->lat_p99 = read_percentile(r, lat, "p99");
	p->trace = opt_string(r, o, "trace", "");
	p->driver = read_driver(r, opt_object(r, o, "driver"));
	p->host = read_meanwhile(r, opt_object(r, o, "host"));
	probe = opt_object(r, o, "probe");
	if (probe)
		p->probe = read_probe(r, probe);
	else if (ok && p->probes)
		reader_fail(r, "probe", "missing in a phase with probes that is ok");
	return p;
}

static void gate_free(void *data)
{
	struct gate *g = data;

	g_free(g->name);
	g_free(g->detail);
	g_free(g);
}

static struct gate *read_gate(struct reader *r, JsonObject *o)
{
	struct gate *g = g_new0(struct gate, 1);

	g->name = need_string(r, o, "name");
	g->ok = need_bool(r, o, "ok");
	g->detail = opt_string(r, o, "detail", "");
	return g;
}

static bool known(const GPtrArray *names, const char *name)
{
	for (unsigned int i = 0; i < names->len; i++)
		if (!strcmp(names->pdata[i], name))
			return true;
	return false;
}

/* Holds the trial against the run it lies in. */
static void check_trial(struct reader *r, const struct trial *t, const struct run *run)
{
	unsigned int seen;

	if (!known(run->variants, t->variant))
		reader_fail(r, "variant", "is not one of run.json's");
	if (!known(run->rings, t->ring))
		reader_fail(r, "ring", "is not one of run.json's");
	for (unsigned int i = 0; i < t->phases->len; i++) {
		const struct phase *p = t->phases->pdata[i];

		seen = 0;
		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct phase *q = t->phases->pdata[j];

			seen += !strcmp(p->workload, q->workload) && p->probes == q->probes;
		}
		if (seen > 1)
			reader_fail(r, "phases", "one workload twice with the same probes");
		seen = 0;
		for (unsigned int j = 0; j < run->workloads->len; j++) {
			const struct workload *w = run->workloads->pdata[j];

			seen += !strcmp(p->workload, w->name);
		}
		if (!seen)
			reader_fail(r, "workload", "is not one of run.json's");
	}
}

bool phase_counts(const struct trial *trial, const struct phase *phase)
{
	return !strcmp(phase->state, "ok") && (phase->judged || !strcmp(trial->state, "ok"));
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	g_free(t->id);
	g_free(t->variant);
	g_free(t->ring);
	g_free(t->state);
	g_free(t->reason);
	g_free(t->accel);
	g_free(t->changed);
	g_ptr_array_free(t->gates, TRUE);
	g_ptr_array_free(t->phases, TRUE);
	g_free(t);
}

struct trial *load_trial(const char *path, const struct run *run, GError **error)
{
	struct reader r;
	JsonObject *o = reader_open(&r, path, "vqlab-trial-1");
	struct trial *t = g_new0(struct trial, 1);
	JsonArray *gates = opt_array(&r, o, "gates"), *phases = opt_array(&r, o, "phases");

	t->id = need_string(&r, o, "id");
	t->variant = need_string(&r, o, "variant");
	t->ring = need_string(&r, o, "ring");
	t->state = need_state(&r, o);
	t->reason = opt_string(&r, o, "reason", "");
	t->accel = opt_string(&r, o, "accel", "");
	t->counting = opt_bool(&r, o, "counting");
	t->block = need_count(&r, o, "block");
	t->position = opt_count(&r, o, "position", 0);
	t->other_qemus = read_other_qemus(&r, o);
	t->changed = read_changed_settings(&r, o, run->settings);
	t->boot_s = opt_number(&r, o, "boot_s", NAN);
	t->gates = g_ptr_array_new_with_free_func(gate_free);
	t->phases = g_ptr_array_new_with_free_func(phase_free);
	for (unsigned int i = 0; i < array_length(gates); i++)
		g_ptr_array_add(t->gates, read_gate(&r, array_object(&r, gates, i, "gates")));
	for (unsigned int i = 0; i < array_length(phases); i++)
		g_ptr_array_add(t->phases, read_phase(&r, array_object(&r, phases, i, "phases")));
	check_trial(&r, t, run);
	if (reader_close(&r, error))
		return t;
	trial_free(t);
	return NULL;
}
