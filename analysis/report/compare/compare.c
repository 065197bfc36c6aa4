// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare.h"
#include "analysis/report/blocks.h"

#include <string.h>

#include "analysis/report/baseline.h"

/* Workloads of one kind: those that one has alone, and those that are another in both. */
static void compare_workloads(struct document *out, const GPtrArray *a, const GPtrArray *b)
{
	g_autoptr(GPtrArray) names_a = g_ptr_array_new(), names_b = g_ptr_array_new();

	for (unsigned int i = 0; i < a->len; i++)
		g_ptr_array_add(names_a, ((struct workload *)a->pdata[i])->name);
	for (unsigned int i = 0; i < b->len; i++)
		g_ptr_array_add(names_b, ((struct workload *)b->pdata[i])->name);
	compare_names(out, "workload", names_a, names_b);
	for (unsigned int i = 0; i < a->len; i++) {
		const struct workload *w = a->pdata[i];

		for (unsigned int j = 0; j < b->len; j++)
			if (!strcmp(w->name, names_b->pdata[j]) && same_workload(w, b) < 0)
				paragraph(out, 2,
					  "- the workload %s is another in both: not compared",
					  w->name);
	}
}

static void compare_contents(struct document *out, const struct run *a, const struct run *b)
{
	compare_names(out, "variant", a->variants, b->variants);
	compare_names(out, "ring", a->rings, b->rings);
	compare_workloads(out, a->workloads, b->workloads);
	compare_workloads(out, a->ring_workloads, b->ring_workloads);
}

static void put_method(struct document *out, const struct results *a, const struct results *b)
{
	heading(out, '-', "How this was made");
	paragraph(out, 0,
		  "A and B are each run's median of its blocks' ratios to off, B/A of the means of "
		  "their logs; the interval is Welch's t, since blocks of two runs are no pairs. "
		  "higher and lower: p < 0.05, corrected by Holm over the variants of a workload "
		  "and ring, and the interval leaves 1 out; alike: it lies within %g %%. What "
		  "differs between hosts and hours is not in a ratio to off, but for how much a "
		  "strategy costs on them; off itself has all of it.",
		  100 * a->margin);
	if (run_looks(a->run) == LOOK_EACH || run_looks(b->run) == LOOK_EACH)
		paragraph(
			out, 0,
			"A number of blocks followed from figures (vqbench run --until). Welch's t "
			"does not allow for that: such a run ends sooner where chance makes a "
			"difference, so a higher or lower here is a reason to measure again, with "
			"a number of blocks that is set before.");
	paragraph(
		out, 0,
		"Counts repeat to 0.5 %%, so no interval stands beside them; ~: one run's own two "
		"counts differ by more. over off: by how much what order costs has changed.");
}

struct document *compare_document(const struct results *a, const struct results *b)
{
	struct document *out = document_new();

	heading(out, '=', "vqlab: two runs");
	field(out, "A", "%s, of %s, %u of %u trials ok", a->run->dir, a->run->created, a->trials_ok,
	      a->run->trials->len);
	field(out, "B", "%s, of %s, %u of %u trials ok", b->run->dir, b->run->created, b->trials_ok,
	      b->run->trials->len);
	compare_provenance(out, a->run, b->run);
	compare_contents(out, a->run, b->run);
	compare_rings(out, a, b);
	compare_guests(out, a, b);
	put_method(out, a, b);
	/* Where each is held to another, which is told above, off stands for both. */
	if (!strcmp(a->run->baseline[0], b->run->baseline[0]))
		baseline_document(a->run, out);
	return out;
}
