// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "analysis/report/blocks.h"
#include "analysis/report/report.h"
#include "analysis/report/until.h"
#include "parts.h"

static void put_provenance(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	g_autofree char *sha256 = run->qemu_sha256[0]
					  ? g_strdup_printf(", sha256 %.16s", run->qemu_sha256)
					  : g_strdup("");
	g_autofree char *guest = run->trials->len ? g_strdup_printf("; guest Linux %.40s, %.10s",
								    run->guest_kernel, run->accel)
						  : g_strdup("");

	field(out, "host", "%.40s, %" PRIu64 " core%s%s, Linux %.30s", run->cpu, run->cores,
	      run->cores == 1 ? "" : "s", run->host_virtual ? ", virtual" : "", run->kernel);
	if (run->arms->len)
		field(out, "qemu", "one for each variant, below%s", guest);
	else
		field(out, "qemu", "%.20s%s%s", run->qemu_version, sha256, guest);
}

static void put_plan(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	g_autofree char *boots =
		run->counting->len ? g_strdup_printf(", %u counting boot%s", run->counting->len,
						     run->counting->len == 1 ? "" : "s")
				   : g_strdup("");

	field(out, "plan", "%.40s, seed %" PRIu64 ", %u block%s; trials ok: %u of %u%s", run->plan,
	      run->seed, run->blocks, run->blocks == 1 ? "" : "s", r->trials_ok,
	      MAX(run->trials_planned, run->trials->len), boots);
}

/* Who looks before the end says so. */
static void put_until(struct document *out, const struct results *r)
{
	g_autofree char *state = until_text(r);

	field(out, "until",
	      "Judged after each block, of at most %u, by intervals and tests that allow for "
	      "that; after %u: %s.",
	      r->run->until.most, r->run->blocks, state);
}

/* " BLOCKS=12": what make is given beside the plan for a run of so many; g_free() it. */
static char *blocks_text(const struct run *run)
{
	if (run_looks(run) == LOOK_EACH)
		return g_strdup_printf(" UNTIL=%.3g%% BLOCKS=%u", 100 * run->until.within,
				       run->until.most);
	return run_overrides_blocks(run) ? g_strdup_printf(" BLOCKS=%u", run->blocks)
					 : g_strdup("");
}

void put_letter_method(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	unsigned int families = test_families(r);
	g_autofree char *blocks = blocks_text(run);
	bool looked = run_looks(run) == LOOK_EACH;

	if (families)
		field(out, "method",
		      "A trial is a boot, a block every variant once, shuffled. Ratio: median "
		      "over blocks, probes off. Verdict: %s and interval, Holm over a "
		      "workload's and ring's variants; of %u such families each may err in 5 %% "
		      "of runs, so one lone verdict is no finding. Equivalent: within %.3g %%, "
		      "by two one-sided tests.",
		      looked ? "sign test" : "t test", families, 100 * r->margin);
	if (looked)
		put_until(out, r);
	put_provenance(out, r);
	put_arms(out, run, false);
	put_plan(out, r);
	field(out, "again", "vqlab %.10s (%.12s): make bench CONFIG=configs/%.40s.ini%s%s%.60s",
	      run->vqlab_version, run->vqlab_commit, run->plan, blocks,
	      *run->against ? " QEMU_SRC=DIR AGAINST=" : "", run->against);
	field(out, "more", "report-full.txt: all tables, and what this run cannot tell");
}
