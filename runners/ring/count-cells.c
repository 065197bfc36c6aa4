// SPDX-License-Identifier: GPL-2.0-or-later
/* From what the jobs counted to cells: what agrees between runs, over elements. */
#include "count.h"
#include "probes/tool/jsonadd.h"
#include "report.h"

#include <math.h>
#include <string.h>

/* The cell of @label and @ring in one job's result, or NULL. */
static JsonObject *find_cell(const struct job *j, const char *label, const char *ring)
{
	JsonArray *cells = j->result ? json_list(json_node_get_object(j->result), "cells") : NULL;
	unsigned int i;

	for (i = 0; cells && i < json_array_get_length(cells); i++) {
		JsonObject *c = json_array_get_object_element(cells, i);

		if (!strcmp(json_str(c, "label", ""), label) &&
		    !strcmp(json_str(c, "ring", ""), ring))
			return c;
	}
	return NULL;
}

static const char *const shown[] = {"virtqueue_pop", "virtqueue_fill", "virtqueue_flush",
				    "virtqueue_push", "thread"};

/* Instructions an element in a function, or in all of the thread; NAN if not known. */
static double figure(JsonObject *cell, const char *name)
{
	double elements = json_num(cell, "elements", 0), n = -1;
	JsonObject *f = json_sub(cell, "functions");

	if (!strcmp(name, "thread"))
		n = json_num(cell, "thread", -1);
	else if (f && json_sub(f, name))
		n = json_num(json_sub(f, name), "instructions", -1);
	return elements > 0 && n >= 0 ? n / elements : NAN;
}

/* Means over the runs, and how far they are apart. */
static void add_figures(JsonBuilder *b, GPtrArray *runs)
{
	double worst = 0;
	unsigned int i, k;

	json_builder_set_member_name(b, "instructions");
	json_builder_begin_object(b);
	for (i = 0; i < G_N_ELEMENTS(shown); i++) {
		double low = INFINITY, high = -INFINITY, sum = 0;

		for (k = 0; k < runs->len; k++) {
			double x = figure(runs->pdata[k], shown[i]);

			sum += x;
			low = fmin(low, x);
			high = fmax(high, x);
		}
		add_double(b, shown[i], sum / runs->len);
		if (sum > 0)
			worst = fmax(worst, (high - low) / (sum / runs->len));
	}
	json_builder_end_object(b);
	add_double(b, "difference", worst);
	json_builder_set_member_name(b, "agree");
	json_builder_add_boolean_value(b, runs->len > 1 && worst <= COUNT_AGREE);
}

/*
 * Stores of the used index an element, or what comes next to it: how often the driver saw
 * it move, which is at most as often, and *@exact is false.
 */
static double index_stores(JsonObject *run, bool *exact)
{
	JsonObject *s = json_sub(run, "ring_sums");
	double n = json_num(run, "used_flushes", 0);

	*exact = n > 0;
	if (*exact)
		return n / json_num(run, "elements", 0);
	return json_num(s, "index_moves_seen", 0) / json_num(s, "used", 0);
}

/*
 * What an element costs the ring.  Bytes written are those of the stores that were made,
 * and not of the moves that the driver happened to see: on a packed ring an entry's 8 are
 * all, on a split one each store of the index adds 2.
 */
static void add_traffic(JsonBuilder *b, JsonObject *run)
{
	JsonObject *s = json_sub(run, "ring_sums");
	double used = json_num(s, "used", 0), stores, entries;
	bool exact, split = !strcmp(json_str(run, "ring", ""), "split");

	stores = index_stores(run, &exact);
	entries = json_num(s, "used_entries", 0) / used;
	json_builder_set_member_name(b, "traffic");
	json_builder_begin_object(b);
	add_double(b, "used_entries", entries);
	add_double(b, "index_stores", stores);
	json_builder_set_member_name(b, "index_stores_exact");
	json_builder_add_boolean_value(b, exact);
	add_double(b, "bytes_read", json_num(s, "bytes_read_by_device", 0) / used);
	add_double(b, "bytes_written", 8 * entries + (split ? 2 * stores : 0));
	add_double(b, "depth_mean", json_num(s, "depth_mean", 0));
	add_double(b, "windows_cut", json_num(run, "windows_cut", 0));
	json_builder_end_object(b);
}

static void add_cell(JsonBuilder *b, GPtrArray *jobs, const char *order, const struct device *d,
		     const char *ring)
{
	const char *label = d->label;
	g_autoptr(GPtrArray) runs = g_ptr_array_new();
	JsonObject *caught = NULL;
	unsigned int i;

	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];
		JsonObject *c = strcmp(j->order, order) ? NULL : find_cell(j, label, ring);

		if (c && strcmp(json_str(c, "state", ""), "ok"))
			caught = c;
		else if (c)
			g_ptr_array_add(runs, c);
	}
	if (!caught && !runs->len)
		return;
	json_builder_begin_object(b);
	json_builder_set_member_name(b, "label");
	json_builder_add_string_value(b, label);
	json_builder_set_member_name(b, "variant");
	json_builder_add_string_value(b, d->variant);
	json_builder_set_member_name(b, "ring");
	json_builder_add_string_value(b, ring);
	json_builder_set_member_name(b, "order");
	json_builder_add_string_value(b, order);
	json_builder_set_member_name(b, "state");
	json_builder_add_string_value(b, caught ? json_str(caught, "state", "") : "ok");
	if (caught) {
		json_builder_set_member_name(b, "evidence");
		json_builder_add_string_value(b, json_str(caught, "evidence", ""));
	} else {
		add_figures(b, runs);
		add_traffic(b, runs->pdata[0]);
	}
	json_builder_set_member_name(b, "runs");
	json_builder_begin_array(b);
	for (i = 0; i < runs->len; i++) {
		JsonNode *n = json_node_new(JSON_NODE_OBJECT);

		json_node_set_object(n, runs->pdata[i]);
		json_builder_add_value(b, n);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void add_lacking(JsonBuilder *b, char **orders)
{
	for (; orders && *orders; orders++) {
		if (!strcmp(*orders, ORDER_NATURAL))
			continue;
		json_builder_begin_object(b);
		json_builder_set_member_name(b, "order");
		json_builder_add_string_value(b, *orders);
		json_builder_set_member_name(b, "run");
		json_builder_add_int_value(b, 0);
		json_builder_set_member_name(b, "why");
		json_builder_add_string_value(b, "this QEMU has no x-order");
		json_builder_end_object(b);
	}
}

static void add_left_out(JsonBuilder *b, const struct options *o, GPtrArray *jobs)
{
	unsigned int i;

	json_builder_set_member_name(b, "left_out");
	json_builder_begin_array(b);
	add_lacking(b, o->orders_lacking);
	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];

		if (!j->failed)
			continue;
		json_builder_begin_object(b);
		json_builder_set_member_name(b, "order");
		json_builder_add_string_value(b, j->order);
		json_builder_set_member_name(b, "run");
		json_builder_add_int_value(b, j->run);
		json_builder_set_member_name(b, "why");
		json_builder_add_string_value(b, j->failed);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

JsonNode *count_merge(const struct options *o, GPtrArray *jobs, const char *valgrind)
{
	g_autoptr(GPtrArray) devices = options_devices(o, o->variants);
	g_autoptr(JsonBuilder) b = json_builder_new();
	unsigned int i, k, r;
	bool iothreads = false;

	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];

		if (j->result)
			iothreads |= json_flag(json_node_get_object(j->result), "iothreads", false);
	}
	report_begin(b, o, "count");
	json_builder_set_member_name(b, "iothreads");
	json_builder_add_boolean_value(b, iothreads);
	json_builder_set_member_name(b, "by");
	json_builder_add_string_value(b, valgrind);
	json_builder_set_member_name(b, "runs");
	json_builder_add_int_value(b, o->runs);
	json_builder_set_member_name(b, "order_seed");
	json_builder_add_int_value(b, o->order_seed);
	json_builder_set_member_name(b, "cells");
	json_builder_begin_array(b);
	for (r = 0; o->rings[r]; r++)
		for (k = 0; o->orders[k]; k++)
			for (i = 0; i < devices->len; i++)
				add_cell(b, jobs, o->orders[k], devices->pdata[i], o->rings[r]);
	json_builder_end_array(b);
	add_left_out(b, o, jobs);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}
