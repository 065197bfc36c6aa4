// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <math.h>
#include <string.h>

#include "baseline.h"
#include "blocks.h"
#include "power.h"
#include "replayed.h"
#include "until.h"
#include "wording.h"
#include "analysis/report/host/quiet.h"
#include "analysis/report/letter/parts.h"
#include "analysis/report/ring/sections.h"
#include "analysis/report/ring/timed-quiet.h"
#include "analysis/table.h"
#include "probes/tool/looks.h"

static void put_setting(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	GString *names = g_string_new(NULL);

	field(out, "host",
	      "%s, %" G_GUINT64_FORMAT " cores, %" G_GUINT64_FORMAT " MiB, Linux %s, %s", run->cpu,
	      run->cores, run->memory_mib, run->kernel, run->os);
	if (!run->arms->len)
		field(out, "qemu", "%s (%s)%s%.16s", run->qemu_version, run->qemu_source,
		      run->qemu_sha256[0] ? ", sha256 " : "", run->qemu_sha256);
	put_arms(out, run, true);
	put_settings(out, run);
	field(out, "accel", "%s%s%s", run->accel, run->accel_why[0] ? "; " : "", run->accel_why);
	if (run->confined[0])
		field(out, "confined", "%s", run->confined);
	field(out, "guest", "Linux %s (%s), fio %s, iperf3 %s%s%s", run->guest_kernel,
	      run->guest_source, run->fio, run->iperf3, run->guest_added[0] ? "; with " : "",
	      run->guest_added);
	for (unsigned int i = 0; i < run->versions->len; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "",
				       (char *)run->versions->pdata[i]);
	field(out, "tools", "vqlab %s (%s)%s%s", run->vqlab_version, run->vqlab_commit,
	      names->len ? ", " : "", names->str);
	g_string_truncate(names, 0);
	for (unsigned int i = 0; i < run->variants->len; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "",
				       (char *)run->variants->pdata[i]);
	g_string_append(names, "; ring");
	for (unsigned int i = 0; i < run->rings->len; i++)
		g_string_append_printf(names, "%s %s", i ? "," : "", (char *)run->rings->pdata[i]);
	field(out, "plan", "%s, seed %" G_GUINT64_FORMAT ", %u block%s: %s", run->plan, run->seed,
	      run->blocks, run->blocks == 1 ? "" : "s", names->str);
	g_string_free(names, TRUE);
	field(out, "date", "%s", run->created[0] ? run->created : "unknown");
}

/* How the trials ended, each state counted in order of first appearance. */
static void trial_states(struct document *out, const struct results *r)
{
	const GPtrArray *trials = r->run->trials;
	GString *states = g_string_new(NULL);

	for (unsigned int i = 0; i < trials->len; i++) {
		const char *state = ((struct trial *)trials->pdata[i])->state;
		unsigned int earlier = 0, count = 0;

		for (unsigned int j = 0; j < trials->len; j++) {
			const struct trial *t = trials->pdata[j];

			if (strcmp(t->state, state))
				continue;
			count++;
			earlier += j < i;
		}
		if (!earlier)
			g_string_append_printf(states, ", %u %s", count, state);
	}
	if (r->trials_missing)
		g_string_append_printf(states, ", %u never run", r->trials_missing);
	if (r->run->counting->len)
		g_string_append_printf(states, "; and %u counting boot%s", r->run->counting->len,
				       r->run->counting->len == 1 ? "" : "s");
	field(out, "trials", "%u of %u planned%s", trials->len,
	      MAX(r->run->trials_planned, trials->len), states->str);
	g_string_free(states, TRUE);
}

static unsigned int phases_that_count(const struct trial *t)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->phases->len; i++)
		n += phase_counts(t, t->phases->pdata[i]);
	return n;
}

static void exclusions(struct document *out, const struct results *r)
{
	const GPtrArray *left_out = r->run->left_out;

	heading(out, '-', "Left out");
	for (unsigned int i = 0; i < left_out->len; i++) {
		const struct left_out *l = left_out->pdata[i];

		paragraph(out, 2, "- %s, %s ring, never started: %s", l->variant, l->ring, l->why);
	}
	if (left_out->len)
		blank_line(out);
	if (!r->run->trials->len)
		paragraph(out, 0, "No trial has run that is timed in a guest.");
	else if (!r->exclusions->len)
		paragraph(out, 0, "No trial that ran: all of them count.");
	else
		paragraph(out, 0,
			  "These count as what they are and in no ratio; their block lacks that "
			  "pair. Phases of such a trial count where gates were judged for each by "
			  "itself and hold.\n");
	for (unsigned int i = 0; i < r->exclusions->len; i++) {
		const struct exclusion *e = r->exclusions->pdata[i];

		if (e->phase)
			paragraph(out, 2, "- %s, %s with probes %s: %s: %s", e->trial->id,
				  e->phase->workload, e->phase->probes ? "on" : "off",
				  e->phase->state, e->phase->reason);
		else
			paragraph(out, 2, "- %s: %s, %u of its %u phases count: %s", e->trial->id,
				  e->trial->state, phases_that_count(e->trial),
				  e->trial->phases->len,
				  e->trial->reason[0] ? e->trial->reason : "no reason given");
	}
	report_rings_left_out(out, r);
	if (r->trials_missing && r->run->trials->len)
		paragraph(out, 0,
			  "\n%u planned trial%s never ran: the run was interrupted. `vqbench run` "
			  "resumes it.",
			  r->trials_missing, r->trials_missing == 1 ? "" : "s");
}

static void glance_row(struct table *t, const struct results *r, unsigned int w, unsigned int v)
{
	table_cell(t, "%s", (char *)r->run->variants->pdata[v]);
	for (unsigned int ring = 0; ring < MIN(2, r->run->rings->len); ring++) {
		const struct cell *c = cell_at(r, w, ring, v);
		char *verdict = verdict_text(r, c, &c->to_off);

		if (isnan(c->to_off.ratio))
			table_cell(t, "-");
		else
			table_cell(t, "%.3f", c->to_off.ratio);
		table_cell(t, "%s", verdict);
		g_free(verdict);
	}
}

static void at_a_glance(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	char *one = g_strdup_printf(">%s", (char *)run->rings->pdata[0]);
	char *two =
		run->rings->len > 1 ? g_strdup_printf(">%s", (char *)run->rings->pdata[1]) : NULL;
	struct table *t = table_new("variant", one, "verdict", two, "verdict", NULL);

	for (unsigned int w = 0; w < run->workloads->len; w++) {
		table_group(t, ((struct workload *)run->workloads->pdata[w])->name);
		for (unsigned int v = 0; v < run->variants->len; v++)
			if ((int)v != r->off)
				glance_row(t, r, w, v);
	}
	table_print(t, out);
	paragraph(
		out, 0,
		"\nMedian over blocks, probes off. Unresolved (N %%): a slowdown of N %% would "
		"have "
		"been seen four times in five; a smaller one may be there. Equivalent: within %.3g "
		"%%.",
		100 * r->margin);
	put_inverse(out, r->run);
	g_free(one);
	g_free(two);
}

static void throughput(struct document *out, const struct results *r)
{
	heading(out, '-', "Throughput relative to off");
	if (r->off < 0)
		paragraph(out, 0,
			  "The plan has no variant named %s: there is no baseline, so "
			  "there are no ratios and no verdicts.",
			  r->run->baseline[0]);
	else if (has_counted(r))
		report_live(out, r);
	else
		at_a_glance(out, r);
}

/* The same of a run that somebody looked at after each block. */
static void about_looks(struct document *out)
{
	paragraph(out, 0,
		  "Ratio: median over blocks. [95 %% CI]: from the kth least to the kth greatest "
		  "ratio, with a k for which such intervals cover the true median after every "
		  "block, up to %d of them, in at least 95 %% of runs, however the noise is "
		  "distributed: so also after the one at which the run ended because of them. "
		  "These are the repeated confidence intervals (Jennison and Turnbull) of a sign "
		  "test; fewer than %d blocks give none.\n",
		  LOOKS_MAX, MIN_LOOKED);
}

/* What the brackets of the tables are, which depends on how many blocks there are. */
static void about_intervals(struct document *out, const struct results *r)
{
	bool few = false, range[MIN_WITHIN] = {}, many = false;
	GString *text;

	if (run_looks(r->run) == LOOK_EACH) {
		about_looks(out);
		return;
	}
	text = g_string_new("Ratio: median over blocks. [95 % CI]:");
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];
		const struct comparison *all[] = {&c->to_off, &c->to_qemu, &c->cpu_to_off,
						  &c->ctx_to_off};

		for (unsigned int j = 0; j < G_N_ELEMENTS(all); j++) {
			few |= all[j]->student;
			many |= all[j]->n >= MIN_WITHIN;
			if (all[j]->n >= MIN_RANGE && all[j]->n < MIN_WITHIN)
				range[all[j]->n] = true;
		}
	}
	for (unsigned int n = MIN_RANGE; n < MIN_WITHIN; n++)
		if (range[n])
			g_string_append_printf(text,
					       " the range, least to greatest ratio, which of %u "
					       "blocks covers the true median %.1f %% of the time, "
					       "however the noise is distributed;",
					       n, 100 * interval_coverage(n, LOOK_ONCE));
	if (many)
		g_string_append_printf(text,
				       " of %u blocks and more, order statistics of the ratios, "
				       "interpolated (Hettmansperger and Sheather) to cover 95 %%;",
				       MIN_WITHIN);
	if (few)
		g_string_append_printf(
			text,
			" of fewer than %u blocks the range covers less than 95 %% (of "
			"5: 93.8 %%), so Student's t of the log ratios takes its "
			"place where that is wider, marked t, which wants normal noise;",
			MIN_RANGE);
	if (text->str[text->len - 1] == ';')
		text->str[text->len - 1] = '.';
	else
		g_string_append(text, " none, for want of two blocks with a pair.");
	paragraph(out, 0, "%s\n", text->str);
	g_string_free(text, TRUE);
}

static void about_verdicts(struct document *out, const struct results *r)
{
	paragraph(out, 0,
		  "Verdict: faster or slower if the interval excludes 1 and p < %.2g, by "
		  "Student's t of the log ratios with Holm's correction over the variants of "
		  "that workload and ring (six blocks are too few for a sign or rank test to "
		  "resolve anything). Equivalent, asked first, if the interval lies within %.3g "
		  "%% of 1 and two one-sided t tests agree, Holm again. Else unresolved. CPU and "
		  "context switch ratios carry intervals and no verdict.\n",
		  ALPHA, 100 * r->margin);
	paragraph(out, 0,
		  "Unresolved (N %%): of runs like this one, %.0f %% would call a variant slower "
		  "that truly is by N %%, Holm's correction and the interval included. N is from "
		  "the variance of the log ratios, pooled over the variants of that workload and "
		  "ring, as if all were equally noisy, and allows for how uncertain that variance "
		  "is. Simulated with normal noise that has to be estimated as here, a slowdown "
		  "of N %% is seen 79 to 82 %% of the time at 3 to 10 blocks; with heavy tails, "
		  "outliers or skewed noise 73 to 80 %% (build/analysis/coverage). No N: not even "
		  "one of 95 %%. A speed-up is seen as often from 1 / (1 - N / 100) on: for N = "
		  "40 that is 1.67.\n",
		  100 * POWER);
}

/* Of a run that somebody looked at after each block. */
static void about_looked_verdicts(struct document *out, const struct results *r)
{
	g_autofree char *state = until_text(r);

	paragraph(
		out, 0,
		"The number of blocks was not set before: after each block it was asked whether "
		"every comparison of throughput with off and qemu has a verdict (without a guest: "
		"an interval without 1) or an interval that reaches at most %.3g %% from its "
		"ratio; after %u blocks the run would have ended all the same. It has %u: %s. "
		"Who looks so often finds something by chance more often, so intervals and tests "
		"are such as allow for a look at each block.\n",
		100 * r->run->until.within, r->run->until.most, r->run->blocks, state);
	paragraph(
		out, 0,
		"Verdict: faster or slower if the interval excludes 1 and p < %.2g, with Holm's "
		"correction over the variants of that workload and ring. p: the probability that "
		"a fair coin's throws, one a block, are after any of %d as far from even as the "
		"blocks with a ratio above 1 are after this one. Equivalent, asked first, if the "
		"interval lies within %.3g %% of 1 and two such one-sided tests agree, Holm again. "
		"Else unresolved. CPU and context switch ratios carry intervals and no verdict.\n",
		ALPHA, LOOKS_MAX, 100 * r->margin);
	paragraph(
		out, 0,
		"Unresolved (N %%): of runs of so many blocks, %.0f %% would call a variant slower "
		"that truly is by N %%, from the variance of the log ratios, pooled over the "
		"variants of that workload and ring, as if the noise were normal. No N: not even "
		"one of 95 %%.\n",
		100 * POWER);
}

static void method(struct document *out, const struct results *r)
{
	heading(out, '-', "Method");
	paragraph(out, 0,
		  "One trial is one boot of one variant; it runs each workload twice, with "
		  "probes off and on, in random order. A block holds every variant once, "
		  "shuffled. Throughput, CPU time and context switches (perf stat on the QEMU "
		  "process) are of the phases without probes, ordering measures of those with "
		  "them. Ratios are taken within a block; n counts the blocks with both.\n");
	about_intervals(out, r);
	if (run_looks(r->run) == LOOK_EACH)
		about_looked_verdicts(out, r);
	else
		about_verdicts(out, r);
	paragraph(out, 0,
		  "Depth of an element: how many places it is ahead of the oldest one not yet "
		  "completed; stashed: depth > 0; S: elements completed and not yet allowed out; "
		  "hold: from completed to published. For off they are what order would have had "
		  "to stash of these completions. They can exceed the iodepth: an unordered queue "
		  "gives buffers back past an old element, and the driver goes on. Counts are "
		  "exact. Figures of a table are medians "
		  "over trials, max is over all. Percentiles of times are the "
		  "middle of a histogram's bucket, 1/64 to 1/32 of the time wide. Network devices: "
		  "rx and tx queue added up.\n");
	paragraph(out, 0,
		  "Order cost: all time in virtqueue_fill and virtqueue_flush over the elements; "
		  "raw, and less what the probes add by the same run's calibration. It counts "
		  "everything these functions do, writing the used ring included: compare it "
		  "with off's. Probe tax: throughput with probes over that without, in the same "
		  "boot; 0.71 says that watching took 29 %% of it, 1 that it took nothing to be "
		  "seen.");
	report_quiet_method(out, r, timed_recorded(r));
	report_counted_method(out, r);
}

struct document *report_document(const struct results *r)
{
	struct document *out = document_new();
	char *title = g_strdup_printf("vqlab: %s, %.10s", r->run->plan,
				      r->run->created[0] ? r->run->created : "no date");

	heading(out, '=', "%s", title);
	g_free(title);
	plot_here(out, "answer");
	if (report_findings(out, r))
		blank_line(out);
	put_setting(out, r);
	trial_states(out, r);
	report_counted(out, r);
	plot_here(out, "counted-depth");
	report_ablation(out, r);
	plot_here(out, "order-and-batch");
	if (r->run->trials->len)
		throughput(out, r);
	plot_here(out, "throughput");
	plot_here(out, NULL);
	exclusions(out, r);
	report_host(out, r);
	for (unsigned int w = 0; r->run->trials->len && w < r->run->workloads->len; w++)
		report_workload(out, r, w);
	report_functions(out, r);
	report_timed(out, r);
	if (r->run->trials->len)
		report_probes(out, r);
	if (r->replayed) {
		report_replayed(out, r->replayed);
		report_differences(out, r);
	}
	method(out, r);
	report_limits(out, r);
	baseline_document(r->run, out);
	return out;
}
