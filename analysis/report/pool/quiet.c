// SPDX-License-Identifier: GPL-2.0-or-later
#include "quiet.h"

#include <math.h>
#include <string.h>

#include "analysis/report/host/disturbed.h"
#include "analysis/table.h"
#include "family.h"

#define TRIALS_LISTED 6 /* of a run; its own report has the others */
#define ROWS_LISTED 40

/* "3 of 60 trials on a disturbed host: b01-split-off (others), ..." */
static void put_host(struct document *out, unsigned int number, const struct results *r,
		     const struct disturbed *d)
{
	g_autofree char *name = g_strdup_printf("%u", number);
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned int trials = r->run->trials->len;

	if (!d) {
		field(out, name, "not known: the run has no record of what its host did");
		return;
	}
	for (unsigned int i = 0; i < MIN(d->trials->len, TRIALS_LISTED); i++) {
		const struct disturbance *one = d->trials->pdata[i];

		g_string_append_printf(text, "%s%.60s (%s)", i ? ", " : ": ", one->trial->id,
				       disturbance_name(one->kind));
	}
	if (d->trials->len > TRIALS_LISTED)
		g_string_append_printf(text, " and %u more, which its own report tells",
				       d->trials->len - TRIALS_LISTED);
	if (d->recorded < trials)
		g_string_append_printf(text, "; %u trials have no record", trials - d->recorded);
	field(out, name, "%u of %u trials on a disturbed host%s", d->trials->len, trials,
	      text->str);
}

/* The word of @variant in @f; NULL: none of it is left. */
static const char *word_of(const struct family *f, unsigned int variant, double margin)
{
	for (unsigned int i = 0; i < f->n; i++)
		if (f->variant[i] == variant)
			return common_word(&f->c[i], margin);
	return NULL;
}

struct changes {
	struct table *table;
	unsigned int verdicts, changed;
};

static void compare_family(struct changes *to, const struct results *first,
			   const struct family *all, const struct family *rest,
			   unsigned int workload, unsigned int ring)
{
	for (unsigned int i = 0; i < all->n; i++) {
		const char *with = common_word(&all->c[i], first->margin);
		const char *without = word_of(rest, all->variant[i], first->margin);

		/* That is no verdict, and none can be lost. */
		if (!strcmp(with, "no interval"))
			continue;
		to->verdicts++;
		if (!g_strcmp0(with, without) || ++to->changed > ROWS_LISTED)
			continue;
		table_cell(to->table, "%.16s",
			   ((struct workload *)first->run->workloads->pdata[workload])->name);
		table_cell(to->table, "%.6s", (char *)first->run->rings->pdata[ring]);
		table_cell(to->table, "%.14s",
			   (char *)first->run->variants->pdata[all->variant[i]]);
		table_cell(to->table, "%s", with);
		table_cell(to->table, "%s", without ? without : "none left");
	}
}

/* @rest: @r without the disturbed trials. */
static void put_changes(struct document *out, struct results *const *r, struct results *const *rest,
			unsigned int n)
{
	const struct results *first = r[0];
	struct changes to = {table_new("workload", "ring", "variant", "with all", "without", NULL),
			     0, 0};

	for (unsigned int g = 0; first->off >= 0 && g < first->run->rings->len; g++)
		for (unsigned int w = 0; w < first->run->workloads->len; w++) {
			struct family all = pool_family(first, r, n, w, g);
			struct family left = pool_family(first, rest, n, w, g);

			compare_family(&to, first, &all, &left, w, g);
			family_clear(&all);
			family_clear(&left);
		}
	if (to.changed) {
		paragraph(out, 0, "\nWithout them %u of the %u verdicts above are others:\n",
			  to.changed, to.verdicts);
		table_print(to.table, out);
	} else {
		table_free(to.table);
		paragraph(out, 0, "\nWithout them none of the %u verdicts above is another one.",
			  to.verdicts);
	}
	if (to.changed > ROWS_LISTED)
		paragraph(out, 0, "And %u more.", to.changed - ROWS_LISTED);
}

/* What is left of each run, into @rest; false: of one nothing, which @out is told. */
static bool list_rest(struct document *out, struct results *const *r, struct disturbed *const *d,
		      unsigned int n, struct results **rest)
{
	for (unsigned int i = 0; i < n; i++) {
		rest[i] = d[i] && d[i]->trials->len ? d[i]->without : r[i];
		if (rest[i])
			continue;
		paragraph(out, 0, "\nOf run %u no trial is left to be judged without them.", i + 1);
		return false;
	}
	return true;
}

void pool_quiet(struct document *out, struct results *const *r, unsigned int n)
{
	g_autofree struct disturbed **d = g_new0(struct disturbed *, n);
	g_autofree struct results **rest = g_new0(struct results *, n);
	unsigned int recorded = 0, disturbed = 0;

	for (unsigned int i = 0; i < n; i++) {
		d[i] = find_disturbed(r[i]);
		recorded += d[i] != NULL;
		disturbed += d[i] ? d[i]->trials->len : 0;
	}
	if (recorded)
		heading(out, '-', "Were the hosts quiet?");
	for (unsigned int i = 0; recorded && i < n; i++)
		put_host(out, i + 1, r[i], d[i]);
	if (disturbed && list_rest(out, r, d, n, rest))
		put_changes(out, r, rest, n);
	for (unsigned int i = 0; i < n; i++)
		disturbed_free(d[i]);
}
