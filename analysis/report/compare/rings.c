// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/time.h"
#include "analysis/table.h"
#include "compare.h"
#include "difference.h"

/* A counted workload that both have. */
struct counts {
	const struct counted *c[2];
	unsigned int same, differ, one; /* cells: alike, not, counted in one run alone */
};

static void put_cell(struct table *t, struct counts *n, unsigned int ring, unsigned int order,
		     unsigned int label)
{
	const struct counted *a = n->c[0], *b = n->c[1];
	int at_ring = name_place(b->rings, a->rings->pdata[ring]);
	int at_order = name_place(b->orders, a->orders->pdata[order]);
	int at_label = name_place(b->labels, a->labels->pdata[label]);
	struct cost x = order_cost(a, label, ring, order), y = {.value = NAN, .over = NAN};
	bool off = (int)label == a->off;
	double by;

	if (at_ring >= 0 && at_order >= 0 && at_label >= 0)
		y = order_cost(b, at_label, at_ring, at_order);
	if (isnan(x.value) && isnan(y.value))
		return;
	if (isnan(x.value) || isnan(y.value)) {
		n->one++;
		return;
	}
	by = y.value - x.value;
	if (fabs(by) < COUNTS_LEVEL * x.value) {
		n->same++;
		return;
	}
	n->differ++;
	table_cell(t, "%.18s", (char *)a->labels->pdata[label]);
	table_cell(t, "%s", (char *)a->rings->pdata[ring]);
	table_cell(t, "%.14s", (char *)a->orders->pdata[order]);
	table_cell(t, "%.0f", x.value);
	table_cell(t, "%.0f", y.value);
	table_cell(t, "%s%+.0f", x.agree && y.agree ? "" : "~", by);
	if (off || isnan(x.over) || isnan(y.over))
		table_cell(t, "-");
	else
		table_cell(t, "%+.0f", y.over - x.over);
}

static void put_counted(struct document *out, const struct ring_workload *a,
			const struct ring_workload *b)
{
	struct counts n = {.c = {a->counted, b->counted}};
	const struct counted *c = a->counted;
	struct table *t = table_new(a->workload->name, "ring", "order", ">A", ">B", ">B - A",
				    ">over off", NULL);

	for (unsigned int ring = 0; ring < c->rings->len; ring++)
		for (unsigned int order = 0; order < c->orders->len; order++)
			for (unsigned int label = 0; label < c->labels->len; label++)
				put_cell(t, &n, ring, order, label);
	if (n.differ)
		table_print(t, out);
	else
		table_free(t);
	paragraph(out, 0, "%s: %u of %u cells are the same within 0.5 %%%s.", a->workload->name,
		  n.same, n.same + n.differ, n.differ ? "; the others stand above" : "");
	if (n.one)
		paragraph(out, 0, "%u more were counted in one of both alone.", n.one);
}

/* The logs of a label's ratios to off, of the boots that have both; g_free() it. */
static double *boot_logs(const struct timed *t, unsigned int label, unsigned int *n)
{
	double *x = g_new(double, t->boots->len + 1);
	int off = timed_off(t);

	*n = 0;
	for (unsigned int boot = 0; off >= 0 && boot < t->boots->len; boot++) {
		x[*n] = boot_log_ratio(t, boot, label, off);
		*n += !isnan(x[*n]);
	}
	return x;
}

static void put_timed_row(struct table *t, const struct timed *a, unsigned int label,
			  const struct timed *b, unsigned int other, const struct difference *d,
			  double margin)
{
	int off[2] = {timed_off(a), timed_off(b)};

	table_cell(t, "%.18s", (char *)a->labels->pdata[label]);
	table_cell(t, "%.3f", ring_ratio(a, label, off[0]).ratio);
	table_cell(t, "%.3f", ring_ratio(b, other, off[1]).ratio);
	table_cell(t, "%.3f", d->ratio);
	if (isnan(d->lo))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f-%.3f", d->lo, d->hi);
	table_cell(t, "%s", difference_word(d, margin));
}

static void put_timed(struct table *t, const char *title, const struct timed *a,
		      const struct timed *b, double margin)
{
	g_autofree struct difference *d = g_new0(struct difference, a->labels->len + 1);
	g_autofree unsigned int *label = g_new(unsigned int, a->labels->len + 1);
	unsigned int n = 0;

	for (unsigned int i = 0; i < a->labels->len; i++) {
		int other = name_place(b->labels, a->labels->pdata[i]);
		g_autofree double *x = NULL, *y = NULL;
		unsigned int na, nb;

		if ((int)i == timed_off(a) || other < 0)
			continue;
		x = boot_logs(a, i, &na);
		y = boot_logs(b, other, &nb);
		d[n] = differ(x, na, y, nb);
		label[n] = i;
		n += na && nb;
	}
	correct_differences(d, n);
	if (n)
		table_group(t, title);
	for (unsigned int i = 0; i < n; i++)
		put_timed_row(t, a, label[i], b, name_place(b->labels, a->labels->pdata[label[i]]),
			      &d[i], margin);
}

/* @b's workload of rings that is @w; NULL: it has none. */
static const struct ring_workload *find_same(const struct ring_workload *w, const struct results *b)
{
	int at = same_workload(w->workload, b->run->ring_workloads);

	return at < 0 ? NULL : b->rings->workloads->pdata[at];
}

static void compare_timed(struct document *out, const struct results *a, const struct results *b)
{
	struct table *t =
		table_new("ratio to off", ">A", ">B", ">B/A", ">95 % CI", "verdict", NULL);

	for (unsigned int i = 0; i < a->rings->workloads->len; i++) {
		const struct ring_workload *x = a->rings->workloads->pdata[i];
		const struct ring_workload *y = find_same(x, b);

		for (unsigned int ring = 0; x->timed && y && y->timed && ring < x->timed->len;
		     ring++) {
			const char *name = a->run->rings->pdata[ring];
			int other = name_place(b->run->rings, name);
			g_autofree char *title =
				g_strdup_printf("%s, %s ring", x->workload->name, name);

			if (other >= 0 && x->timed->pdata[ring] && y->timed->pdata[other])
				put_timed(t, title, x->timed->pdata[ring], y->timed->pdata[other],
					  a->margin);
		}
	}
	if (!t->cells->len) {
		table_free(t);
		return;
	}
	heading(out, '-', "Elements/s without a guest, ratio to each run's own off");
	table_print(t, out);
}

static void compare_counted(struct document *out, const struct results *a, const struct results *b)
{
	bool any = false;

	for (unsigned int i = 0; i < a->rings->workloads->len; i++) {
		const struct ring_workload *x = a->rings->workloads->pdata[i];
		const struct ring_workload *y = find_same(x, b);

		if (!x->counted || !y || !y->counted)
			continue;
		if (!any)
			heading(out, '-', "Instructions of the device, an element");
		else
			blank_line(out);
		any = true;
		put_counted(out, x, y);
	}
}

void compare_rings(struct document *out, const struct results *a, const struct results *b)
{
	compare_counted(out, a, b);
	compare_timed(out, a, b);
}
