// SPDX-License-Identifier: GPL-2.0-or-later
/* Throughput without a guest. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/report/blocks.h"
#include "analysis/table.h"
#include "rings.h"
#include "sections.h"
#include "time.h"

/* "ok", or what became of the device in how many of its boots: "stalled 2 of 6". */
static char *fate(const struct timed *t, unsigned int label)
{
	const char *worst = NULL;
	unsigned int n = 0;

	for (unsigned int b = 0; b < t->boots->len; b++) {
		const struct timed_device *d = timed_device(t, b, label);

		if (!strcmp(d->state, "ok"))
			continue;
		worst = worst && strcmp(worst, d->state) ? "mixed" : d->state;
		n++;
	}
	return worst ? g_strdup_printf("%.10s %u of %u", worst, n, t->boots->len) : g_strdup("ok");
}

static void put_row(struct table *table, const struct timed *t, unsigned int label)
{
	g_autofree char *state = fate(t, label);
	int off = timed_off(t);
	struct block_ratio x = {0, NAN, NAN, NAN};

	if (off >= 0)
		x = ring_ratio(t, label, off);
	table_cell(table, "%s", (char *)t->labels->pdata[label]);
	table_number(table, ring_rate(t, label));
	table_cell(table, "%u", x.n);
	if ((int)label == off)
		table_cell(table, "1");
	else if (isnan(x.ratio))
		table_cell(table, "-");
	else if (isnan(x.lo))
		table_cell(table, "%.3f", x.ratio);
	else
		table_cell(table, "%.3f [%.3f, %.3f]", x.ratio, x.lo, x.hi);
	table_cell(table, "%s", state);
}

static const char *ring_name(const struct results *r, unsigned int ring)
{
	return r->run->rings->pdata[ring];
}

static void put_table(struct document *out, const struct results *r, const struct ring_workload *w)
{
	struct table *table =
		table_new("elements/s", ">median", ">n", "to off [95 % CI]", "devices", NULL);

	for (unsigned int ring = 0; ring < w->timed->len; ring++) {
		const struct timed *t = w->timed->pdata[ring];
		g_autofree char *title = NULL;

		if (!t || !t->boots->len)
			continue;
		title = g_strdup_printf("%s ring of %" PRIu64 ", %" PRIu64 " in flight, %s",
					ring_name(r, ring), t->size, t->depth, t->order);
		table_group(table, title);
		for (unsigned int label = 0; label < t->labels->len; label++)
			put_row(table, t, label);
	}
	table_print(table, out);
}

/* What was caught, with its evidence: the first of each kind of fault of a device. */
static void put_faults(struct document *out, const struct results *r, const struct ring_workload *w)
{
	for (unsigned int ring = 0; ring < w->timed->len; ring++) {
		const struct timed *t = w->timed->pdata[ring];

		for (unsigned int b = 0; t && b < t->boots->len; b++) {
			const struct timed_boot *boot = t->boots->pdata[b];

			if (*boot->failed)
				paragraph(out, 2, "- block %d, %s ring: QEMU did not start: %.600s",
					  boot->block, ring_name(r, ring), boot->failed);
			for (unsigned int i = 0; i < t->labels->len; i++) {
				const struct timed_device *d = timed_device(t, b, i);

				if (d->there && strcmp(d->state, "ok"))
					paragraph(out, 2,
						  "- block %d, %s ring, %.40s: %s: %s%s%.600s",
						  boot->block, ring_name(r, ring),
						  (char *)t->labels->pdata[i], d->state, d->rule,
						  *d->rule ? ": " : "", d->evidence);
			}
		}
	}
}

static bool any_boot(const struct ring_workload *w)
{
	for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++) {
		const struct timed *t = w->timed->pdata[ring];

		if (t && t->boots->len)
			return true;
	}
	return false;
}

bool has_timed(const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		if (any_boot(r->rings->workloads->pdata[i]))
			return true;
	return false;
}

void report_timed(struct document *out, const struct results *r)
{
	bool any = false;

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		if (!any_boot(w))
			continue;
		if (!any) {
			heading(out, '-', "Throughput without a guest");
			paragraph(
				out, 0,
				"What a real QEMU's device serves to a driver that polls on a core "
				"of its own: no guest, no vCPU and no exits, so it compares "
				"variants and QEMUs and is no guest's throughput. A boot is a "
				"block; the median over its rounds of the ratio of both turns "
				"counts. To off: the median over boots, and from %d boots on an "
				"interval by order statistics, like that of trials. Another label "
				"that stands for off shows what chance does.",
				run_looks(r->run) == LOOK_EACH ? MIN_LOOKED : MIN_RANGE);
		}
		paragraph(out, 0, "\n%s: %s %s%s%s\n", w->workload->name, w->workload->device,
			  w->workload->load, *w->workload->summary ? "; " : "",
			  w->workload->summary);
		put_table(out, r, w);
		put_faults(out, r, w);
		any = true;
	}
}
