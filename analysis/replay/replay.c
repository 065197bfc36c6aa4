// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "pass.h"

static void variant_free(void *data)
{
	struct variant *v = data;

	g_free(v->wrong);
	g_free(v->ns);
	g_free(v);
}

static const ReorderOps *find_model(const char *name)
{
	for (guint i = 0; reorder_models[i]; i++)
		if (!strcmp(reorder_models[i]->name, name))
			return reorder_models[i];
	return NULL;
}

char *replay_variant_names(void)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; reorder_models[i]; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "", reorder_models[i]->name);
	for (guint i = 0; reorder_strategies[i]; i++)
		g_string_append_printf(names, ", %s", reorder_strategies[i]->name);
	return g_string_free(names, FALSE);
}

static void add_variant(struct replay *r, const ReorderOps *ops)
{
	struct variant *v = g_new0(struct variant, 1);

	v->ops = ops;
	v->ordered = strcmp(ops->name, "off") != 0;
	v->model = find_model(ops->name) == ops;
	v->instructions = v->instructions_over = NAN;
	v->time = v->time_over = (struct estimate){NAN, NAN, NAN};
	if (!v->ordered)
		r->off = r->variants->len;
	g_ptr_array_add(r->variants, v);
}

static bool has_variant(const struct replay *r, const ReorderOps *ops)
{
	for (guint v = 0; v < r->variants->len; v++)
		if (variant_at(r, v)->ops == ops)
			return true;
	return false;
}

static void add_all(struct replay *r)
{
	for (guint i = 0; reorder_models[i]; i++)
		if (!has_variant(r, reorder_models[i]))
			add_variant(r, reorder_models[i]);
	for (guint i = 0; reorder_strategies[i]; i++)
		if (!has_variant(r, reorder_strategies[i]))
			add_variant(r, reorder_strategies[i]);
}

/* @all: names that it stands for may be given, too. */
static bool add_named(struct replay *r, const char *name, bool all, GError **error)
{
	const ReorderOps *ops = find_model(name) ?: reorder_find(name);
	g_autofree char *names = NULL;

	if (ops && has_variant(r, ops)) {
		if (!all)
			g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "--variant: %s: named twice",
				    name);
		return all;
	}
	if (ops) {
		add_variant(r, ops);
		return true;
	}
	names = replay_variant_names();
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "--variant: '%s': there is %s; or all", name,
		    names);
	return false;
}

struct replay *replay_new(struct source *source, char **names, uint32_t seed, GError **error)
{
	bool all = !names || g_strv_contains((const char *const *)names, "all");
	struct replay *r = g_new0(struct replay, 1);

	r->source = source;
	r->seed = seed;
	r->off = -1;
	r->variants = g_ptr_array_new_with_free_func(variant_free);
	if (all)
		add_all(r);
	for (; names && *names; names++) {
		if (strcmp(*names, "all") && !add_named(r, *names, all, error)) {
			replay_free(r);
			return NULL;
		}
	}
	for (guint i = 0; i < source->queues->len; i++) {
		const struct source_queue *q = source_queue(source, i);

		r->counts.ops += q->counts.ops;
		r->counts.pops += q->counts.pops;
		r->counts.fills += q->counts.fills;
		r->counts.flushes += q->counts.flushes;
		r->counts.published += q->counts.published;
		r->counts.reordered += q->counts.reordered;
		r->counts.depth_sum += q->counts.depth_sum;
		r->counts.depth_max = MAX(r->counts.depth_max, q->counts.depth_max);
		r->ignored += q->ignored;
		r->broken += q->broken;
		r->hoisted += q->hoisted;
	}
	return r;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	source_free(r->source);
	g_ptr_array_unref(r->variants);
	g_free(r);
}

/*
 * The median, and the interval between two order statistics that covers it 19
 * times in 20 whatever the distribution: the number of repeats below the median
 * is binomial.
 */
static struct estimate estimate(double *x, unsigned int n)
{
	struct estimate e = {NAN, NAN, NAN};
	int below = -1;

	if (!n || isnan(x[0]))
		return e;
	gsl_sort(x, 1, n);
	e.median = n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
	while (gsl_cdf_binomial_P(below + 1, 0.5, n) <= 0.025)
		below++;
	if (below >= 0) {
		e.lo = x[below];
		e.hi = x[n - 1 - below];
	}
	return e;
}

static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/*
 * So many passes make a repeat: a short trace is run through again and again,
 * for below some milliseconds a clock says little.
 */
#define REPEAT_ELEMENTS 131072u
#define MAX_PASSES 1000u

static unsigned int passes_per_repeat(const struct replay *r)
{
	return CLAMP(REPEAT_ELEMENTS / MAX(r->counts.fills, 1), 1, MAX_PASSES);
}

static void time_chunk(struct pass *p, struct pass_queue *q, unsigned int v)
{
	double *total = p->data, start;

	if (variant_at(p->r, v)->wrong)
		return;
	start = cpu_ns();
	lane_run(&q->lanes[v], q->chunk, q->n);
	total[v] += cpu_ns() - start;
}

static void sum_up(struct replay *r)
{
	g_autofree double *x = g_new(double, r->repeats);

	for (guint v = 0; v < r->variants->len; v++) {
		struct variant *variant = variant_at(r, v);
		const double *off = r->off < 0 ? NULL : variant_at(r, r->off)->ns;

		memcpy(x, variant->ns, r->repeats * sizeof(*x));
		variant->time = estimate(x, r->repeats);
		for (guint i = 0; off && i < r->repeats; i++)
			x[i] = variant->ns[i] - off[i];
		if (off)
			variant->time_over = estimate(x, r->repeats);
	}
}

bool replay_time(struct replay *r, unsigned int repeats, GError **error)
{
	guint n = r->variants->len;
	g_autofree double *total = g_new0(double, n);
	unsigned int passes = passes_per_repeat(r);
	uint32_t seed = r->seed;
	bool ok = true;

	r->repeats = repeats;
	for (guint v = 0; v < n; v++) {
		g_free(variant_at(r, v)->ns);
		variant_at(r, v)->ns = g_new0(double, repeats);
	}
	for (guint i = 0; ok && i < repeats; i++) {
		struct pass pass = {.r = r, .chunk = time_chunk, .data = total};

		memset(total, 0, n * sizeof(*total));
		for (unsigned int k = 0; ok && k < passes; k++) {
			r->seed = seed + i * passes + k;
			ok = pass_run(&pass, error);
		}
		for (guint v = 0; v < n; v++)
			variant_at(r, v)->ns[i] = variant_at(r, v)->wrong || !r->counts.fills
							  ? NAN
							  : total[v] / passes / r->counts.fills;
	}
	r->seed = seed;
	if (ok)
		sum_up(r);
	return ok;
}

struct alone {
	unsigned int variant;
	void (*enter)(void), (*leave)(void);
};

static void alone_chunk(struct pass *p, struct pass_queue *q, unsigned int v)
{
	const struct alone *a = p->data;

	if (v != a->variant)
		return;
	a->enter();
	lane_run(&q->lanes[v], q->chunk, q->n);
	a->leave();
}

bool replay_alone(struct replay *r, unsigned int variant, void (*enter)(void), void (*leave)(void),
		  GError **error)
{
	struct alone alone = {variant, enter, leave};
	struct pass pass = {.r = r, .chunk = alone_chunk, .data = &alone};

	return pass_run(&pass, error);
}

void replay_set_instructions(struct replay *r, const double *total, const char *counter)
{
	r->counter = counter;
	for (guint v = 0; v < r->variants->len; v++) {
		struct variant *variant = variant_at(r, v);

		variant->instructions =
			variant->wrong || !r->counts.fills ? NAN : total[v] / r->counts.fills;
	}
	for (guint v = 0; r->off >= 0 && v < r->variants->len; v++)
		variant_at(r, v)->instructions_over =
			variant_at(r, v)->instructions - variant_at(r, r->off)->instructions;
}
