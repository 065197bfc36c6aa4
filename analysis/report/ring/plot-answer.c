// SPDX-License-Identifier: GPL-2.0-or-later
/* The first plot: what each strategy costs, counted, and in the workload that decides. */
#include <math.h>
#include <string.h>

#include "analysis/report/csv.h"
#include "analysis/report/deciding.h"
#include "analysis/report/plot-panels.h"
#include "analysis/report/plots.h"
#include "costs.h"
#include "match.h"
#include "plot-counted.h"
#include "rings.h"

/* In order, and out of order. */
#define SIDES_MAX 2

struct answer {
	GPtrArray *names; /* char *: the variants that have a row */
	int workload;	  /* of the run's, the one that decides; -1 */
	const struct counted *counted;
	unsigned int orders[SIDES_MAX], n_orders;
};

/* Of a counted workload's orders, on its first ring, the least deep and the deepest. */
static void find_extremes(const struct counted *c, unsigned int *least, unsigned int *most)
{
	*least = *most = 0;
	for (unsigned int order = 1; order < c->orders->len; order++) {
		if (order_depth(c, 0, order) < order_depth(c, 0, *least))
			*least = order;
		if (order_depth(c, 0, order) > order_depth(c, 0, *most))
			*most = order;
	}
}

/* In order; and what is most like the deciding workload, or else the deepest. */
static void choose_orders(const struct results *r, struct answer *a)
{
	unsigned int least, most;

	if (!a->counted)
		return;
	find_extremes(a->counted, &least, &most);
	for (unsigned int ring = 0; a->workload >= 0 && ring < r->run->rings->len; ring++) {
		struct match m = find_match(r, a->workload, ring);

		if (m.counted == a->counted && !isnan(m.depth) && m.order != least) {
			most = m.order;
			break;
		}
	}
	a->orders[a->n_orders++] = least;
	if (most != least)
		a->orders[a->n_orders++] = most;
}

static bool counted_somewhere(const struct answer *a, const char *name)
{
	int label = a->counted ? name_place(a->counted->labels, name) : -1;

	for (unsigned int i = 0; label >= 0 && i < a->counted->rings->len * a->n_orders; i++)
		if (!isnan(order_cost(a->counted, label, i / a->n_orders,
				      a->orders[i % a->n_orders])
				   .over))
			return true;
	return false;
}

static bool timed_somewhere(const struct results *r, const struct answer *a, unsigned int v)
{
	for (unsigned int ring = 0; a->workload >= 0 && ring < r->run->rings->len; ring++)
		if (!isnan(cell_at(r, a->workload, ring, v)->to_off.ratio))
			return true;
	return false;
}

/* Those of the plan in its order, then what else was counted; but for off, whose is the line. */
static void choose_names(const struct results *r, struct answer *a)
{
	const GPtrArray *variants = r->run->variants;

	a->names = g_ptr_array_new();
	for (unsigned int v = 0; v < variants->len; v++)
		if ((int)v != r->off &&
		    (timed_somewhere(r, a, v) || counted_somewhere(a, variants->pdata[v])))
			g_ptr_array_add(a->names, variants->pdata[v]);
	for (unsigned int i = 0; a->counted && i < a->counted->labels->len; i++) {
		char *name = a->counted->labels->pdata[i];

		if (counted_ordered(a->counted, i) && name_place(variants, name) < 0 &&
		    counted_somewhere(a, name))
			g_ptr_array_add(a->names, name);
	}
}

struct extent {
	double low, high;
};

/* row, which of the orders (from 1 on), instructions over off. */
static GString *cost_rows(const struct answer *a, unsigned int ring, struct extent *e)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int i = 0; i < a->names->len * a->n_orders; i++) {
		int label = name_place(a->counted->labels, a->names->pdata[i / a->n_orders]);
		unsigned int order = i % a->n_orders;
		double over = NAN;

		if (label >= 0)
			over = order_cost(a->counted, label, ring, a->orders[order]).over;
		if (isnan(over))
			continue;
		g_string_append_printf(rows, "%u %u %.6g\n", i / a->n_orders + 1, order + 1, over);
		e->low = fmin(e->low, over);
		e->high = fmax(e->high, over);
	}
	return rows;
}

/* "off: 3579 and 3580", by order. */
static char *off_costs(const struct answer *a, unsigned int ring)
{
	GString *note = g_string_new("off: ");

	for (unsigned int i = 0; i < a->n_orders; i++)
		g_string_append_printf(
			note, "%s%.0f", i ? " and " : "",
			order_cost(a->counted, counted_off(a->counted), ring, a->orders[i]).value);
	return g_string_free(note, FALSE);
}

static void put_counted(const struct answer *a, struct drawing *d)
{
	struct extent e = {0, 0};
	g_autoptr(GString) titles = g_string_new(NULL);
	unsigned int panels = 0;

	for (unsigned int ring = 0; a->counted && ring < a->counted->rings->len; ring++) {
		GString *rows = cost_rows(a, ring, &e);
		g_autofree char *title =
			g_strdup_printf("counted, %s ring", (char *)a->counted->rings->pdata[ring]);
		g_autofree char *note = off_costs(a, ring);

		if (!rows->len) {
			g_string_free(rows, TRUE);
			continue;
		}
		put_block(d, rows, "row order over_off", "c%u", ++panels);
		put_element(titles, "TITLE", panels, title);
		put_element(titles, "NOTE", panels, note);
	}
	g_string_append_printf(d->vars,
			       "COUNTED = %u\narray TITLE[%u]\narray NOTE[%u]\n%s"
			       "LEFT = %g\nRIGHT = %g\nORDERS = %u\narray ORDER[%u]\n",
			       panels, MAX(1, panels), MAX(1, panels), titles->str, e.low, e.high,
			       a->n_orders, MAX(1, a->n_orders));
	for (unsigned int i = 0; i < a->n_orders; i++)
		put_element(d->vars, "ORDER", i + 1, a->counted->orders->pdata[a->orders[i]]);
}

/* row, which of the rings (from 1 on), ratio, low, high, resolved. */
static GString *ratio_rows(const struct results *r, const struct answer *a, unsigned int ring,
			   unsigned int place, struct extent *e)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int i = 0; i < a->names->len; i++) {
		int v = name_place(r->run->variants, a->names->pdata[i]);
		const struct comparison *c;
		double lo, hi;

		if (v < 0)
			continue;
		c = &cell_at(r, a->workload, ring, v)->to_off;
		if (isnan(c->ratio))
			continue;
		lo = isnan(c->lo) ? c->ratio : c->lo;
		hi = isnan(c->hi) ? c->ratio : c->hi;
		g_string_append_printf(rows, "%u %u %.6g %.6g %.6g %d\n", i + 1, place, c->ratio,
				       lo, hi, verdict_resolved(c->verdict));
		e->low = fmin(e->low, lo);
		e->high = fmax(e->high, hi);
	}
	return rows;
}

/* "n = 5 to 6 blocks" */
static void put_blocks(const struct results *r, const struct answer *a, GString *note)
{
	unsigned int least = G_MAXUINT, most = 0;

	for (unsigned int i = 0; i < r->run->rings->len * r->run->variants->len; i++) {
		const struct comparison *c = &cell_at(r, a->workload, i / r->run->variants->len,
						      i % r->run->variants->len)
						      ->to_off;

		if (isnan(c->ratio) || c->verdict == VERDICT_BASELINE)
			continue;
		least = MIN(least, c->n);
		most = MAX(most, c->n);
	}
	if (least < most)
		g_string_append_printf(note, "n = %u to %u blocks", least, most);
	else
		g_string_append_printf(note, "n = %u block%s", most, most == 1 ? "" : "s");
}

static void put_timed(const struct results *r, const struct answer *a, struct drawing *d)
{
	struct extent e = {1 / (1 + r->margin), 1 + r->margin};
	GString *all = g_string_new(NULL), *note = g_string_new("off: ");
	const struct workload *w = a->workload < 0 ? NULL : r->run->workloads->pdata[a->workload];
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *title = g_strdup_printf("timed in a guest: %s", w ? w->name : "");
	unsigned int n = 0;

	for (unsigned int ring = 0; w && ring < r->run->rings->len; ring++) {
		g_autoptr(GString) rows = ratio_rows(r, a, ring, n + 1, &e);

		if (!rows->len)
			continue;
		g_string_append(all, rows->str);
		g_string_append_printf(
			note, "%s%.0f", n ? " and " : "",
			OVER(cell_at(r, a->workload, ring, r->off), throughput).median);
		put_element(names, "RING", ++n, r->run->rings->pdata[ring]);
	}
	g_string_append_printf(note, " %s; ", w ? w->unit : "");
	if (w)
		put_blocks(r, a, note);
	g_string_append_printf(d->vars,
			       "RINGS = %u\narray RING[%u]\n%sLOW = %g\nHIGH = %g\nMARGIN = %g\n",
			       n, MAX(1, n), names->str, e.low, e.high, r->margin);
	put_ratio_tics(d->vars, e.low, e.high);
	put_text(d->vars, "TIMED_TITLE", title);
	put_text(d->vars, "TIMED_NOTE", note->str);
	put_block(d, all, "row ring ratio low high resolved", "t");
	g_string_free(note, TRUE);
}

static void put_cost_data(const struct answer *a, GString *csv)
{
	for (unsigned int i = 0; a->counted && i < a->counted->rings->len * a->n_orders; i++) {
		unsigned int ring = i / a->n_orders, order = a->orders[i % a->n_orders];

		for (unsigned int v = 0; v < a->names->len; v++) {
			int label = name_place(a->counted->labels, a->names->pdata[v]);
			double over =
				label < 0 ? NAN : order_cost(a->counted, label, ring, order).over;

			if (isnan(over))
				continue;
			csv_text(csv, "counted");
			csv_text(csv, a->counted->orders->pdata[order]);
			csv_text(csv, a->counted->rings->pdata[ring]);
			csv_text(csv, a->names->pdata[v]);
			csv_number(csv, over);
			for (unsigned int empty = 0; empty < 5; empty++)
				csv_text(csv, "");
			csv_end(csv);
		}
	}
}

static void put_ratio_data(const struct results *r, const struct answer *a, GString *csv)
{
	for (unsigned int i = 0; a->workload >= 0 && i < r->run->rings->len * a->names->len; i++) {
		unsigned int ring = i / a->names->len;
		const char *name = a->names->pdata[i % a->names->len];
		int v = name_place(r->run->variants, name);
		const struct cell *c = v < 0 ? NULL : cell_at(r, a->workload, ring, v);

		if (!c || isnan(c->to_off.ratio))
			continue;
		csv_text(csv, "timed");
		csv_text(csv, workload_of(r, c)->name);
		csv_text(csv, r->run->rings->pdata[ring]);
		csv_text(csv, name);
		csv_text(csv, "");
		csv_number(csv, c->to_off.ratio);
		csv_number(csv, c->to_off.lo);
		csv_number(csv, c->to_off.hi);
		csv_number(csv, c->to_off.n);
		csv_text(csv, verdict_name(c->to_off.verdict));
		csv_end(csv);
	}
}

/* Which rows have something to show: HAS_COUNT and HAS_TIME. */
static void put_rows(const struct results *r, const struct answer *a, GString *vars)
{
	g_string_append_printf(vars, "array HAS_COUNT[%u]\narray HAS_TIME[%u]\n", a->names->len,
			       a->names->len);
	for (unsigned int i = 0; i < a->names->len; i++) {
		int v = name_place(r->run->variants, a->names->pdata[i]);

		g_string_append_printf(vars, "HAS_COUNT[%u] = %d\nHAS_TIME[%u] = %d\n", i + 1,
				       counted_somewhere(a, a->names->pdata[i]), i + 1,
				       v >= 0 && timed_somewhere(r, a, v));
	}
}

static bool write_answer(const struct results *r, struct drawing *d)
{
	struct answer a = {.workload = deciding_workload(r), .counted = plotted_counted(r)};
	bool any;

	choose_orders(r, &a);
	choose_names(r, &a);
	any = a.names->len;
	if (any) {
		g_autofree char *load = a.counted ? counted_caption(a.counted) : g_strdup("");

		put_variants(d->vars, a.names);
		put_rows(r, &a, d->vars);
		put_counted(&a, d);
		put_timed(r, &a, d);
		put_text(d->vars, "LOAD", load);
		g_string_append(d->csv, "evidence,order_or_workload,ring,variant,"
					"over_off_instructions_per_element,"
					"throughput_over_off_ratio,ci95_low_ratio,ci95_high_ratio,"
					"blocks,verdict\n");
		put_cost_data(&a, d->csv);
		put_ratio_data(r, &a, d->csv);
	}
	g_ptr_array_unref(a.names);
	return any;
}

PLOT(answer, "answer", write_answer);
