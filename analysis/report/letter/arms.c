// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the variants are of several QEMUs: what each costs over the one it is held to. */
#include <math.h>
#include <string.h>

#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"
#include "analysis/table.h"
#include "parts.h"

#define TOLD 4 /* variants */

/* "-3 to +30 split, 0 packed": of all orders, or ""; g_free() it. */
static char *spans(const struct counted *c, unsigned int label, unsigned int base)
{
	GString *text = g_string_new(NULL);

	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		double low = NAN, high = NAN;
		g_autofree char *from = NULL, *to = NULL;

		for (unsigned int order = 0; order < c->orders->len; order++) {
			double over = order_cost(c, label, ring, order).value -
				      order_cost(c, base, ring, order).value;

			low = fmin(low, over); /* NAN is nothing */
			high = fmax(high, over);
		}
		if (isnan(low))
			continue;
		from = signed_text(low, 0);
		to = signed_text(high, 0);
		g_string_append_printf(text, "%s%s%s%s %s", text->len ? ", " : "", from,
				       strcmp(from, to) ? " to " : "", strcmp(from, to) ? to : "",
				       (char *)c->rings->pdata[ring]);
	}
	return g_string_free(text, FALSE);
}

/* The label to which @label is held: of those in order the run's second baseline, if any. */
static int base_of(const struct counted *c, const struct run *run, unsigned int label)
{
	int off = counted_off(c), qemu = name_place(c->labels, run->baseline[1]);

	if ((int)label == off || (int)label == qemu)
		return -1;
	return counted_ordered(c, label) && qemu >= 0 ? qemu : off;
}

static void put_class(GString *text, const struct results *r, const struct ring_workload *w)
{
	const struct counted *c = w->counted;
	unsigned int told = 0;

	for (unsigned int label = 0; label < c->labels->len && told < TOLD; label++) {
		int base = base_of(c, r->run, label);
		g_autofree char *over = base < 0 ? NULL : spans(c, label, base);

		if (!over || !*over)
			continue;
		g_string_append_printf(text, "%s%.24s over %.24s: %s",
				       told	   ? "; "
				       : text->len ? ". "
						   : "",
				       (char *)c->labels->pdata[label],
				       (char *)c->labels->pdata[base], over);
		if (!told++)
			g_string_append_printf(text, " (%s %s)", c->device, c->load);
	}
}

bool answer_arms(struct document *out, const struct results *r)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!r->run->arms->len)
		return false;
	for (unsigned int class = 0; class < RING_CLASSES; class ++) {
		const struct ring_workload *w = counted_of(r->rings, class);

		if (w)
			put_class(text, r, w);
	}
	if (!text->len)
		return false;
	field(out, "counted",
	      "Instructions an element on the ring, over all orders. %s. Counts repeat, they are "
	      "not time.",
	      text->str);
	return true;
}

/* "base: 10.0.13 ..., 1a2b"; what each QEMU is, and what it is given. */
void put_arms(struct document *out, const struct run *run, bool whole)
{
	for (unsigned int i = 0; i < run->arms->len; i++) {
		const struct arm *a = run->arms->pdata[i];

		if (*a->no_qemu) {
			field(out, i ? "" : "qemus", "%.24s: none: %.300s", a->label, a->no_qemu);
			continue;
		}
		field(out, i ? "" : "qemus",
		      "%.24s: %.20s%s%.100s%s, sha256 %.12s%s%s%.200s%s%.200s", a->label,
		      a->version, whole ? " (" : "", whole ? a->source : "", whole ? ")" : "",
		      *a->sha256 ? a->sha256 : "unknown", a->hooks ? "" : ", no hooks",
		      *a->props ? ", " : "", a->props, *a->no_probes ? "; not watched: " : "",
		      a->no_probes);
		/* Only what differs: the run's own line says the rest. */
		if (*a->confined && strcmp(a->confined, run->confined))
			field(out, "", "%.24s: confined: %.400s", a->label, a->confined);
	}
}
