// SPDX-License-Identifier: GPL-2.0-or-later
#include "baseline.h"

#include <string.h>

#include "analysis/table.h"

/* Not "probes off": what stands before it tells which is meant.  A gnuplot string has ''s. */
#define MEANS_OFF "(\\b(?:to|To|over|of|with|against|For|no|own|named)\\s+)off\\b"
#define OFF_S "\\boff(?='{1,2}s\\b| itself\\b)|(?:^|(?<='))off(?=: )"
#define MEANS_QEMU "(\\b(?:to|To)\\s+)qemu\\b"

static char *replace(char *text, const char *pattern, const char *before, const char *label)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autofree char *with = g_strconcat(before, label, NULL), *old = text;

	/* A label is of a-z, 0-9 and -, where nothing is special. */
	return g_regex_replace(regex, old, -1, 0, with, 0, NULL);
}

char *baseline_words(const struct run *run, const char *text)
{
	const char *off = run->baseline[0], *qemu = run->baseline[1];
	char *all = g_strdup(text);

	if (strcmp(off, "off")) {
		all = replace(all, MEANS_OFF, "\\1", off);
		all = replace(all, OFF_S, "", off);
	}
	if (strcmp(qemu, "qemu"))
		all = replace(all, MEANS_QEMU, "\\1", qemu);
	return all;
}

static void rename_text(const struct run *run, char **text)
{
	g_autofree char *old = *text;

	if (old)
		*text = baseline_words(run, old);
}

void baseline_document(const struct run *run, struct document *d)
{
	if (!strcmp(run->baseline[0], "off") && !strcmp(run->baseline[1], "qemu"))
		return;
	for (unsigned int i = 0; i < d->blocks->len; i++) {
		struct block *b = d->blocks->pdata[i];

		rename_text(run, &b->text);
		for (unsigned int k = 0; b->table && k < b->table->n; k++)
			rename_text(run, &b->table->columns[k].head);
		for (unsigned int k = 0; b->table && k < b->table->cells->len; k++)
			rename_text(run, (char **)&b->table->cells->pdata[k]);
	}
}
