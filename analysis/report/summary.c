// SPDX-License-Identifier: GPL-2.0-or-later
/* summary.json, "vqlab-summary-2": every number of the report. */
#include <math.h>
#include <string.h>

#include "blocks.h"
#include "figures.h"
#include "power.h"
#include "report.h"
#include "until.h"
#include "writer.h"
#include "analysis/report/host/quiet.h"
#include "analysis/report/ring/ablation-summary.h"
#include "analysis/report/ring/ring-summary.h"

static void range(struct writer *j, const char *name, struct range value)
{
	write_inline(j, name);
	write_count(j, "n", value.n);
	write_number(j, "min", value.min);
	write_number(j, "median", value.median);
	write_number(j, "max", value.max);
	write_close(j, '}');
}

static void spread(struct writer *j, const char *name, const struct spread *s)
{
	write_inline(j, name);
	write_number(j, "p05", s->p05);
	write_number(j, "median", s->median);
	write_number(j, "p95", s->p95);
	write_close(j, '}');
}

static void comparison(struct writer *j, const char *name, const struct comparison *c)
{
	write_open(j, name, '{');
	write_string(j, "verdict", verdict_name(c->verdict));
	write_count(j, "n", c->n);
	write_number(j, "ratio", c->ratio);
	write_number(j, "ci_low", c->lo);
	write_number(j, "ci_high", c->hi);
	write_string(j, "interval",
		     isnan(c->lo)	     ? "none"
		     : c->student	     ? "student-t"
		     : c->looks == LOOK_EACH ? "each-block"
		     : c->n < MIN_WITHIN     ? "range"
					     : "order-statistics");
	write_number(j, "ci_coverage", isnan(c->lo) ? NAN : interval_coverage(c->n, c->looks));
	write_number(j, "p", c->p);
	write_number(j, "p_holm", c->p_holm);
	write_number(j, "p_equivalence", c->tost);
	write_number(j, "p_equivalence_holm", c->tost_holm);
	write_number(j, "detectable_slowdown", c->detectable);
	write_close(j, '}');
}

static void samples(struct writer *j, const struct results *r, const struct cell *c)
{
	write_open(j, "blocks", '[');
	for (unsigned int b = 0; b < c->n_samples; b++) {
		const struct sample *s = &c->samples[b];

		if (!s->trial)
			continue;
		write_inline(j, NULL);
		write_count(j, "block", r->blocks[b]);
		write_string(j, "state", s->trial->state);
		write_number(j, "throughput", s->throughput);
		write_number(j, "cpu_ms", s->cpu);
		write_number(j, "switches", s->ctx);
		write_number(j, "order_cost_ns", s->cost);
		write_number(j, "probe_tax", s->tax);
		write_close(j, '}');
	}
	write_close(j, ']');
}

static void ranges(struct writer *j, const struct results *r, const struct cell *c,
		   const struct figure *figures, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		range(j, figure_name(&figures[i], workload_of(r, c)),
		      over_samples(c, figures[i].offset));
}

static void ordering(struct writer *j, const struct results *r, const struct cell *c)
{
	write_open(j, "ordering", '{');
	write_count(j, "trials", c->probed);
	write_count(j, "elements", c->elements);
	write_count(j, "lost_events", c->lost);
	write_count(j, "order_violations", c->violations);
	write_count(j, "unconserved", c->unconserved);
	write_count(j, "ring_size_min", c->ring_min);
	write_count(j, "ring_size_max", c->ring_max);
	write_count(j, "depth_max", c->depth_max);
	write_count(j, "stash_max", c->stash_max);
	ranges(j, r, c, order_figures, ORDER_FIGURES);
	write_hist(j, "depth", &c->depth);
	write_hist(j, "stash_count", &c->stash);
	write_close(j, '}');
}

static void cell(struct writer *j, const struct results *r, const struct cell *c)
{
	const struct workload *w = workload_of(r, c);

	if (!c->planned)
		return;
	write_open(j, NULL, '{');
	write_string(j, "workload", w->name);
	write_string(j, "ring", r->run->rings->pdata[c->ring]);
	write_string(j, "variant", variant_name(r, c));
	write_string(j, "unit", w->unit);
	if (w->lower)
		write_string(j, "better", "lower");
	write_count(j, "trials_ok", c->ok);
	write_count(j, "trials_excluded", c->excluded);
	ranges(j, r, c, load_figures, LOAD_FIGURES);
	if (counts_packets(r, c->workload)) {
		ranges(j, r, c, packet_figures, PACKET_FIGURES);
		comparison(j, "packets_to_off", &c->packets_to_off);
	}
	comparison(j, "to_off", &c->to_off);
	comparison(j, "to_qemu", &c->to_qemu);
	comparison(j, "cpu_to_off", &c->cpu_to_off);
	comparison(j, "switches_to_off", &c->ctx_to_off);
	ordering(j, r, c);
	samples(j, r, c);
	write_close(j, '}');
}

static void until(struct writer *j, const struct results *r)
{
	struct until_state s = until_state(r);

	write_inline(j, "until");
	write_number(j, "reach", r->run->until.within);
	write_count(j, "most_blocks", r->run->until.most);
	write_count(j, "resolved", s.resolved);
	write_count(j, "within", s.within);
	write_count(j, "open", s.open->len);
	write_close(j, '}');
	until_clear(&s);
}

static void head(struct writer *j, const struct results *r)
{
	const struct run *run = r->run;

	write_string(j, "schema", "vqlab-summary-2");
	write_string(j, "plan", run->plan);
	write_string(j, "created", run->created);
	write_count(j, "plan_seed", run->seed);
	write_string(j, "vqlab", run->vqlab_version);
	write_string(j, "commit", run->vqlab_commit);
	write_string(j, "qemu", run->qemu_version);
	write_string(j, "qemu_sha256", run->qemu_sha256);
	write_string(j, "accel", run->accel);
	write_string(j, "host_cpu", run->cpu);
	write_truth(j, "host_virtual", run->host_virtual);
	write_count(j, "host_cores", run->cores);
	write_string(j, "host_kernel", run->kernel);
	write_string(j, "guest_kernel", run->guest_kernel);
	write_number(j, "confidence", CONFIDENCE);
	write_number(j, "margin", r->margin);
	write_number(j, "power", POWER);
	if (run_looks(run) == LOOK_EACH)
		until(j, r);
	write_names(j, "variants", run->variants);
	write_names(j, "strategies", run->strategies);
	write_names(j, "rings", run->rings);
	write_count(j, "plan_blocks", run->blocks);
	if (run_overrides_blocks(run))
		write_count(j, "blocks_instead_of", run->blocks_of_plan);
	write_count(j, "blocks_run", r->n_blocks);
	write_count(j, "trials", run->trials->len);
	write_count(j, "trials_planned", run->trials_planned);
	write_count(j, "counting_boots", run->counting->len);
	write_count(j, "trials_ok", r->trials_ok);
	write_count(j, "trials_never_run", r->trials_missing);
}

static void exclusion(struct writer *j, const struct exclusion *e)
{
	write_open(j, NULL, '{');
	write_string(j, "trial", e->trial->id);
	if (e->phase) {
		write_string(j, "workload", e->phase->workload);
		write_truth(j, "probes", e->phase->probes);
	}
	write_string(j, "state", e->phase ? e->phase->state : e->trial->state);
	write_string(j, "reason", e->phase ? e->phase->reason : e->trial->reason);
	write_close(j, '}');
}

static void never_started(struct writer *j, const struct left_out *l)
{
	write_open(j, NULL, '{');
	write_string(j, "variant", l->variant);
	write_string(j, "ring", l->ring);
	write_string(j, "state", "never started");
	write_string(j, "reason", l->why);
	write_close(j, '}');
}

static void probes(struct writer *j, const struct results *r)
{
	write_open(j, "sites", '[');
	for (unsigned int i = 0; i < r->sites->len; i++) {
		const struct site_use *s = r->sites->pdata[i];

		write_open(j, NULL, '{');
		write_string(j, "function", s->function);
		write_string(j, "kind", s->kind);
		write_string(j, "instruction", s->instruction);
		write_string(j, "mode", s->mode);
		write_count(j, "phases", s->phases);
		write_close(j, '}');
	}
	write_close(j, ']');
	write_open(j, "calibration", '[');
	for (unsigned int i = 0; i < r->calibrations->len; i++) {
		const struct calibration_use *c = r->calibrations->pdata[i];

		write_open(j, NULL, '{');
		write_string(j, "function", c->function);
		write_string(j, "mode", c->mode);
		write_count(j, "phases", c->phases);
		spread(j, "cost_ns", &c->cost);
		spread(j, "bias_ns", &c->bias);
		write_close(j, '}');
	}
	write_close(j, ']');
}

char *summary_json(const struct results *r)
{
	struct writer j = {.out = g_string_new(NULL), .first = true};
	g_autoptr(GPtrArray) findings = list_findings(r, true);

	write_open(&j, NULL, '{');
	head(&j, r);
	write_names(&j, "findings", findings);
	write_open(&j, "left_out", '[');
	for (unsigned int i = 0; i < r->run->left_out->len; i++)
		never_started(&j, r->run->left_out->pdata[i]);
	for (unsigned int i = 0; i < r->exclusions->len; i++)
		exclusion(&j, r->exclusions->pdata[i]);
	write_close(&j, ']');
	write_quiet(&j, r);
	probes(&j, r);
	write_open(&j, "cells", '[');
	for (unsigned int i = 0; i < r->n_cells; i++)
		cell(&j, r, &r->cells[i]);
	write_close(&j, ']');
	write_rings(&j, r);
	write_ablation(&j, r);
	write_close(&j, '}');
	g_string_append_c(j.out, '\n');
	return g_string_free(j.out, FALSE);
}
