// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of the order cost in counts: what pop, fill and flush execute for an element. */
#include "plot-counted.h"

#include <inttypes.h>
#include <math.h>

#include "analysis/report/csv.h"
#include "analysis/report/plot-panels.h"
#include "analysis/report/plots.h"
#include "costs.h"
#include "rings.h"

/* The orders of a ring beside each other; beyond that they go on below. */
#define ROW_MAX 4

const struct counted *plotted_counted(const struct results *r)
{
	for (unsigned int class = 0; class < RING_CLASSES; class ++) {
		const struct ring_workload *w = counted_of(r->rings, class);

		for (unsigned int i = 0; w && i < w->counted->rings->len * w->counted->orders->len;
		     i++)
			if (has_cost(w->counted, i / w->counted->orders->len,
				     i % w->counted->orders->len))
				return w->counted;
	}
	return NULL;
}

char *counted_caption(const struct counted *c)
{
	return g_strdup_printf("%s %s, chains of %" PRIu64 ", ring of %" PRIu64 ", %" PRIu64
			       " in flight; QEMU %s; by callgrind (%s), no guest",
			       c->device, c->load, c->chain, c->size, c->depth, c->qemu, c->by);
}

bool has_cost(const struct counted *c, unsigned int ring, unsigned int order)
{
	for (unsigned int i = 0; i < c->labels->len; i++)
		if (counted_ordered(c, i) && !isnan(order_cost(c, i, ring, order).over))
			return true;
	return false;
}

/* Of a cell: fill, flush, and what pop executes beyond off's; and their sum's over off. */
struct parts {
	double fill, flush, pop, over;
};

static struct parts parts_of(const struct counted *c, unsigned int label, unsigned int ring,
			     unsigned int order)
{
	struct cost fill = figure_cost(c, label, ring, order, COUNT_FILL);
	struct cost flush = figure_cost(c, label, ring, order, COUNT_FLUSH);
	struct cost pop = figure_cost(c, label, ring, order, COUNT_POP);

	return (struct parts){fill.value, flush.value, pop.over, fill.over + flush.over + pop.over};
}

/* label, fill, flush, pop over off's, the sum's over off; parts below 0 are none. */
static GString *part_rows(const struct counted *c, unsigned int ring, unsigned int order,
			  double *right)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int i = 0; i < c->labels->len; i++) {
		struct parts p = parts_of(c, i, ring, order);
		double pop = fmax(p.pop, 0);

		if (isnan(p.over))
			continue;
		g_string_append_printf(rows, "%u %.6g %.6g %.6g %.6g\n", i + 1, p.fill, p.flush,
				       pop, p.over);
		*right = fmax(*right, p.fill + p.flush + pop);
	}
	return rows;
}

static void put_parts_data(const struct counted *c, GString *csv)
{
	g_string_append(csv, "ring,order,variant,fill_instructions_per_element,"
			     "flush_instructions_per_element,"
			     "pop_over_off_instructions_per_element,"
			     "sum_over_off_instructions_per_element\n");
	for (unsigned int i = 0; i < c->rings->len * c->orders->len * c->labels->len; i++) {
		unsigned int label = i % c->labels->len;
		unsigned int order = i / c->labels->len % c->orders->len;
		unsigned int ring = i / c->labels->len / c->orders->len;
		struct parts p = parts_of(c, label, ring, order);

		csv_text(csv, c->rings->pdata[ring]);
		csv_text(csv, c->orders->pdata[order]);
		csv_text(csv, c->labels->pdata[label]);
		csv_number(csv, p.fill);
		csv_number(csv, p.flush);
		csv_number(csv, p.pop);
		csv_number(csv, p.over);
		csv_end(csv);
	}
}

/* "split ring, shuffle:32", and under it how deep that is. */
static void put_titles(const struct counted *c, unsigned int ring, unsigned int order,
		       unsigned int panel, GString *titles)
{
	g_autofree char *title = g_strdup_printf("%s ring, %s", (char *)c->rings->pdata[ring],
						 (char *)c->orders->pdata[order]);
	g_autofree char *note =
		g_strdup_printf("reorder depth, mean: %.1f", order_depth(c, ring, order));

	put_element(titles, "TITLE", panel, title);
	put_element(titles, "NOTE", panel, note);
}

static bool write_order_cost(const struct results *r, struct drawing *d)
{
	const struct counted *c = plotted_counted(r);
	g_autofree unsigned int *lengths = NULL;
	g_autoptr(GString) titles = g_string_new(NULL);
	g_autofree char *caption = NULL;
	unsigned int panels = 0, rows = 0;
	double right = 1;

	if (!c)
		return false;
	lengths = g_new0(unsigned int, c->rings->len * c->orders->len);
	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		unsigned int in_row = ROW_MAX;

		for (unsigned int order = 0; order < c->orders->len; order++) {
			if (!has_cost(c, ring, order))
				continue;
			if (in_row == ROW_MAX) {
				in_row = 0;
				rows++;
			}
			in_row++;
			lengths[rows - 1]++;
			put_block(d, part_rows(c, ring, order, &right),
				  "variant fill flush pop over", "d%u", ++panels);
			put_titles(c, ring, order, panels, titles);
		}
	}
	put_variants(d->vars, c->labels);
	put_grid(d->vars, lengths, rows);
	caption = counted_caption(c);
	put_text(d->vars, "RAN_ON", caption);
	g_string_append_printf(d->vars, "array NOTE[%u]\nRIGHT = %g\n%s", panels, right,
			       titles->str);
	put_parts_data(c, d->csv);
	return true;
}

PLOT(order_cost, "order-cost", write_order_cost);
