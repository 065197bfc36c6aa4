// SPDX-License-Identifier: GPL-2.0-or-later
#include "counted-tables.h"

#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "costs.h"

/* So many orders fit beside each other into 72 columns; one less beside long names. */
#define COLUMNS 4
#define SHORT_NAME 13
#define HEAD_WIDTH 13

/* What stands in a cell; g_free() it. */
typedef char *(*text_fn)(const struct counted *c, unsigned int label, unsigned int ring,
			 unsigned int order);

static const char *marks(const struct cost *cost)
{
	if (!cost->exact)
		return cost->agree ? ">" : "~>";
	return cost->agree ? "" : "~";
}

char *share_text(double share)
{
	g_autofree char *per_cent = signed_text(100 * share, 1);

	return isnan(share) ? g_strdup("-") : g_strconcat(per_cent, "%", NULL);
}

char *cost_text(const struct cost *cost, unsigned int digits)
{
	g_autofree char *over = NULL;

	if (strcmp(cost->state, "ok"))
		return g_strndup(cost->state, HEAD_WIDTH);
	over = signed_text(cost->over, digits);
	return isnan(cost->over) ? g_steal_pointer(&over) : g_strconcat(marks(cost), over, NULL);
}

/* "1030  9.7%" of off, "+2293 +21.5%" of another: the share is of off's whole thread. */
static char *device_text(const struct counted *c, unsigned int label, unsigned int ring,
			 unsigned int order)
{
	struct cost cost = order_cost(c, label, ring, order);
	g_autofree char *over = cost_text(&cost, 0), *share = NULL;
	int off = counted_off(c);
	double whole;

	if (strcmp(cost.state, "ok") || isnan(cost.over))
		return g_steal_pointer(&over);
	whole = counted_cell(c, off, ring, order)->figure[COUNT_THREAD];
	if ((int)label == off)
		return g_strdup_printf("%s%.0f %5.1f%%", marks(&cost), cost.value,
				       100 * cost.value / whole);
	share = share_text(cost.over / whole);
	return g_strdup_printf("%s %6s", over, share);
}

static char *traffic_text(const struct counted *c, unsigned int label, unsigned int ring,
			  unsigned int order, enum count_figure figure)
{
	struct cost cost = figure_cost(c, label, ring, order, figure);

	if (strcmp(cost.state, "ok") || isnan(cost.over) || (int)label != counted_off(c))
		return cost_text(&cost, 3);
	return g_strdup_printf("%s%.3f", marks(&cost), cost.value);
}

static char *stores_text(const struct counted *c, unsigned int label, unsigned int ring,
			 unsigned int order)
{
	return traffic_text(c, label, ring, order, COUNT_STORES);
}

static char *entries_text(const struct counted *c, unsigned int label, unsigned int ring,
			  unsigned int order)
{
	return traffic_text(c, label, ring, order, COUNT_ENTRIES);
}

static char *bytes_text(const struct counted *c, unsigned int label, unsigned int ring,
			unsigned int order)
{
	return traffic_text(c, label, ring, order, COUNT_WRITTEN);
}

static unsigned int columns(const struct counted *c)
{
	for (unsigned int i = 0; i < c->labels->len; i++)
		if (strlen(c->labels->pdata[i]) > SHORT_NAME)
			return COLUMNS - 1;
	return COLUMNS;
}

static struct table *new_table(const struct counted *c, const char *what, unsigned int first,
			       unsigned int n)
{
	char *head[COLUMNS + 1] = {NULL};
	struct table *t;

	for (unsigned int i = 0; i < n; i++)
		head[i] = g_strdup_printf(">%.*s", HEAD_WIDTH, (char *)c->orders->pdata[first + i]);
	t = table_new(what, head[0], head[1], head[2], head[3], NULL);
	for (unsigned int i = 0; i < n; i++)
		g_free(head[i]);
	return t;
}

static void put_row(struct table *t, const char *label, char **text, unsigned int n)
{
	table_cell(t, "%s", label);
	for (unsigned int i = 0; i < n; i++)
		table_cell(t, "%s", text[i]);
}

static bool same_row(char *const *a, char *const *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (strcmp(a[i], b[i]))
			return false;
	return true;
}

/* The row that most others are like, where at least three are alike; else -1. */
static int common_row(char ***rows, unsigned int labels, int off, unsigned int n)
{
	unsigned int most = 2;
	int common = -1;

	for (unsigned int i = 0; i < labels; i++) {
		unsigned int alike = 0;

		for (unsigned int j = 0; j < labels; j++)
			alike += (int)j != off && same_row(rows[i], rows[j], n);
		if ((int)i != off && alike > most) {
			most = alike;
			common = i;
		}
	}
	return common;
}

/* Rows of one ring; with @join, those that are alike are one: "all others". */
static void put_rows(struct table *t, const struct counted *c, unsigned int ring,
		     unsigned int first, unsigned int n, text_fn text, bool join)
{
	char ***rows = g_new0(char **, c->labels->len + 1);
	int off = counted_off(c), common;

	for (unsigned int i = 0; i < c->labels->len; i++) {
		rows[i] = g_new0(char *, n + 1);
		for (unsigned int j = 0; j < n; j++)
			rows[i][j] = text(c, i, ring, first + j);
	}
	common = join ? common_row(rows, c->labels->len, off, n) : -1;
	for (unsigned int i = 0; i < c->labels->len; i++)
		if (common < 0 || (int)i == off || !same_row(rows[i], rows[common], n))
			put_row(t, c->labels->pdata[i], rows[i], n);
	if (common >= 0)
		put_row(t, "all others", rows[common], n);
	for (unsigned int i = 0; i < c->labels->len; i++)
		g_strfreev(rows[i]);
	g_free(rows);
}

static void put_group(struct table *t, const struct counted *c, unsigned int ring, const char *what)
{
	g_autofree char *title = g_strdup_printf("%s ring%s", (char *)c->rings->pdata[ring], what);

	table_group(t, title);
}

static void depth_row(struct table *t, const struct counted *c, unsigned int ring,
		      unsigned int first, unsigned int n)
{
	table_cell(t, "(depth)");
	for (unsigned int i = 0; i < n; i++) {
		double depth = order_depth(c, ring, first + i);

		if (isnan(depth))
			table_cell(t, "-");
		else
			table_cell(t, "%.1f       ", depth);
	}
}

void put_device_table(struct document *out, const struct counted *c)
{
	for (unsigned int first = 0; first < c->orders->len; first += columns(c)) {
		unsigned int n = MIN(columns(c), c->orders->len - first);
		struct table *t = new_table(c, "device", first, n);

		if (first)
			blank_line(out);
		for (unsigned int ring = 0; ring < c->rings->len; ring++) {
			put_group(t, c, ring, "");
			depth_row(t, c, ring, first, n);
			put_rows(t, c, ring, first, n, device_text, false);
		}
		table_print(t, out);
	}
}

/* Is there one used entry an element, in all cells that are ok? */
static bool entry_each(const struct counted *c)
{
	for (unsigned int i = 0; i < c->labels->len * c->rings->len * c->orders->len; i++) {
		double entries = c->cells[i].figure[COUNT_ENTRIES];

		if (!isnan(entries) && fabs(entries - 1) > 1e-9)
			return false;
	}
	return true;
}

static bool is_split(const struct counted *c, unsigned int ring)
{
	return !strcmp(c->rings->pdata[ring], "split");
}

void put_traffic_table(struct document *out, const struct counted *c)
{
	static const struct {
		text_fn text;
		const char *what;
	} kinds[] = {{stores_text, ", stores of the used index"},
		     {entries_text, ", used entries"},
		     {bytes_text, ", bytes written"}};
	bool each = entry_each(c);

	for (unsigned int first = 0; first < c->orders->len; first += columns(c)) {
		unsigned int n = MIN(columns(c), c->orders->len - first);
		struct table *t = new_table(c, "ring traffic", first, n);

		if (first)
			blank_line(out);
		for (unsigned int ring = 0; ring < c->rings->len; ring++) {
			for (unsigned int k = 0; k < G_N_ELEMENTS(kinds); k++) {
				/* Then those of a packed ring are 8 bytes, and all. */
				if (each && (kinds[k].text == entries_text ||
					     (kinds[k].text == bytes_text && !is_split(c, ring))))
					continue;
				put_group(t, c, ring, kinds[k].what);
				put_rows(t, c, ring, first, n, kinds[k].text, true);
			}
		}
		table_print(t, out);
	}
	if (each)
		paragraph(out, 0, "Used entries: one an element, of 8 bytes, in all cells.");
}

/* The least or the most reordered order; equal depths: the first. */
static unsigned int extreme_order(const struct counted *c, unsigned int ring, bool most)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < c->orders->len; i++) {
		double depth = order_depth(c, ring, i), known = order_depth(c, ring, best);

		if (isnan(known) || (most ? depth > known : depth < known))
			best = i;
	}
	return best;
}

static void parts_rows(struct table *t, const struct counted *c, unsigned int ring,
		       unsigned int order)
{
	g_autofree char *what = g_strdup_printf(", %s", (char *)c->orders->pdata[order]);
	int off = counted_off(c);

	put_group(t, c, ring, what);
	for (unsigned int i = 0; i < c->labels->len; i++) {
		table_cell(t, "%s", (char *)c->labels->pdata[i]);
		for (unsigned int f = COUNT_POP; f <= COUNT_THREAD; f++) {
			struct cost cost = figure_cost(c, i, ring, order, f);
			g_autofree char *text = cost_text(&cost, 0);

			if ((int)i == off && !isnan(cost.value))
				table_cell(t, "%s%.0f", marks(&cost), cost.value);
			else
				table_cell(t, "%s", text);
		}
	}
}

void put_parts_table(struct document *out, const struct counted *c)
{
	struct table *t =
		table_new("by function", ">pop", ">fill", ">flush", ">push", ">thread", NULL);

	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		unsigned int least = extreme_order(c, ring, false);
		unsigned int most = extreme_order(c, ring, true);

		parts_rows(t, c, ring, least);
		if (most != least)
			parts_rows(t, c, ring, most);
	}
	table_print(t, out);
}
