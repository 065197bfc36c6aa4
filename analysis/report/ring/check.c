// SPDX-License-Identifier: GPL-2.0-or-later
#include "check.h"

#include <math.h>
#include <string.h>

#include "analysis/report/reader.h"

/* What runs may differ by, of their mean: runners/ring/RING.md. */
#define AGREE 0.005

/* Of printed figures: they were written with all their digits. */
#define SAME 1e-9

struct cell_check {
	struct reader *r;
	JsonObject *cell;
	FILE *out;
	const char *workload;
	unsigned int differences;
};

static void differ(struct cell_check *c, const char *what, double file, double runs)
{
	g_autofree char *label = opt_string(c->r, c->cell, "label", "?");
	g_autofree char *ring = opt_string(c->r, c->cell, "ring", "?");
	g_autofree char *order = opt_string(c->r, c->cell, "order", "?");

	c->differences++;
	fprintf(c->out, "%s/%s, %s, %s: %s: its runs say %.9g, the cell %.9g\n", c->workload, label,
		ring, order, what, runs, file);
}

static void hold(struct cell_check *c, const char *what, double file, double runs)
{
	if (isnan(file) && isnan(runs))
		return;
	if (!(fabs(file - runs) <= SAME * fmax(1, fabs(runs))))
		differ(c, what, file, runs);
}

/* Instructions an element of one run; NAN where the function was not called. */
static double of_run(struct reader *r, JsonObject *run, const char *name)
{
	double elements = need_number(r, run, "elements");
	JsonObject *f;

	if (!strcmp(name, "thread"))
		return need_number(r, run, "thread") / elements;
	f = opt_object(r, need_object(r, run, "functions"), name);
	return f ? need_number(r, f, "instructions") / elements : NAN;
}

static void check_cell(struct cell_check *c)
{
	static const char *const names[] = {"virtqueue_pop", "virtqueue_fill", "virtqueue_flush",
					    "virtqueue_push", "thread"};
	JsonObject *figures = need_object(c->r, c->cell, "instructions");
	JsonArray *runs = need_array(c->r, c->cell, "runs");
	unsigned int n = array_length(runs);
	double apart = 0;

	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
		double low = INFINITY, high = -INFINITY, sum = 0;

		for (unsigned int k = 0; k < n; k++) {
			double x = of_run(c->r, array_object(c->r, runs, k, "runs"), names[i]);

			sum += x;
			low = fmin(low, x);
			high = fmax(high, x);
		}
		if (c->r->error)
			return;
		hold(c, names[i], opt_number(c->r, figures, names[i], NAN), sum / n);
		if (sum > 0)
			apart = fmax(apart, (high - low) / (sum / n));
	}
	hold(c, "difference", need_number(c->r, c->cell, "difference"), apart);
	hold(c, "agree", need_bool(c->r, c->cell, "agree"), n > 1 && apart <= AGREE);
}

static bool check_file(const char *path, const char *workload, struct checked *checked, FILE *out,
		       GError **error)
{
	struct reader r;
	JsonObject *top = reader_open(&r, path, NULL);
	JsonArray *cells = opt_array(&r, top, "cells");

	for (unsigned int i = 0; !r.error && i < array_length(cells); i++) {
		struct cell_check c = {.r = &r, .out = out, .workload = workload};
		g_autofree char *state = NULL;

		c.cell = array_object(&r, cells, i, "cells");
		state = need_string(&r, c.cell, "state");
		if (r.error || strcmp(state, "ok"))
			continue;
		check_cell(&c);
		if (c.differences)
			checked->differ++;
		else
			checked->agree++;
	}
	return reader_close(&r, error);
}

bool check_counted(const struct run *run, struct checked *c, FILE *out, GError **error)
{
	for (unsigned int i = 0; i < run->ring_workloads->len; i++) {
		const struct workload *w = run->ring_workloads->pdata[i];
		g_autofree char *path = g_strdup_printf("%s/rings/%s.json", run->dir, w->name);

		if (g_file_test(path, G_FILE_TEST_EXISTS) && !strcmp(w->measure, "count") &&
		    !check_file(path, w->name, c, out, error))
			return false;
	}
	return true;
}
