// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "analysis/report/report.h"
#include "parts.h"

/* What a mail has room for of a reason, which may be a page of what a guest said. */
#define ITEM_LENGTH 180

/* An item of a list, cut. */
static void put_item(struct document *out, const char *text)
{
	paragraph(out, 2, "- %.*s%s", ITEM_LENGTH, text, strlen(text) > ITEM_LENGTH ? "..." : "");
}

void put_letter_findings(struct document *out, const struct results *r, const struct room *room)
{
	g_autoptr(GPtrArray) list = list_findings(r, true);

	if (!list->len)
		return;
	paragraph(out, 0, "FINDINGS: no figure below outweighs %s.",
		  list->len == 1 ? "this" : "these");
	for (unsigned int i = 0; i < MIN(list->len, room->findings); i++)
		put_item(out, list->pdata[i]);
	if (list->len > room->findings)
		paragraph(out, 0, "%u more in report-full.txt.", list->len - room->findings);
	blank_line(out);
}

/* "watched  N elements of ordered queues, ..." */
static void put_watched(struct document *out, const struct results *r)
{
	uint64_t elements = 0, violations = 0, lost = 0;
	unsigned int probed = 0;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!c->planned)
			continue;
		probed += c->probed;
		lost += c->lost;
		elements += c->ordered ? c->elements : 0;
		violations += c->ordered ? c->violations : 0;
	}
	if (probed)
		field(out, "watched",
		      "%" PRIu64 " elements in order: %" PRIu64 " violations, %" PRIu64
		      " events lost.",
		      elements, violations, lost);
}

void put_letter_watched(struct document *out, const struct results *r, const struct room *room)
{
	const GPtrArray *never = r->run->left_out;

	put_watched(out, r);
	for (unsigned int i = 0; i < MIN(never->len, room->items); i++) {
		const struct left_out *l = never->pdata[i];
		g_autofree char *text = g_strdup_printf("%s, %s ring, never started: %s",
							l->variant, l->ring, l->why);

		put_item(out, text);
	}
	if (never->len > room->items)
		paragraph(out, 0, "%u more never started.", never->len - room->items);
	if (r->exclusions->len)
		field(out, "left out", "%u trial%s or phase%s, in no ratio.", r->exclusions->len,
		      r->exclusions->len == 1 ? "" : "s", r->exclusions->len == 1 ? "" : "s");
}
