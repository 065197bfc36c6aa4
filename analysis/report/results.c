// SPDX-License-Identifier: GPL-2.0-or-later
#include "results.h"
#include "blocks.h"

#include <math.h>
#include <string.h>

struct cell *cell_at(const struct results *r, unsigned int workload, unsigned int ring,
		     unsigned int variant)
{
	return &r->cells[(workload * r->run->rings->len + ring) * r->run->variants->len + variant];
}

const char *variant_name(const struct results *r, const struct cell *c)
{
	return r->run->variants->pdata[c->variant];
}

const struct workload *workload_of(const struct results *r, const struct cell *c)
{
	return r->run->workloads->pdata[c->workload];
}

static double figure(const struct sample *s, size_t offset)
{
	return s->trial ? *(const double *)((const char *)s + offset) : NAN;
}

struct range over_samples(const struct cell *c, size_t offset)
{
	double *x = g_new(double, c->n_samples + 1);
	struct range range = {NAN, NAN, NAN, 0};

	for (unsigned int i = 0; i < c->n_samples; i++) {
		double value = figure(&c->samples[i], offset);

		if (!isnan(value))
			x[range.n++] = value;
	}
	if (range.n) {
		range.median = median(x, range.n); /* leaves x sorted */
		range.min = x[0];
		range.max = x[range.n - 1];
	}
	g_free(x);
	return range;
}

double share_disordered(const struct results *r, unsigned int workload)
{
	double most = NAN;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (c->workload == workload && c->probed)
			most = fmax(most, OVER(c, m.stashed).median); /* a NAN is passed over */
	}
	return most;
}

bool counts_packets(const struct results *r, unsigned int workload)
{
	for (unsigned int i = 0; i < r->n_cells; i++)
		if (r->cells[i].workload == workload && OVER(&r->cells[i], packets).n)
			return true;
	return false;
}

static const struct phase *find_phase(const struct trial *t, const char *workload, bool probes)
{
	for (unsigned int i = 0; i < t->phases->len; i++) {
		const struct phase *p = t->phases->pdata[i];

		if (p->probes == probes && !strcmp(p->workload, workload))
			return p;
	}
	return NULL;
}

static bool is_ok(const char *state)
{
	return !strcmp(state, "ok");
}

/* CPU time and switches are over the work that was done while perf counted. */
static double speed_of(const struct phase *p, const struct workload *w)
{
	return w->lower ? 1 / p->throughput : p->throughput;
}

static void take_load(struct sample *s, const struct phase *p, const struct workload *w)
{
	bool counted = w->work != WORK_GBIT;
	double units = counted ? p->window_requests : p->throughput * p->window_s;

	s->throughput = p->throughput;
	s->speed = speed_of(p, w);
	s->packets = p->packets_per_s;
	if (p->datagrams)
		s->lost = (double)p->lost / (p->datagrams + p->lost);
	s->cpu = p->cpu_s * (counted ? 1e6 : 1e3) / units;
	s->ctx = p->ctx_switches / units;
	s->busy = p->window_s > 0 ? p->cpu_s / p->window_s : NAN;
	if (units <= 0)
		s->cpu = s->ctx = NAN;
	s->lat_p50 = p->lat_p50;
	s->lat_p99 = p->lat_p99;
}

static void take_probe(struct cell *c, struct sample *s, const struct phase *p,
		       const struct workload *w)
{
	measure(p->probe, &s->m);
	s->probed = true;
	s->probed_phase = p;
	s->tax = speed_of(p, w) / s->speed;
	s->cost_raw = s->m.fill_cost + s->m.flush_cost;
	s->fill = s->m.fill_cost - s->m.fill_bias;
	s->flush = s->m.flush_cost - s->m.flush_bias;
	s->cost = s->fill + s->flush;
	c->probed++;
	c->elements += s->m.elements;
	c->violations += s->m.violations;
	c->lost += s->m.lost;
	c->unconserved += !s->m.conserved;
	if (s->m.ring_min)
		c->ring_min = c->ring_min ? MIN(c->ring_min, s->m.ring_min) : s->m.ring_min;
	c->ring_max = MAX(c->ring_max, s->m.ring_max);
	c->depth_max = MAX(c->depth_max, s->m.depth_max);
	c->stash_max = MAX(c->stash_max, s->m.stash_max);
	bins_add(&c->depth, &s->m.depth);
	bins_add(&c->stash, &s->m.stash);
	bins_add(&c->hold, &s->m.hold);
}

/* One word: the state of the phase, or of its trial if the phase itself was ok. */
static const char *why_excluded(const struct trial *t, const struct phase *bare)
{
	if (bare && !is_ok(bare->state))
		return bare->state;
	return is_ok(t->state) ? "missing" : t->state;
}

static void fill_sample(const struct results *r, struct cell *c, struct sample *s)
{
	const struct workload *w = workload_of(r, c);
	const struct phase *bare = NULL, *probed = NULL;

	s->throughput = s->cpu = s->ctx = s->busy = s->lat_p50 = s->lat_p99 = NAN;
	s->speed = s->packets = s->lost = NAN;
	s->tax = s->fill = s->flush = s->cost = s->cost_raw = NAN;
	if (s->trial) {
		bare = find_phase(s->trial, w->name, false);
		probed = find_phase(s->trial, w->name, true);
	}
	if (bare && phase_counts(s->trial, bare)) {
		take_load(s, bare, w);
		c->ok++;
	} else if (s->trial && c->planned) {
		const char *state = why_excluded(s->trial, bare);

		if (c->excluded++ && strcmp(c->excluded_as, state))
			state = "mixed";
		c->excluded_as = state;
	}
	if (probed && phase_counts(s->trial, probed) && probed->probe)
		take_probe(c, s, probed, w);
	else /* so that no measure of it is taken for a 0 */
		s->m = (struct measures){.stashed = NAN,
					 .stash_mean = NAN,
					 .depth_p50 = NAN,
					 .depth_p99 = NAN,
					 .hold_p50 = NAN,
					 .hold_p99 = NAN,
					 .hold_mean = NAN,
					 .batch_mean = NAN,
					 .fill_p50 = NAN,
					 .flush_p50 = NAN,
					 .fill_cost = NAN,
					 .flush_cost = NAN,
					 .fill_bias = NAN,
					 .flush_bias = NAN,
					 .bias_spread = NAN};
}

static void list_blocks(struct results *r)
{
	const GPtrArray *trials = r->run->trials;

	r->blocks = g_new0(int, trials->len + 1);
	for (unsigned int i = 0; i < trials->len; i++) { /* they are sorted by block */
		const struct trial *t = trials->pdata[i];

		if (!r->n_blocks || r->blocks[r->n_blocks - 1] != t->block)
			r->blocks[r->n_blocks++] = t->block;
	}
}

static unsigned int index_of(const GPtrArray *names, const char *name)
{
	unsigned int i = 0;

	while (i < names->len && strcmp(names->pdata[i], name))
		i++;
	return i;
}

/* A workload may run on some of the rings only. */
static bool is_planned(const struct run *run, const struct cell *c)
{
	const struct workload *w = run->workloads->pdata[c->workload];
	const char *ring = run->rings->pdata[c->ring];

	return !w->rings->len || index_of(w->rings, ring) < w->rings->len;
}

static void make_cells(struct results *r)
{
	const struct run *run = r->run;
	unsigned int rings = run->rings->len, variants = run->variants->len;

	r->n_cells = run->workloads->len * rings * variants;
	r->cells = g_new0(struct cell, r->n_cells);
	for (unsigned int i = 0; i < r->n_cells; i++) {
		struct cell *c = &r->cells[i];

		c->variant = i % variants;
		c->ring = i / variants % rings;
		c->workload = i / variants / rings;
		c->ordered = strcmp(run->strategies->pdata[c->variant], "off");
		c->planned = is_planned(run, c);
		c->n_samples = r->n_blocks;
		c->samples = g_new0(struct sample, r->n_blocks + 1);
	}
	for (unsigned int i = 0, block = 0; i < run->trials->len; i++) {
		const struct trial *t = run->trials->pdata[i];
		unsigned int ring = index_of(run->rings, t->ring);
		unsigned int variant = index_of(run->variants, t->variant);

		while (r->blocks[block] != t->block)
			block++;
		for (unsigned int w = 0; w < run->workloads->len; w++)
			cell_at(r, w, ring, variant)->samples[block].trial = t;
	}
	for (unsigned int i = 0; i < r->n_cells; i++)
		for (unsigned int b = 0; b < r->n_blocks; b++)
			fill_sample(r, &r->cells[i], &r->cells[i].samples[b]);
}

static struct comparison against(const struct results *r, const struct cell *c,
				 const struct cell *base, size_t offset)
{
	double *x = g_new(double, r->n_blocks + 1);
	struct comparison result;
	unsigned int n = 0;

	for (unsigned int b = 0; b < r->n_blocks; b++) {
		double ratio = figure(&c->samples[b], offset) / figure(&base->samples[b], offset);

		/* 0 / 0 and x / 0: a count of nothing, which has no ratio. */
		if (isfinite(ratio) && ratio > 0)
			x[n++] = log(ratio);
	}
	result = compare(x, n, r->margin, run_looks(r->run));
	g_free(x);
	return result;
}

/* Which comparison of a cell, of which figure, with which baseline. */
struct question {
	size_t answer, figure;
	int base;
};

static void compare_family(struct results *r, unsigned int w, unsigned int ring,
			   const struct question *q)
{
	unsigned int variants = r->run->variants->len, n = 0;
	struct comparison **family = g_new0(struct comparison *, variants + 1);

	for (unsigned int v = 0; v < variants; v++) {
		struct cell *c = cell_at(r, w, ring, v);
		struct comparison *answer = (struct comparison *)((char *)c + q->answer);

		*answer = compare(NULL, 0, r->margin, LOOK_ONCE);
		if ((int)v == q->base) {
			answer->verdict = VERDICT_BASELINE;
			continue;
		}
		/* Against qemu only what does the same job: publish in order. */
		if (q->base < 0 || (q->base != r->off && !c->ordered))
			continue;
		*answer = against(r, c, cell_at(r, w, ring, q->base), q->figure);
		family[n++] = answer;
	}
	judge(family, n, r->margin);
	g_free(family);
}

static void compare_all(struct results *r)
{
	const struct question questions[] = {
		{offsetof(struct cell, to_off), offsetof(struct sample, speed), r->off},
		{offsetof(struct cell, to_qemu), offsetof(struct sample, speed), r->qemu},
		{offsetof(struct cell, cpu_to_off), offsetof(struct sample, cpu), r->off},
		{offsetof(struct cell, ctx_to_off), offsetof(struct sample, ctx), r->off},
		{offsetof(struct cell, packets_to_off), offsetof(struct sample, packets), r->off},
	};

	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			for (unsigned int i = 0; i < G_N_ELEMENTS(questions); i++)
				compare_family(r, w, ring, &questions[i]);
}

static void exclude(struct results *r, const struct trial *t, const struct phase *p)
{
	struct exclusion *e = g_new0(struct exclusion, 1);

	*e = (struct exclusion){t, p};
	g_ptr_array_add(r->exclusions, e);
}

/* Trials that are not ok; or their phases one by one, where some of them count. */
static void list_exclusions(struct results *r)
{
	const struct run *run = r->run;

	r->exclusions = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < run->trials->len; i++) {
		const struct trial *t = run->trials->pdata[i];
		unsigned int counted = 0;

		r->trials_ok += is_ok(t->state);
		r->other_accel += t->accel[0] && strcmp(t->accel, run->accel);
		for (unsigned int j = 0; j < t->phases->len; j++)
			counted += phase_counts(t, t->phases->pdata[j]);
		if (!is_ok(t->state))
			exclude(r, t, NULL);
		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct phase *p = t->phases->pdata[j];

			if ((is_ok(t->state) || counted) && !phase_counts(t, p))
				exclude(r, t, p);
		}
	}
	if (run->trials_planned > run->trials->len)
		r->trials_missing = run->trials_planned - run->trials->len;
}

struct results *compute(const struct run *run, double margin)
{
	struct results *r = g_new0(struct results, 1);

	r->run = run;
	r->margin = margin;
	r->off = index_of(run->variants, run->baseline[0]);
	r->qemu = index_of(run->variants, run->baseline[1]);
	if (r->off == (int)run->variants->len)
		r->off = -1;
	if (r->qemu == (int)run->variants->len)
		r->qemu = -1;
	list_blocks(r);
	make_cells(r);
	compare_all(r);
	list_exclusions(r);
	list_probe_use(r);
	return r;
}

void results_free(struct results *r)
{
	if (!r)
		return;
	for (unsigned int i = 0; i < r->n_cells; i++) {
		struct cell *c = &r->cells[i];

		for (unsigned int b = 0; b < c->n_samples; b++)
			measures_clear(&c->samples[b].m);
		g_free(c->samples);
		bins_clear(&c->depth);
		bins_clear(&c->stash);
		bins_clear(&c->hold);
	}
	g_free(r->cells);
	g_free(r->blocks);
	g_ptr_array_free(r->exclusions, TRUE);
	g_ptr_array_free(r->sites, TRUE);
	g_ptr_array_free(r->calibrations, TRUE);
	g_free(r);
}
