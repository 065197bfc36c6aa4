// SPDX-License-Identifier: GPL-2.0-or-later
/* What no figure outweighs, before all of them: devices that stopped, or broke the order. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "report.h"
#include "replayed.h"
#include "analysis/document.h"
#include "analysis/report/ring/rings.h"

static void add(GPtrArray *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *list, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(list, g_strdup_vprintf(format, args));
	va_end(args);
}

/* "qemu, split ring: stalled in 2 of 6 boots, first in b01-split-qemu: WHY" */
static void list_trials(GPtrArray *list, const struct results *r, const char *state,
			unsigned int ring, unsigned int variant)
{
	const char *ring_name = r->run->rings->pdata[ring];
	const char *name = r->run->variants->pdata[variant];
	const struct trial *first = NULL;
	unsigned int boots = 0, found = 0;

	for (unsigned int i = 0; i < r->run->trials->len; i++) {
		const struct trial *t = r->run->trials->pdata[i];

		if (strcmp(t->ring, ring_name) || strcmp(t->variant, name))
			continue;
		boots++;
		if (strcmp(t->state, state))
			continue;
		found++;
		first = first ?: t;
	}
	if (!first)
		return;
	add(list, "%s, %s ring: %s in %u of %u boot%s, first in %s: %s", name, ring_name, state,
	    found, boots, boots == 1 ? "" : "s", first->id,
	    *first->reason ? first->reason : "no reason given");
}

static void list_violations(GPtrArray *list, const struct results *r)
{
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!c->ordered || !c->violations)
			continue;
		add(list,
		    "%s, %s ring, %s: %" PRIu64 " of %" PRIu64 " elements were published "
		    "before an older one.",
		    variant_name(r, c), (char *)r->run->rings->pdata[c->ring],
		    workload_of(r, c)->name, c->violations, c->elements);
	}
}

static void list_counted(GPtrArray *list, const struct ring_workload *w)
{
	const struct counted *c = w->counted;

	for (unsigned int label = 0; c && label < c->labels->len; label++) {
		for (unsigned int ring = 0; ring < c->rings->len; ring++) {
			const struct counted_cell *first = NULL;
			const char *order = NULL;
			unsigned int found = 0;

			for (unsigned int o = 0; o < c->orders->len; o++) {
				const struct counted_cell *cell = counted_cell(c, label, ring, o);

				if (!cell->there || !strcmp(cell->state, "ok"))
					continue;
				found++;
				if (!first)
					order = c->orders->pdata[o];
				first = first ?: cell;
			}
			if (!first)
				continue;
			add(list, "%s, %s ring, %s: %s in %u of %u orders, first in %s: %.600s",
			    (char *)c->labels->pdata[label], (char *)c->rings->pdata[ring],
			    w->workload->name, first->state, found, c->orders->len, order,
			    *first->evidence ? first->evidence : "no evidence given");
		}
	}
}

static void list_timed(GPtrArray *list, const struct timed *t, const char *ring,
		       const char *workload)
{
	for (unsigned int label = 0; t && label < t->labels->len; label++) {
		const struct timed_device *first = NULL;
		unsigned int found = 0;

		for (unsigned int b = 0; b < t->boots->len; b++) {
			const struct timed_device *d = timed_device(t, b, label);

			if (!d->there || !strcmp(d->state, "ok"))
				continue;
			found++;
			first = first ?: d;
		}
		if (!first)
			continue;
		add(list, "%s, %s ring, %s: %s in %u of %u boot%s, first: %s%s%.600s",
		    (char *)t->labels->pdata[label], ring, workload, first->state, found,
		    t->boots->len, t->boots->len == 1 ? "" : "s", first->rule,
		    *first->rule ? ": " : "",
		    *first->evidence ? first->evidence : "no evidence given");
	}
}

static void list_rings(GPtrArray *list, const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		list_counted(list, w);
		for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++)
			list_timed(list, w->timed->pdata[ring], r->run->rings->pdata[ring],
				   w->workload->name);
	}
}

static void list_replayed(GPtrArray *list, const struct replayed *r)
{
	for (unsigned int i = 0; r && i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];

		for (unsigned int v = 0; v < s->n; v++) {
			if (!*s->variants[v].wrong)
				continue;
			add(list, "%s, replayed: wrong order: %s", (char *)r->names->pdata[v],
			    s->variants[v].wrong);
		}
	}
}

/* Of counting boots, which belong to no block. */
static void list_counting(GPtrArray *list, const struct run *run)
{
	for (unsigned int i = 0; i < run->counting->len; i++) {
		const struct trial *t = run->counting->pdata[i];

		if (strcmp(t->state, "ok"))
			add(list, "%s, %s ring: %s in its counting boot: %s", t->variant, t->ring,
			    t->state, *t->reason ? t->reason : "no reason given");
	}
}

GPtrArray *list_findings(const struct results *r, bool gates)
{
	/* The worst first; of the latter two, gates fell or nothing ran. */
	static const char *const states[] = {"stalled", "crashed", "invalid", "failed-to-start"};
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int s = 0; s < G_N_ELEMENTS(states); s++) {
		if (s == 2) {
			list_violations(list, r);
			list_rings(list, r);
			list_replayed(list, r->replayed);
		}
		for (unsigned int v = 0; v < r->run->variants->len && (s < 2 || gates); v++)
			for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
				list_trials(list, r, states[s], ring, v);
	}
	if (gates)
		list_counting(list, r->run);
	return list;
}

bool report_findings(struct document *out, const struct results *r)
{
	g_autoptr(GPtrArray) list = list_findings(r, false);

	if (list->len)
		heading(out, '*', "Findings");
	for (unsigned int i = 0; i < list->len; i++)
		paragraph(out, 2, "- %s", (char *)list->pdata[i]);
	return list->len;
}
