// SPDX-License-Identifier: GPL-2.0-or-later
/* What order costs the device, counted: strategies by orders, of each class of workloads. */
#include <math.h>
#include <string.h>

#include "analysis/report/ring/counted-tables.h"
#include "analysis/report/ring/rings.h"
#include "analysis/table.h"
#include "analysis/text.h"
#include "parts.h"

#define COLUMNS (TABLE_COLUMNS - 1)
#define CELL 7 /* "~+2338", "stalled" */
#define HEAD 9

struct column_of {
	const struct counted *counted;
	unsigned int order;
	char *head; /* with its second line */
};

struct columns {
	struct column_of column[COLUMNS];
	unsigned int n, left; /* orders of all counted workloads that have no column */
	unsigned int width;   /* so far */
};

/* "shuffle\n:32"; "tx\nnatural". */
static char *head_of(enum ring_class class, const char *order)
{
	static const char *const direction[RING_CLASSES] = {"", "tx", "rx"};
	size_t first = strcspn(order, ":");

	if (class != CLASS_BLK)
		return g_strdup_printf(">%s\n%.*s", direction[class], HEAD, order);
	return g_strdup_printf(">%.*s\n%.*s", (int)MIN(first, HEAD), order, HEAD, order + first);
}

static unsigned int head_width(const char *head)
{
	const char *second = strchr(head, '\n') + 1;

	return MAX(MAX((size_t)(second - head) - 2, strlen(second)), CELL);
}

static void add_columns(struct columns *k, const struct ring_workload *w)
{
	const struct counted *c = w->counted;

	for (unsigned int order = 0; order < c->orders->len; order++) {
		char *head = head_of(w->class, c->orders->pdata[order]);
		unsigned int width = head_width(head) + 1;

		if (k->n == COLUMNS || k->width + width > TEXT_WIDTH) {
			k->left++;
			g_free(head);
			continue;
		}
		k->column[k->n++] = (struct column_of){c, order, head};
		k->width += width;
	}
}

/* The first counted workload of each class, as far as there is room. */
static void find_columns(struct columns *k, const struct results *r)
{
	k->width = 2;
	for (unsigned int v = 0; v < r->run->variants->len; v++)
		k->width = MAX(k->width, strlen(r->run->variants->pdata[v]) + 2);
	for (unsigned int class = 0; class < RING_CLASSES; class ++) {
		for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
			const struct ring_workload *w = r->rings->workloads->pdata[i];

			if (!w->counted || w->class != class)
				continue;
			if (w == counted_of(r->rings, class))
				add_columns(k, w);
			else
				k->left += w->counted->orders->len;
		}
	}
}

static bool is_counted(const struct columns *k, const char *variant)
{
	for (unsigned int i = 0; i < k->n; i++)
		if (name_place(k->column[i].counted->labels, variant) >= 0)
			return true;
	return false;
}

/* Of all columns, over both rings: how dear a variant is; unknown ones are the dearest. */
static double dearness(const struct columns *k, const char *variant)
{
	double sum = 0;
	unsigned int n = 0;

	for (unsigned int i = 0; i < k->n; i++) {
		const struct counted *c = k->column[i].counted;
		int label = name_place(c->labels, variant);

		for (unsigned int ring = 0; label >= 0 && ring < c->rings->len; ring++) {
			double over = order_cost(c, label, ring, k->column[i].order).over;

			sum += isnan(over) ? 0 : over;
			n += !isnan(over);
		}
	}
	return n ? sum / n : INFINITY;
}

/* Is it among the first @rows by cost? off and qemu, which the others are held to, are. */
static bool is_kept(const struct columns *k, const struct results *r, unsigned int v,
		    unsigned int rows)
{
	double own = dearness(k, r->run->variants->pdata[v]);
	unsigned int before = (r->off >= 0) + (r->qemu >= 0);

	if ((int)v == r->off || (int)v == r->qemu)
		return true;
	for (unsigned int i = 0; i < r->run->variants->len; i++) {
		double other = dearness(k, r->run->variants->pdata[i]);

		before += (int)i != r->off && (int)i != r->qemu &&
			  (other < own || (other == own && i < v));
	}
	return before < rows;
}

static void put_cell(struct table *t, const struct column_of *x, const char *variant,
		     const char *ring_name)
{
	const struct counted *c = x->counted;
	int label = name_place(c->labels, variant), ring = name_place(c->rings, ring_name);
	g_autofree char *text = NULL;
	struct cost cost;

	if (label < 0 || ring < 0) {
		table_cell(t, "-");
		return;
	}
	cost = order_cost(c, label, ring, x->order);
	if (label == counted_off(c) && !isnan(cost.value)) {
		table_cell(t, "%s%.0f", cost.agree ? "" : "~", cost.value);
		return;
	}
	text = cost_text(&cost, 0);
	table_cell(t, "%.*s", CELL, text);
}

static struct table *new_table(const struct columns *k)
{
	const char *h[COLUMNS + 1] = {NULL};

	for (unsigned int i = 0; i < k->n; i++)
		h[i] = k->column[i].head;
	return table_new("an element", h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9],
			 h[10], NULL);
}

void put_letter_counted(struct document *out, const struct results *r, const struct room *room)
{
	struct columns k = {.n = 0};
	unsigned int left = 0;
	struct table *t;

	find_columns(&k, r);
	if (!k.n)
		return;
	paragraph(
		out, 0,
		"\nInstructions on the ring (virtqueue_pop and push; rx: pop, fill, flush), off's "
		"and over off; ~: two runs differ by 0.5 %% or more:");
	t = new_table(&k);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		const char *name = r->run->rings->pdata[ring];
		g_autofree char *title = g_strdup_printf("%s ring", name);

		table_group(t, title);
		left = 0;
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const char *variant = r->run->variants->pdata[v];

			if (!is_counted(&k, variant))
				continue;
			if (!is_kept(&k, r, v, room->rows)) {
				left++;
				continue;
			}
			table_cell(t, "%s", variant);
			for (unsigned int i = 0; i < k.n; i++)
				put_cell(t, &k.column[i], variant, name);
		}
	}
	table_print(t, out);
	if (left)
		paragraph(out, 0, "%u more strategies in report-full.txt.", left);
	if (k.left)
		paragraph(out, 0, "%u more orders in report-full.txt.", k.left);
	for (unsigned int i = 0; i < k.n; i++)
		g_free(k.column[i].head);
}
