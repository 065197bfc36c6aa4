// SPDX-License-Identifier: GPL-2.0-or-later
#include "counted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/ring/counted.h"
#include "row.h"

#define BASE "array-window"
#define AGAIN BASE "-2"
#define PLANTED "planted-"
#define SAME 0.005 /* the report takes less for no difference */
#define NEAR 0.02  /* of what was planted */

static int place(const struct counted *c, const char *label)
{
	for (unsigned int i = 0; i < c->labels->len; i++)
		if (!strcmp(c->labels->pdata[i], label))
			return i;
	return -1;
}

static bool same(double a, double b)
{
	return fabs(a - b) < SAME * fmax(a, b);
}

/* Over all rings and orders: what differs of @n. */
struct pairs {
	unsigned int n, differ;
};

/* The two runs of each cell. */
static struct pairs compare_runs(const struct counted *c)
{
	struct pairs p = {};

	for (unsigned int l = 0; l < c->labels->len; l++)
		for (unsigned int r = 0; r < c->rings->len; r++)
			for (unsigned int o = 0; o < c->orders->len; o++) {
				const struct counted_cell *cell = counted_cell(c, l, r, o);

				p.n++;
				p.differ += strcmp(cell->state, "ok") || !cell->agree;
			}
	return p;
}

/* All instructions of a label beside those of another. */
static struct pairs compare_labels(const struct counted *c, unsigned int a, unsigned int b)
{
	struct pairs p = {};

	for (unsigned int r = 0; r < c->rings->len; r++)
		for (unsigned int o = 0; o < c->orders->len; o++)
			for (int f = 0; f <= COUNT_THREAD; f++) {
				p.n++;
				p.differ += !same(counted_cell(c, a, r, o)->figure[f],
						  counted_cell(c, b, r, o)->figure[f]);
			}
	return p;
}

/* What @label executes beyond @base, least and most, over all rings and orders. */
struct reach {
	double least, most;
};

static struct reach beyond(const struct counted *c, unsigned int label, unsigned int base,
			   enum count_figure f)
{
	struct reach reach = {INFINITY, -INFINITY};

	for (unsigned int r = 0; r < c->rings->len; r++)
		for (unsigned int o = 0; o < c->orders->len; o++) {
			double d = counted_cell(c, label, r, o)->figure[f] -
				   counted_cell(c, base, r, o)->figure[f];

			/* fmin() would forget what was not counted. */
			reach.least = !(d >= reach.least) ? d : reach.least;
			reach.most = !(d <= reach.most) ? d : reach.most;
		}
	return reach;
}

static bool check_planted(const struct counted *c, unsigned int label, unsigned int base)
{
	const char *name = c->labels->pdata[label];
	double n = atof(name + strlen(PLANTED));
	struct reach fill = beyond(c, label, base, COUNT_FILL);
	struct reach flush = beyond(c, label, base, COUNT_FLUSH);
	g_autofree char *what = g_strdup_printf("%s: more in fill", name);
	g_autofree char *elsewhere = g_strdup_printf("%s: more in flush", name);
	g_autofree char *wanted = g_strdup_printf("%g +-2 %%", n);
	g_autofree char *nothing = g_strdup_printf("0 +-%g", NEAR * n);

	return row(fill.least >= (1 - NEAR) * n && fill.most <= (1 + NEAR) * n, what, wanted,
		   "%.2f to %.2f", fill.least, fill.most) &
	       row(flush.least >= -NEAR * n && flush.most <= NEAR * n, elsewhere, nothing,
		   "%.2f to %.2f", flush.least, flush.most);
}

static bool check(const struct counted *c, unsigned int base, unsigned int again)
{
	g_autofree char *text = g_strdup_printf("instructions, %s %s, %u rings, %u orders",
						c->device, c->load, c->rings->len, c->orders->len);
	struct pairs runs = compare_runs(c), labels = compare_labels(c, again, base);
	bool ok = true;

	row_heading(text);
	ok &= row(!runs.differ, "cells, counted twice", "none differs", "%u of %u", runs.differ,
		  runs.n);
	ok &= row(!labels.differ, "figures of two alike", "none differs", "%u of %u", labels.differ,
		  labels.n);
	for (unsigned int l = 0; l < c->labels->len; l++)
		if (g_str_has_prefix(c->labels->pdata[l], PLANTED))
			ok &= check_planted(c, l, base);
	return ok;
}

bool check_planted_counts(const char *file, GError **error)
{
	struct reader r = {};
	JsonObject *top = reader_open(&r, file, NULL);
	struct counted *c = top ? read_counted(&r, top) : NULL;
	int base = c ? place(c, BASE) : -1, again = c ? place(c, AGAIN) : -1;
	bool ok;

	if (c && (base < 0 || again < 0))
		reader_fail(&r, "cells", "of " BASE " are not there twice");
	ok = reader_close(&r, error) && check(c, base, again);
	counted_free(c);
	return ok;
}
