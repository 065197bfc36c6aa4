// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * summary.json, "vqlab-summary-2": every number of the report.
 *
 * Written by hand rather than by json-glib, which prints 17 digits: the last of
 * them belong to the C library, and the same trials shall give the same bytes.
 */
#include <math.h>
#include <string.h>

#include "power.h"
#include "report.h"

struct json {
	GString *out;
	unsigned int depth;
	bool first; /* nothing stands yet in the innermost bracket */
};

static void put_text(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) { /* printable ASCII: see load_run() */
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

/* Starts a member (or, without a name, an element) on a line of its own. */
static void start(struct json *j, const char *name)
{
	if (!j->first)
		g_string_append_c(j->out, ',');
	if (j->depth)
		g_string_append_printf(j->out, "\n%*s", 2 * j->depth, "");
	if (name) {
		put_text(j->out, name);
		g_string_append(j->out, ": ");
	}
	j->first = false;
}

static void open_bracket(struct json *j, const char *name, char bracket)
{
	start(j, name);
	g_string_append_c(j->out, bracket);
	j->depth++;
	j->first = true;
}

static void close_bracket(struct json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		g_string_append_printf(j->out, "\n%*s", 2 * j->depth, "");
	g_string_append_c(j->out, bracket);
	j->first = false;
}

static void text(struct json *j, const char *name, const char *value)
{
	start(j, name);
	put_text(j->out, value);
}

static void append_number(GString *out, double value)
{
	if (isfinite(value))
		g_string_append_printf(out, "%.6g", value);
	else
		g_string_append(out, "null");
}

static void number(struct json *j, const char *name, double value)
{
	start(j, name);
	append_number(j->out, value);
}

static void count(struct json *j, const char *name, uint64_t value)
{
	start(j, name);
	g_string_append_printf(j->out, "%" G_GUINT64_FORMAT, value);
}

static void truth(struct json *j, const char *name, bool value)
{
	start(j, name);
	g_string_append(j->out, value ? "true" : "false");
}

static void names(struct json *j, const char *name, const GPtrArray *values)
{
	start(j, name);
	g_string_append_c(j->out, '[');
	for (unsigned int i = 0; i < values->len; i++) {
		g_string_append(j->out, i ? ", " : "");
		put_text(j->out, values->pdata[i]);
	}
	g_string_append_c(j->out, ']');
}

static void range(struct json *j, const char *name, struct range value)
{
	start(j, name);
	g_string_append_printf(j->out, "{\"n\": %u, \"min\": ", value.n);
	append_number(j->out, value.min);
	g_string_append(j->out, ", \"median\": ");
	append_number(j->out, value.median);
	g_string_append(j->out, ", \"max\": ");
	append_number(j->out, value.max);
	g_string_append_c(j->out, '}');
}

static void spread(struct json *j, const char *name, const struct spread *s)
{
	start(j, name);
	g_string_append(j->out, "{\"p05\": ");
	append_number(j->out, s->p05);
	g_string_append(j->out, ", \"median\": ");
	append_number(j->out, s->median);
	g_string_append(j->out, ", \"p95\": ");
	append_number(j->out, s->p95);
	g_string_append_c(j->out, '}');
}

static void hist(struct json *j, const char *name, const struct hist *h)
{
	start(j, name);
	g_string_append_c(j->out, '[');
	for (unsigned int i = 0; i < h->n; i++)
		g_string_append_printf(j->out, "%s[%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT "]",
				       i ? ", " : "", h->bins[i].value, h->bins[i].count);
	g_string_append_c(j->out, ']');
}

static void comparison(struct json *j, const char *name, const struct comparison *c)
{
	open_bracket(j, name, '{');
	text(j, "verdict", verdict_name(c->verdict));
	count(j, "n", c->n);
	number(j, "ratio", c->ratio);
	number(j, "ci_low", c->lo);
	number(j, "ci_high", c->hi);
	text(j, "interval",
	     isnan(c->lo)	 ? "none"
	     : c->student	 ? "student-t"
	     : c->n < MIN_WITHIN ? "range"
				 : "order-statistics");
	number(j, "ci_coverage", isnan(c->lo) ? NAN : interval_coverage(c->n));
	number(j, "p", c->p);
	number(j, "p_holm", c->p_holm);
	number(j, "p_equivalence", c->tost);
	number(j, "p_equivalence_holm", c->tost_holm);
	number(j, "detectable_slowdown", c->detectable);
	close_bracket(j, '}');
}

static void samples(struct json *j, const struct results *r, const struct cell *c)
{
	open_bracket(j, "blocks", '[');
	for (unsigned int b = 0; b < c->n_samples; b++) {
		const struct sample *s = &c->samples[b];

		if (!s->trial)
			continue;
		start(j, NULL);
		g_string_append_printf(j->out, "{\"block\": %d, \"state\": ", r->blocks[b]);
		put_text(j->out, s->trial->state);
		g_string_append(j->out, ", \"throughput\": ");
		append_number(j->out, s->throughput);
		g_string_append(j->out, ", \"cpu_ms\": ");
		append_number(j->out, s->cpu);
		g_string_append(j->out, ", \"switches\": ");
		append_number(j->out, s->ctx);
		g_string_append(j->out, ", \"order_cost_ns\": ");
		append_number(j->out, s->cost);
		g_string_append(j->out, ", \"probe_tax\": ");
		append_number(j->out, s->tax);
		g_string_append_c(j->out, '}');
	}
	close_bracket(j, ']');
}

static void ordering(struct json *j, const struct cell *c)
{
	open_bracket(j, "ordering", '{');
	count(j, "trials", c->probed);
	count(j, "elements", c->elements);
	count(j, "lost_events", c->lost);
	count(j, "order_violations", c->violations);
	count(j, "unconserved", c->unconserved);
	count(j, "ring_size_min", c->ring_min);
	count(j, "ring_size_max", c->ring_max);
	count(j, "depth_max", c->depth_max);
	count(j, "stash_max", c->stash_max);
	range(j, "stashed_share", OVER(c, m.stashed));
	range(j, "depth_p50", OVER(c, m.depth_p50));
	range(j, "depth_p99", OVER(c, m.depth_p99));
	range(j, "stash_time_mean", OVER(c, m.stash_mean));
	range(j, "hold_mean_ns", OVER(c, m.hold_mean));
	range(j, "hold_p50_ns", OVER(c, m.hold_p50));
	range(j, "hold_p99_ns", OVER(c, m.hold_p99));
	range(j, "batch_mean", OVER(c, m.batch_mean));
	range(j, "fill_p50_ns", OVER(c, m.fill_p50));
	range(j, "flush_p50_ns", OVER(c, m.flush_p50));
	range(j, "order_cost_raw_ns", OVER(c, cost_raw));
	range(j, "order_cost_ns", OVER(c, cost));
	range(j, "fill_cost_ns", OVER(c, fill));
	range(j, "flush_cost_ns", OVER(c, flush));
	range(j, "probe_tax", OVER(c, tax));
	hist(j, "depth", &c->depth);
	hist(j, "stash_count", &c->stash);
	close_bracket(j, '}');
}

static void cell(struct json *j, const struct results *r, const struct cell *c)
{
	const struct workload *w = workload_of(r, c);

	if (!c->planned)
		return;
	open_bracket(j, NULL, '{');
	text(j, "workload", w->name);
	text(j, "ring", r->run->rings->pdata[c->ring]);
	text(j, "variant", variant_name(r, c));
	text(j, "unit", w->unit);
	count(j, "trials_ok", c->ok);
	count(j, "trials_excluded", c->excluded);
	range(j, "throughput", OVER(c, throughput));
	range(j, counts_ios(w) ? "cpu_ms_per_1000_io" : "cpu_ms_per_gbit", OVER(c, cpu));
	range(j, counts_ios(w) ? "switches_per_io" : "switches_per_gbit", OVER(c, ctx));
	range(j, "latency_p50_us", OVER(c, lat_p50));
	range(j, "latency_p99_us", OVER(c, lat_p99));
	comparison(j, "to_off", &c->to_off);
	comparison(j, "to_qemu", &c->to_qemu);
	comparison(j, "cpu_to_off", &c->cpu_to_off);
	comparison(j, "switches_to_off", &c->ctx_to_off);
	ordering(j, c);
	samples(j, r, c);
	close_bracket(j, '}');
}

static void head(struct json *j, const struct results *r)
{
	const struct run *run = r->run;

	text(j, "schema", "vqlab-summary-2");
	text(j, "plan", run->plan);
	text(j, "created", run->created);
	count(j, "plan_seed", run->seed);
	text(j, "vqlab", run->vqlab_version);
	text(j, "commit", run->vqlab_commit);
	text(j, "qemu", run->qemu_version);
	text(j, "accel", run->accel);
	text(j, "host_cpu", run->cpu);
	count(j, "host_cores", run->cores);
	text(j, "host_kernel", run->kernel);
	text(j, "guest_kernel", run->guest_kernel);
	number(j, "confidence", CONFIDENCE);
	number(j, "margin", r->margin);
	number(j, "power", POWER);
	names(j, "variants", run->variants);
	names(j, "strategies", run->strategies);
	names(j, "rings", run->rings);
	count(j, "trials", run->trials->len);
	count(j, "trials_ok", r->trials_ok);
	count(j, "trials_never_run", r->trials_missing);
}

static void exclusion(struct json *j, const struct exclusion *e)
{
	open_bracket(j, NULL, '{');
	text(j, "trial", e->trial->id);
	if (e->phase) {
		text(j, "workload", e->phase->workload);
		truth(j, "probes", e->phase->probes);
	}
	text(j, "state", e->phase ? e->phase->state : e->trial->state);
	text(j, "reason", e->phase ? e->phase->reason : e->trial->reason);
	close_bracket(j, '}');
}

static void never_started(struct json *j, const struct left_out *l)
{
	open_bracket(j, NULL, '{');
	text(j, "variant", l->variant);
	text(j, "ring", l->ring);
	text(j, "state", "never started");
	text(j, "reason", l->why);
	close_bracket(j, '}');
}

static void probes(struct json *j, const struct results *r)
{
	open_bracket(j, "sites", '[');
	for (unsigned int i = 0; i < r->sites->len; i++) {
		const struct site_use *s = r->sites->pdata[i];

		open_bracket(j, NULL, '{');
		text(j, "function", s->function);
		text(j, "kind", s->kind);
		text(j, "instruction", s->instruction);
		text(j, "mode", s->mode);
		count(j, "phases", s->phases);
		close_bracket(j, '}');
	}
	close_bracket(j, ']');
	open_bracket(j, "calibration", '[');
	for (unsigned int i = 0; i < r->calibrations->len; i++) {
		const struct calibration_use *c = r->calibrations->pdata[i];

		open_bracket(j, NULL, '{');
		text(j, "function", c->function);
		text(j, "mode", c->mode);
		count(j, "phases", c->phases);
		spread(j, "cost_ns", &c->cost);
		spread(j, "bias_ns", &c->bias);
		close_bracket(j, '}');
	}
	close_bracket(j, ']');
}

char *summary_json(const struct results *r)
{
	struct json j = {.out = g_string_new(NULL), .first = true};

	open_bracket(&j, NULL, '{');
	head(&j, r);
	open_bracket(&j, "left_out", '[');
	for (unsigned int i = 0; i < r->run->left_out->len; i++)
		never_started(&j, r->run->left_out->pdata[i]);
	for (unsigned int i = 0; i < r->exclusions->len; i++)
		exclusion(&j, r->exclusions->pdata[i]);
	close_bracket(&j, ']');
	probes(&j, r);
	open_bracket(&j, "cells", '[');
	for (unsigned int i = 0; i < r->n_cells; i++)
		cell(&j, r, &r->cells[i]);
	close_bracket(&j, ']');
	close_bracket(&j, '}');
	g_string_append_c(j.out, '\n');
	return g_string_free(j.out, FALSE);
}
