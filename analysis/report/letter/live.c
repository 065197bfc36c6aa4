// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Throughput in guests: a table of the workload that is the most out of order and of those
 * that resolve something; a sentence for the others.
 */
#include <math.h>
#include <string.h>

#include "analysis/report/deciding.h"
#include "analysis/report/wording.h"
#include "analysis/table.h"
#include "parts.h"

#define NAMES 6 /* of workloads, in the sentence */

static const char *name_of(const struct results *r, unsigned int w)
{
	return ((struct workload *)r->run->workloads->pdata[w])->name;
}

/* How many of a workload's verdicts say something; of one variant, or of all: -1. */
static unsigned int resolved(const struct results *r, unsigned int w, int variant)
{
	unsigned int n = 0;

	for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
		for (unsigned int v = 0; v < r->run->variants->len; v++)
			n += (variant < 0 || (int)v == variant) &&
			     verdict_resolved(cell_at(r, w, ring, v)->to_off.verdict);
	return n;
}

/* Is the variant among the first @rows of that workload, off not counted?  qemu and those
 * with verdicts come before others. */
static bool is_kept(const struct results *r, unsigned int w, unsigned int v, unsigned int rows)
{
	unsigned int before = 0;

	for (unsigned int i = 0; i < r->run->variants->len; i++) {
		unsigned int own = resolved(r, w, v) + ((int)v == r->qemu ? 100 : 0);
		unsigned int other = resolved(r, w, i) + ((int)i == r->qemu ? 100 : 0);

		before += (int)i != r->off && (other > own || (other == own && i < v));
	}
	return before + 1 < rows;
}

static void put_cells(struct table *t, const struct results *r, const struct cell *c)
{
	const struct comparison *x = &c->to_off;
	g_autofree char *verdict = verdict_text(r, c, x);

	if (isnan(x->ratio))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f", x->ratio);
	if (isnan(x->lo))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f-%.3f", x->lo, x->hi);
	if (x->verdict == VERDICT_UNRESOLVED)
		table_cell(t, "unresolved");
	else
		table_cell(t, "%.16s", verdict);
}

/*
 * The rings that it runs on: one or two columns.  A cell of axes has its name in a line of its
 * own: a heading has no room for what tells it from its neighbour.
 */
static void put_workload(struct document *out, const struct results *r, unsigned int w,
			 unsigned int rows)
{
	char *head[2] = {NULL};
	unsigned int ring[2], n = 0, left = 0;
	g_autofree char *plain = g_strndup(name_of(r, w), strcspn(name_of(r, w), "@"));
	struct table *t;

	for (unsigned int i = 0; i < r->run->rings->len && n < 2; i++)
		if (cell_at(r, w, i, 0)->planned)
			ring[n++] = i;
	if (!n)
		return;
	for (unsigned int i = 0; i < n; i++)
		head[i] = g_strdup_printf(">%s", (char *)r->run->rings->pdata[ring[i]]);
	if (strcmp(plain, name_of(r, w)))
		paragraph(out, 0, "%s:", name_of(r, w));
	t = table_new(plain, head[0], "95 % CI", "verdict", head[1], "95 % CI", "verdict", NULL);
	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		if ((int)v == r->off)
			continue;
		if (!is_kept(r, w, v, rows)) {
			left++;
			continue;
		}
		table_cell(t, "%s", (char *)r->run->variants->pdata[v]);
		for (unsigned int i = 0; i < n; i++)
			put_cells(t, r, cell_at(r, w, ring[i], v));
	}
	table_print(t, out);
	if (left)
		paragraph(out, 0, "%u more strategies in report-full.txt.", left);
	g_free(head[0]);
	g_free(head[1]);
}

/* Workloads without a table: those with verdicts, or those without. */
struct others {
	GString *names;
	double low, high; /* ratios */
	unsigned int n, ratios;
};

static struct others find_others(const struct results *r, unsigned int shown, bool judged)
{
	struct others o = {.names = g_string_new(NULL), .low = NAN, .high = NAN};

	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		if (w == shown || resolved(r, w, -1) || workload_judged(r, w) != judged)
			continue;
		if (o.n++ < NAMES)
			g_string_append_printf(o.names, "%s%.40s", o.names->len ? ", " : "",
					       name_of(r, w));
		for (unsigned int i = 0; i < r->n_cells; i++) {
			const struct cell *c = &r->cells[i];

			if (c->workload != w || !c->planned || isnan(c->to_off.ratio) ||
			    c->to_off.verdict == VERDICT_BASELINE)
				continue;
			o.ratios++;
			o.low = fmin(o.low, c->to_off.ratio);
			o.high = fmax(o.high, c->to_off.ratio);
		}
	}
	if (o.n > NAMES)
		g_string_append_printf(o.names, " and %u more", o.n - NAMES);
	return o;
}

/* "0.44 to 0.55", or "0.44" if both are that; g_free() it. */
static char *span_text(double low, double high, int digits)
{
	g_autofree char *from = g_strdup_printf("%.*f", digits, low);
	g_autofree char *to = g_strdup_printf("%.*f", digits, high);

	return strcmp(from, to) ? g_strdup_printf("%s to %s", from, to) : g_strdup(from);
}

/* What the workloads without a table have in common: nothing that is resolved. */
static void put_unresolved(struct document *out, const struct results *r, unsigned int shown)
{
	struct others judged = find_others(r, shown, true), not = find_others(r, shown, false);
	g_autofree char *span = span_text(judged.low, judged.high, 3);

	if (judged.ratios)
		paragraph(out, 0, "Nothing resolved (%u ratio%s, %s): %s.", judged.ratios,
			  judged.ratios == 1 ? "" : "s", span, judged.names->str);
	/* A ratio of one block says nothing, and would be read as if it did. */
	if (not .n)
		paragraph(out, 0, "No two blocks, so no verdict: %s.", not .names->str);
	g_string_free(judged.names, TRUE);
	g_string_free(not .names, TRUE);
}

/* "6715 IOPS split, 6098 packed"; g_free() it. */
static char *off_text(const struct results *r, unsigned int w)
{
	const char *unit = ((struct workload *)r->run->workloads->pdata[w])->unit;
	GString *text = g_string_new(NULL);

	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		const struct cell *c = cell_at(r, w, ring, r->off);
		g_autofree char *rate = number_text(OVER(c, throughput).median);

		if (!c->ok)
			continue;
		g_string_append_printf(text, "%s%s", text->len ? ", " : " (", rate);
		g_string_append_printf(text, " %.12s %s", unit, (char *)r->run->rings->pdata[ring]);
	}
	if (text->len)
		g_string_append_c(text, ')');
	return g_string_free(text, FALSE);
}

/* Whether off waits for a processor or for the device: a faster host helps the first only. */
static void put_busy(struct document *out, const struct results *r, unsigned int w)
{
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		double off = OVER(cell_at(r, w, ring, r->off), busy).median;
		double low = INFINITY, high = -INFINITY;
		g_autofree char *span = NULL;

		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const struct cell *c = cell_at(r, w, ring, v);

			if (!c->ordered)
				continue;
			low = fmin(low, OVER(c, busy).median); /* NAN is nothing */
			high = fmax(high, OVER(c, busy).median);
		}
		if (isnan(off) || low > high)
			continue;
		span = span_text(low, high, 2);
		paragraph(out, 0, "Processors that QEMU kept busy, %s: %.24s %.2f, in order %s.",
			  (char *)r->run->rings->pdata[ring],
			  (char *)r->run->variants->pdata[r->off], off, span);
	}
}

static bool has_student(const struct results *r)
{
	for (unsigned int i = 0; i < r->n_cells; i++)
		if (r->cells[i].to_off.student)
			return true;
	return false;
}

void put_letter_live(struct document *out, const struct results *r, const struct room *room)
{
	unsigned int first, tables = 1, left = 0;
	g_autofree char *off = NULL;

	if (!r->run->trials->len || r->off < 0 || !r->run->workloads->len)
		return;
	first = MAX(0, deciding_workload(r));
	off = off_text(r, first);
	paragraph(out, 0, "\nThroughput in a guest, ratio to off%s%s:", off,
		  has_student(r) ? "; intervals of fewer than 6 blocks are Student's t, or "
				   "the range"
				 : "");
	put_workload(out, r, first, room->rows);
	put_busy(out, r, first);
	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		if (w == first || !resolved(r, w, -1))
			continue;
		if (tables++ < room->live)
			put_workload(out, r, w, room->rows);
		else
			left += resolved(r, w, -1);
	}
	if (left)
		paragraph(out, 0, "%u more verdicts in report-full.txt.", left);
	put_unresolved(out, r, first);
	put_inverse(out, r->run);
}
