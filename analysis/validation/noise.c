// SPDX-License-Identifier: GPL-2.0-or-later
#include "noise.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "analysis/report/results.h"
#include "analysis/report/ring/timed.h"
#include "probes/tool/interval.h"

#define MARGIN 0.05 /* of verdicts that nobody reads here */

static struct noise *noise_new(const char *name, unsigned int blocks, unsigned int pairs)
{
	struct noise *n = g_new0(struct noise, 1);

	n->name = g_strdup(name);
	n->measured = true;
	n->blocks = blocks;
	n->pairs = pairs;
	n->x = g_new(double, blocks *pairs + 1);
	return n;
}

void noise_free(struct noise *n)
{
	if (!n)
		return;
	g_free(n->name);
	g_free(n->x);
	g_free(n->usable);
	g_free(n);
}

/* NULL, with @error, if there is nothing to draw from. */
static struct noise *finish(struct noise *n, const char *where, GError **error)
{
	n->usable = g_new(double, n->blocks * n->pairs + 1);
	for (unsigned int i = 0; i < n->blocks * n->pairs; i++)
		if (isfinite(n->x[i]))
			n->usable[n->n++] = n->x[i];
		else
			n->x[i] = NAN;
	if (n->n >= 2)
		return n;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "%s: %s: no two ratios of off to off in it", where, n->name);
	noise_free(n);
	return NULL;
}

double noise_sd(const struct noise *n)
{
	double squares = 0;

	for (unsigned int i = 0; i < n->n; i++)
		squares += n->usable[i] * n->usable[i];
	return sqrt(squares / n->n);
}

static double boot_ratio(const struct timed *t, unsigned int boot, unsigned int label)
{
	const struct timed_device *a = timed_device(t, boot, label);
	const struct timed_device *b = timed_device(t, boot, label + 1);

	return a->rate && b->rate ? rounds_log_ratio(a->rate, b->rate, MIN(a->turns, b->turns))
				  : NAN;
}

struct noise *noise_of_ring(const char *file, GError **error)
{
	struct reader r = {};
	struct timed *t = timed_new();
	JsonObject *top = reader_open(&r, file, NULL);
	struct noise *n = NULL;

	if (top)
		timed_add(t, &r, top, 1);
	for (unsigned int i = 0; i < t->variants->len && !r.error; i++)
		if (strcmp(t->variants->pdata[i], "off"))
			reader_fail(&r, t->variants->pdata[i], "is not off");
	if (!reader_close(&r, error)) {
		timed_free(t);
		return NULL;
	}
	n = noise_new("a ring", t->boots->len, t->labels->len / 2);
	for (unsigned int b = 0; b < n->blocks; b++)
		for (unsigned int p = 0; p < n->pairs; p++)
			n->x[b * n->pairs + p] = boot_ratio(t, b, 2 * p);
	timed_free(t);
	return finish(n, file, error);
}

/* The cells of a workload, on the run's first ring, whose strategy is off. */
static unsigned int off_cells(const struct results *r, unsigned int workload, struct cell **cells)
{
	unsigned int n = 0;

	for (unsigned int v = 0; v < r->run->variants->len; v++)
		if (!strcmp(r->run->strategies->pdata[v], "off") && cell_at(r, workload, 0, v)->ok)
			cells[n++] = cell_at(r, workload, 0, v);
	return n;
}

static struct noise *within_blocks(const char *name, struct cell **cells, unsigned int n_cells)
{
	struct noise *n = noise_new(name, cells[0]->n_samples, n_cells / 2);

	for (unsigned int b = 0; b < n->blocks; b++)
		for (unsigned int p = 0; p < n->pairs; p++)
			n->x[b * n->pairs + p] = log(cells[2 * p]->samples[b].throughput /
						     cells[2 * p + 1]->samples[b].throughput);
	return n;
}

/* Each block with each: more than blocks differ by, and no two blocks apart. */
static struct noise *between_blocks(const char *name, const struct cell *c)
{
	unsigned int blocks = c->n_samples, k = 0;
	struct noise *n = noise_new(name, blocks * (blocks - 1) / 2, 1);

	n->measured = false;
	for (unsigned int i = 1; i < blocks; i++)
		for (unsigned int j = 0; j < i; j++)
			n->x[k++] = log(c->samples[i].throughput / c->samples[j].throughput);
	return n;
}

GPtrArray *noise_of_run(const char *dir, GError **error)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)noise_free);
	struct run *run = load_run(dir, error);
	struct results *r = run ? compute(run, MARGIN) : NULL;
	g_autofree struct cell **cells = NULL;

	cells = run ? g_new(struct cell *, run->variants->len + 1) : NULL;
	for (unsigned int w = 0; r && w < run->workloads->len; w++) {
		const struct workload *workload = run->workloads->pdata[w];
		unsigned int n = off_cells(r, w, cells);
		struct noise *noise = NULL;

		if (n && (n > 1 || cells[0]->ok > 2))
			noise = finish(n > 1 ? within_blocks(workload->name, cells, n)
					     : between_blocks(workload->name, cells[0]),
				       dir, NULL);
		if (!noise)
			continue;
		noise->guest = true;
		g_ptr_array_add(list, noise);
	}
	if (r && !list->len)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "%s: no workload in a guest ran with off more than once", dir);
	results_free(r);
	run_free(run);
	if (list->len)
		return list;
	g_ptr_array_free(list, TRUE);
	return NULL;
}
