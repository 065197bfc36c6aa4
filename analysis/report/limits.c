// SPDX-License-Identifier: GPL-2.0-or-later
/* What the probes cost, and what the run cannot tell: drawn from its data. */
#include <math.h>
#include <string.h>

#include "blocks.h"
#include "report.h"
#include "analysis/report/ring/sections.h"
#include "analysis/report/ring/timed-quiet.h"
#include "analysis/table.h"

static void site_table(struct document *out, const struct results *r)
{
	struct table *t = table_new("function", "kind", "instruction", "mode", ">phases", NULL);

	for (unsigned int i = 0; i < r->sites->len; i++) {
		const struct site_use *s = r->sites->pdata[i];

		table_cell(t, "%s", s->function);
		table_cell(t, "%s", s->kind);
		table_cell(t, "%.18s", s->instruction);
		table_cell(t, "%.12s", s->mode);
		table_cell(t, "%u", s->phases);
	}
	table_print(t, out);
	blank_line(out);
}

static void spread_cell(struct table *t, const struct spread *s)
{
	char *low = number_text(s->p05), *high = number_text(s->p95);

	table_number(t, s->median);
	table_cell(t, "[%s, %s]", low, high);
	g_free(high);
	g_free(low);
}

static void calibration_table(struct document *out, const struct results *r)
{
	struct table *t =
		table_new("function", "mode", ">cost ns", "p05, p95", ">bias ns", "p05, p95", NULL);

	for (unsigned int i = 0; i < r->calibrations->len; i++) {
		const struct calibration_use *c = r->calibrations->pdata[i];

		table_cell(t, "%.16s", c->function);
		table_cell(t, "%.12s", c->mode);
		spread_cell(t, &c->cost);
		spread_cell(t, &c->bias);
	}
	table_print(t, out);
	paragraph(out, 0,
		  "\nCost: what a probed call takes longer than an unprobed one. Bias: "
		  "what is recorded for a function that does nothing, subtracted above. Median "
		  "of the phases' medians; lowest p05, highest p95.");
}

void report_probes(struct document *out, const struct results *r)
{
	uint64_t lost = 0, elements = 0, violations = 0;
	unsigned int unconserved = 0, probed = 0;

	heading(out, '-', "Probes");
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		lost += c->lost;
		elements += c->elements;
		violations += c->ordered ? c->violations : 0;
		unconserved += c->unconserved;
		probed += c->probed;
	}
	if (!probed) {
		paragraph(out, 0, "No phase with probes counts in this run%s%s.",
			  r->run->no_probes[0] ? ": " : "", r->run->no_probes);
		return;
	}
	paragraph(out, 0,
		  "In the phases that count: %" G_GUINT64_FORMAT " elements, %" G_GUINT64_FORMAT
		  " events lost, %u of %u phases not conserved (pops = fills + "
		  "taken back + in flight), %" G_GUINT64_FORMAT " order violations in ordered "
		  "variants.\n",
		  elements, lost, unconserved, probed, violations);
	if (r->sites->len)
		site_table(out, r);
	if (r->calibrations->len)
		calibration_table(out, r);
	else
		paragraph(out, 0, "No calibration: latencies stand as they were recorded.");
}

static void item(struct document *out, const char *text)
{
	paragraph(out, 2, "- %s", text);
}

static void about_machine(struct document *out, const struct results *r)
{
	const struct run *run = r->run;

	if (!strcmp(run->accel, "tcg"))
		item(out, "The guest ran under TCG: its CPU is emulated and slow, so the device "
			  "code has a smaller share of the time than under KVM, and differences "
			  "between variants are harder to see. Absolute IOPS and Gbit/s say "
			  "nothing about hardware.");
	if (r->other_accel)
		paragraph(out, 2, "- %u trials ran under another accelerator than the run's.",
			  r->other_accel);
	if (run->cores && run->cores <= 4)
		paragraph(out, 2,
			  "- %" G_GUINT64_FORMAT " host core%s shared by the vCPU, QEMU's "
			  "threads, the disk or network server and the probes: they compete. A "
			  "machine with more may rank variants otherwise.",
			  run->cores, run->cores == 1 ? "" : "s");
	if (run->host_virtual)
		item(out, "The host is a virtual machine itself: what its neighbours take from it "
			  "shows as noise here.");
	paragraph(out, 2,
		  "- %s Blocks and shuffling make drift hit all variants alike; they do not "
		  "remove it.",
		  r->disturbed || timed_recorded(r)
			  ? "Of what else used the host, processor time and memory are known."
			  : "What else used the host meanwhile is not known.");
}

static void about_power(struct document *out, const struct results *r)
{
	unsigned int enough = run_looks(r->run) == LOOK_EACH ? MIN_LOOKED : MIN_RANGE;
	double least = INFINITY, most = 0;
	unsigned int unresolved = 0, judged = 0, few = 0;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct comparison *c = &r->cells[i].to_off;

		if (c->verdict == VERDICT_BASELINE || !r->cells[i].planned)
			continue;
		few += c->n < enough;
		if (c->n < 2)
			continue;
		judged++;
		unresolved += c->verdict == VERDICT_UNRESOLVED;
		least = fmin(least, c->detectable);
		most = fmax(most, c->detectable);
	}
	if (judged)
		paragraph(out, 2,
			  "- %u of %u comparisons with off are unresolved. The smallest slowdown "
			  "that would have been seen four times in five lies between %.0f and %.0f "
			  "%%, by workload and ring; more blocks lower it.",
			  unresolved, judged, 100 * least, 100 * most);
	else
		item(out, "No two blocks with a pair: nothing can be said about differences.");
	if (few)
		paragraph(out, 2, "- %u comparison%s with off rest%s on fewer than %d blocks.", few,
			  few == 1 ? "" : "s", few == 1 ? "s" : "", enough);
}

/*
 * How many families of comparisons there are, one a workload and ring: those with at
 * least one that was judged. @answer: which comparison, as an offset in struct cell.
 */
static unsigned int count_families(const struct results *r, size_t answer)
{
	unsigned int n = 0, last = 0;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];
		const struct comparison *p = (const struct comparison *)((const char *)c + answer);
		unsigned int id = c->workload * r->run->rings->len + c->ring + 1;

		if (!c->planned || p->verdict == VERDICT_BASELINE || p->n < 2 || id == last)
			continue;
		last = id;
		n++;
	}
	return n;
}

unsigned int test_families(const struct results *r)
{
	return count_families(r, offsetof(struct cell, to_off)) +
	       count_families(r, offsetof(struct cell, to_qemu));
}

/* Holm corrects within a family; a report holds many. */
static void about_chance(struct document *out, const struct results *r)
{
	unsigned int n = test_families(r);

	if (n < 2)
		return;
	paragraph(out, 2,
		  "- Holm's correction covers the variants of one workload and ring; this report "
		  "has %u such families, each at 5 %%, so by chance alone one or more would show a "
		  "difference in up to %.0f %% of such runs. A lone verdict among unresolved ones "
		  "is a reason for a longer run, not a finding.",
		  n, 100 * (1 - pow(0.95, n)));
}

/* Loads that ask for no more than a rate. */
static void about_pace(struct document *out, const struct results *r)
{
	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		const struct workload *load = r->run->workloads->pdata[w];

		if (load->paced)
			paragraph(out, 2,
				  "- %.40s is sent at a rate that the plan sets: a variant that is "
				  "equivalent there keeps up with it, and may be slower all the "
				  "same. What it costs is in what was lost and in CPU time.",
				  load->name);
	}
}

static void about_order(struct document *out, const struct results *r)
{
	GString *names = g_string_new(NULL), *unknown = g_string_new(NULL);

	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		const struct workload *workload = r->run->workloads->pdata[w];
		double share = share_disordered(r, w);
		GString *list = isnan(share) ? unknown : share < IN_ORDER_BELOW ? names : NULL;

		if (list)
			g_string_append_printf(list, "%s%s", list->len ? ", " : "", workload->name);
	}
	if (names->len)
		paragraph(out, 2,
			  "- Completions came in order (fewer than 1 in %.0f stashed) in: "
			  "%s. They show what ordering costs when it has nothing to do.",
			  1 / IN_ORDER_BELOW, names->str);
	if (unknown->len)
		paragraph(out, 2,
			  "- No phase with probes counts of: %s. How far out of order its requests "
			  "completed is not known.",
			  unknown->str);
	g_string_free(unknown, TRUE);
	g_string_free(names, TRUE);
}

/*
 * A mean holds the moments in which QEMU's thread was not running. Where it is
 * twice what the medians add up to, those moments are most of it.
 */
static bool is_interrupted(const struct cell *c)
{
	double flushes = 0, elements = 0, typical;

	for (unsigned int i = 0; i < c->n_samples; i++) {
		flushes += c->samples[i].m.flushes;
		elements += c->samples[i].m.elements;
	}
	typical = OVER(c, m.fill_p50).median + OVER(c, m.flush_p50).median * flushes / elements;
	return OVER(c, cost_raw).median > 2 * typical;
}

static void about_cost(struct document *out, const struct results *r)
{
	unsigned int drowned = 0, cut = 0, probed = 0;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!c->probed)
			continue;
		probed++;
		drowned += OVER(c, cost).median < OVER(c, m.bias_spread).median;
		cut += is_interrupted(c);
	}
	if (drowned)
		paragraph(out, 2,
			  "- In %u of %u cells the order cost is smaller than the spread of the "
			  "probes' own bias (p05 to p95): there it is an order of magnitude, not "
			  "a figure to rank variants by.",
			  drowned, probed);
	if (cut)
		paragraph(out, 2,
			  "- In %u of %u cells the raw order cost is more than twice what the "
			  "medians of fill and flush add up to: most of it is time in which QEMU's "
			  "thread was interrupted, not work.",
			  cut, probed);
	if (probed)
		item(out, "Order cost holds scheduling and cache misses of that moment and differs "
			  "between boots. A recorded trace through each strategy in memory "
			  "resolves nanoseconds; a live run does not.");
}

void report_limits(struct document *out, const struct results *r)
{
	heading(out, '-', "What this run cannot tell");
	about_machine(out, r);
	if (r->run->trials->len) {
		about_power(out, r);
		about_chance(out, r);
		about_pace(out, r);
		about_order(out, r);
		about_cost(out, r);
	}
	if (has_counted(r))
		item(out,
		     "What order costs in instructions and ring traffic is counted, above, and "
		     "waits for no verdict. How much time that takes depends on the machine: "
		     "fewer instructions are no promise of more throughput.");
	if (r->exclusions->len)
		paragraph(out, 2,
			  "- %u trial%s or phase%s left out (above): if their cause has to "
			  "do with the variant, the rest is a friendlier picture of it.",
			  r->exclusions->len, r->exclusions->len == 1 ? "" : "s",
			  r->exclusions->len == 1 ? " is" : "s are");
}
