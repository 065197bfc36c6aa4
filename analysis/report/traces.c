// SPDX-License-Identifier: GPL-2.0-or-later
#include "traces.h"

#include <string.h>

#include "variants/reorder.h"

static const char *strategy_of(const struct results *r, unsigned int variant)
{
	return r->run->strategies->pdata[variant];
}

/* A file of the trial's own folder, and of no other? */
static bool is_plain(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

/* The first trace of a cell whose phase counts, as a path, or NULL. */
static char *first_trace(const struct results *r, const struct cell *c)
{
	for (unsigned int i = 0; i < c->n_samples; i++) {
		const struct sample *s = &c->samples[i];
		char *path;

		if (!s->probed || !is_plain(s->probed_phase->trace))
			continue;
		path = g_build_filename(r->run->dir, "trials", s->trial->id, s->probed_phase->trace,
					NULL);
		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return path;
		g_free(path);
	}
	return NULL;
}

/* Of the variants that are ordered, or that are not: @wanted first, if not NULL. */
static char *pick_trace(const struct results *r, unsigned int w, unsigned int ring, bool ordered,
			const char *wanted)
{
	for (int pass = wanted ? 0 : 1; pass < 2; pass++) {
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const struct cell *c = cell_at(r, w, ring, v);
			char *path;

			if (c->ordered != ordered || (!pass && strcmp(strategy_of(r, v), wanted)))
				continue;
			path = first_trace(r, c);
			if (path)
				return path;
		}
	}
	return NULL;
}

/* As vqreplay calls it, which has no rounds; NULL: not at all. */
static const char *replayed_as(const char *strategy)
{
	const ReorderOps *ops = reorder_variant(strategy, NULL);

	if (!strcmp(strategy, "off") || !strcmp(strategy, "qemu"))
		return strategy;
	return ops ? ops->name : NULL;
}

/* A run may have been made by another build, with strategies that this one lacks. */
static void print_variants(const struct results *r, FILE *out)
{
	fputs("--variant=all", out);
	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const char *strategy = strategy_of(r, v);

		if (replayed_as(strategy))
			fprintf(out, ",%s", replayed_as(strategy));
		else
			fprintf(stderr,
				"vqreport: %s: no such strategy in this build: not replayed\n",
				strategy);
	}
	fputc('\n', out);
}

static bool is_disordered(const struct results *r, unsigned int w)
{
	return share_disordered(r, w) >= IN_ORDER_BELOW; /* false of a NAN */
}

static bool any_disordered(const struct results *r)
{
	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		if (is_disordered(r, w))
			return true;
	return false;
}

unsigned int print_traces(const struct results *r, FILE *out)
{
	bool some = any_disordered(r);
	unsigned int n = 0;

	print_variants(r, out);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		for (unsigned int w = 0; w < r->run->workloads->len; w++) {
			g_autofree char *unordered = NULL, *ordered = NULL;

			if (some && !is_disordered(r, w))
				continue;
			unordered = pick_trace(r, w, ring, false, NULL);
			ordered = pick_trace(r, w, ring, true, "qemu");

			if (ordered)
				fprintf(out, "%s\n", ordered);
			if (unordered)
				fprintf(out, "%s\n", unordered);
			n += (ordered != NULL) + (unordered != NULL);
		}
	}
	return n;
}
