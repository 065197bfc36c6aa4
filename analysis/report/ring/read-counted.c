// SPDX-License-Identifier: GPL-2.0-or-later
#include "counted.h"

#include <math.h>
#include <string.h>

/* Nothing costs so much an element; more would not fit a table either. */
#define FIGURE_MAX 1e9

/* Different names of one kind; each (label, ring, order) has a cell. */
#define NAMES_MAX 64

const char *const count_figure_names[COUNT_FIGURES] = {
	"pop",		"fill",		"flush",      "push",	       "thread",
	"used_entries", "index_stores", "bytes_read", "bytes_written", "depth_mean",
};

static void gap_free(void *data)
{
	struct counted_gap *g = data;

	g_free(g->order);
	g_free(g->why);
	g_free(g);
}

void counted_free(struct counted *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; c->cells && i < c->labels->len * c->rings->len * c->orders->len;
	     i++) {
		g_free(c->cells[i].state);
		g_free(c->cells[i].evidence);
	}
	g_free(c->cells);
	g_ptr_array_free(c->labels, TRUE);
	g_ptr_array_free(c->variants, TRUE);
	g_ptr_array_free(c->rings, TRUE);
	g_ptr_array_free(c->orders, TRUE);
	g_ptr_array_free(c->gaps, TRUE);
	g_free(c->device);
	g_free(c->load);
	g_free(c->disk);
	g_free(c->by);
	g_free(c->qemu);
	g_free(c);
}

static struct counted_cell *cell_at(const struct counted *c, unsigned int label, unsigned int ring,
				    unsigned int order)
{
	return &c->cells[(ring * c->orders->len + order) * c->labels->len + label];
}

const struct counted_cell *counted_cell(const struct counted *c, unsigned int label,
					unsigned int ring, unsigned int order)
{
	return cell_at(c, label, ring, order);
}

/* Its place among @names, which it joins if it is new. */
static unsigned int place(struct reader *r, GPtrArray *names, JsonObject *cell, const char *what)
{
	char *name = need_string(r, cell, what);

	for (unsigned int i = 0; i < names->len; i++) {
		if (!strcmp(names->pdata[i], name)) {
			g_free(name);
			return i;
		}
	}
	if (names->len == NAMES_MAX)
		reader_fail(r, what, "are more than 64 different ones");
	g_ptr_array_add(names, name);
	return names->len - 1;
}

static double figure(struct reader *r, JsonObject *o, const char *name)
{
	double value = opt_number(r, o, name, NAN);

	if (value > FIGURE_MAX)
		reader_fail(r, name, "is too much for one element");
	return value;
}

static void read_figures(struct reader *r, JsonObject *o, struct counted_cell *cell)
{
	static const char *const names[] = {"virtqueue_pop", "virtqueue_fill", "virtqueue_flush",
					    "virtqueue_push", "thread"};
	JsonObject *n = need_object(r, o, "instructions"), *t = need_object(r, o, "traffic");

	for (unsigned int i = COUNT_POP; i <= COUNT_THREAD; i++)
		cell->figure[i] = figure(r, n, names[i]);
	for (unsigned int i = COUNT_ENTRIES; i < COUNT_FIGURES; i++)
		cell->figure[i] = figure(r, t, count_figure_names[i]);
	cell->stores_exact = opt_bool(r, t, "index_stores_exact");
	cell->windows_cut = figure(r, t, "windows_cut");
	cell->difference = figure(r, o, "difference");
	cell->agree = need_bool(r, o, "agree");
}

static void read_cell(struct reader *r, struct counted *c, JsonObject *o)
{
	unsigned int label = place(r, c->labels, o, "label"), ring = place(r, c->rings, o, "ring");
	unsigned int order = place(r, c->orders, o, "order");
	struct counted_cell *cell;

	if (r->error)
		return;
	cell = cell_at(c, label, ring, order);
	if (cell->there)
		reader_fail(r, "cells", "one label, ring and order twice");
	cell->there = true;
	g_free(cell->state);
	g_free(cell->evidence);
	cell->state = need_string(r, o, "state");
	cell->evidence = opt_string(r, o, "evidence", "");
	if (!strcmp(cell->state, "ok"))
		read_figures(r, o, cell);
}

/* What a label stands for is said by its runs; a cell without any stands for itself. */
static char *read_variant(struct reader *r, JsonObject *cell)
{
	JsonArray *runs = opt_array(r, cell, "runs");
	JsonObject *first = array_length(runs) ? array_object(r, runs, 0, "runs") : NULL;
	char *label = need_string(r, cell, "label");
	char *variant = opt_string(r, first, "variant", label);

	g_free(label);
	return variant;
}

/* Names first, since there are as many cells as they make. */
static void read_cells(struct reader *r, struct counted *c, JsonArray *a)
{
	unsigned int n;

	for (unsigned int i = 0; !r->error && i < array_length(a); i++) {
		JsonObject *o = array_object(r, a, i, "cells");

		if (place(r, c->labels, o, "label") == c->variants->len)
			g_ptr_array_add(c->variants, read_variant(r, o));
		place(r, c->rings, o, "ring");
		place(r, c->orders, o, "order");
	}
	if (r->error)
		return;
	n = c->labels->len * c->rings->len * c->orders->len;
	c->cells = g_new0(struct counted_cell, n + 1);
	for (unsigned int i = 0; i < n; i++) {
		c->cells[i].state = g_strdup("not-run");
		c->cells[i].evidence = g_strdup("");
		c->cells[i].difference = NAN;
		for (unsigned int j = 0; j < COUNT_FIGURES; j++)
			c->cells[i].figure[j] = NAN;
	}
	for (unsigned int i = 0; !r->error && i < array_length(a); i++)
		read_cell(r, c, array_object(r, a, i, "cells"));
}

static void read_gaps(struct reader *r, struct counted *c, JsonArray *a)
{
	for (unsigned int i = 0; !r->error && i < array_length(a); i++) {
		JsonObject *o = array_object(r, a, i, "left_out");
		struct counted_gap *g = g_new0(struct counted_gap, 1);

		g->order = opt_string(r, o, "order", "?");
		g->run = opt_count(r, o, "run", 0);
		g->why = opt_string(r, o, "why", "");
		g_ptr_array_add(c->gaps, g);
	}
}

static void read_load(struct reader *r, struct counted *c, JsonObject *o)
{
	c->device = need_string(r, o, "device");
	c->load = need_string(r, o, "kind");
	c->disk = opt_string(r, o, "disk", "");
	c->size = need_count(r, o, "size");
	c->depth = need_count(r, o, "depth");
	c->batch = opt_count(r, o, "batch", 0);
	c->chain = opt_count(r, o, "chain", 0);
	c->segment = opt_count(r, o, "segment", 0);
}

struct counted *read_counted(struct reader *r, JsonObject *top)
{
	struct counted *c = g_new0(struct counted, 1);

	c->labels = g_ptr_array_new_with_free_func(g_free);
	c->variants = g_ptr_array_new_with_free_func(g_free);
	c->rings = g_ptr_array_new_with_free_func(g_free);
	c->orders = g_ptr_array_new_with_free_func(g_free);
	c->gaps = g_ptr_array_new_with_free_func(gap_free);
	read_load(r, c, need_object(r, top, "load"));
	c->by = need_string(r, top, "by");
	c->qemu = opt_string(r, need_object(r, top, "qemu"), "version", "unknown");
	c->iothreads = opt_bool(r, top, "iothreads");
	c->runs = need_count(r, top, "runs");
	read_cells(r, c, need_array(r, top, "cells"));
	read_gaps(r, c, opt_array(r, top, "left_out"));
	if (!r->error)
		return c;
	counted_free(c);
	return NULL;
}
