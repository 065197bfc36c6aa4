// SPDX-License-Identifier: GPL-2.0-or-later
#include "count.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double member(JsonObject *cell, const char *group, const char *name)
{
	JsonObject *g = json_sub(cell, group);

	return g ? json_num(g, name, NAN) : NAN;
}

/* A figure, and, behind it, what it is over @base. */
static void print_figure(JsonObject *cell, JsonObject *base, const char *name)
{
	double x = member(cell, "instructions", name), y = NAN;

	if (base && base != cell)
		y = x - member(base, "instructions", name);
	if (!isfinite(x))
		printf("       -       ");
	else if (isfinite(y))
		printf(" %7.0f %+6.0f", x, y);
	else
		printf(" %7.0f       ", x);
}

bool count_table(JsonNode *root)
{
	JsonObject *o = json_node_get_object(root), *base = NULL;
	JsonArray *cells = json_list(o, "cells"), *left = json_list(o, "left_out");
	const char *title = "";
	bool good = json_array_get_length(left) == 0;
	unsigned int i;

	printf("virtio %s: instructions an element, and over off; %s, by %s\n",
	       json_str(json_sub(o, "load"), "kind", ""),
	       json_flag(o, "iothreads", false) ? "an iothread each" : "in the main loop",
	       json_str(o, "by", ""));
	for (i = 0; i < json_array_get_length(cells); i++) {
		JsonObject *c = json_array_get_object_element(cells, i);
		const char *order = json_str(c, "order", ""), *ring = json_str(c, "ring", "");
		g_autofree char *now = NULL;

		if (strcmp(title, order) || !base || strcmp(json_str(base, "ring", ""), ring)) {
			base = c;
			title = order;
			printf("%s ring, %s\n  %-16s %-15s%-15s%-15s%-15s%-15s%s\n", ring, order,
			       "", "    pop", "   fill", "  flush", "   push", " thread",
			       "stores depth");
		}
		printf("  %-16s", json_str(c, "label", ""));
		if (strcmp(json_str(c, "state", ""), "ok")) {
			good = false;
			printf(" %s: %s\n", json_str(c, "state", ""), json_str(c, "evidence", ""));
			continue;
		}
		print_figure(c, base, "virtqueue_pop");
		print_figure(c, base, "virtqueue_fill");
		print_figure(c, base, "virtqueue_flush");
		print_figure(c, base, "virtqueue_push");
		print_figure(c, base, "thread");
		printf("%s%5.3f %5.1f",
		       json_flag(json_sub(c, "traffic"), "index_stores_exact", false) ? " " : ">",
		       member(c, "traffic", "index_stores"), member(c, "traffic", "depth_mean"));
		if (!json_flag(c, "agree", false) && json_int(o, "runs", 1) > 1)
			printf("  runs differ by %.1f %%", 100 * json_num(c, "difference", 0));
		if (member(c, "traffic", "windows_cut") > 0)
			printf("  %.0f windows cut", member(c, "traffic", "windows_cut"));
		printf("\n");
	}
	for (i = 0; i < json_array_get_length(left); i++) {
		JsonObject *l = json_array_get_object_element(left, i);

		printf("left out: %s, run %d: %s\n", json_str(l, "order", ""),
		       (int)json_int(l, "run", 0), json_str(l, "why", ""));
	}
	return good;
}
