// SPDX-License-Identifier: GPL-2.0-or-later
#include "quiet.h"

#include <math.h>
#include <string.h>

#include "disturbed.h"
#include "analysis/table.h"

#define TRIALS_LISTED 24 /* the rest is in summary.json */
#define ROWS_LISTED 40

void put_settings(struct document *out, const struct run *run)
{
	GString *text = g_string_new(NULL);
	unsigned int vulnerable = 0;

	for (unsigned int i = 0; i < run->settings->len; i++) {
		const char *s = run->settings->pdata[i];

		if (g_str_has_prefix(s, "mitigation of ")) {
			vulnerable += strstr(s, " Vulnerable") != NULL;
			continue;
		}
		/* That there is no such thing is said of what a reader looks for. */
		if (g_str_has_suffix(s, " none") && !g_str_has_prefix(s, "governor"))
			continue;
		g_string_append_printf(text, "%s%s", text->len ? ", " : "", s);
	}
	if (text->len)
		field(out, "set to", "%s, vulnerable %u", text->str, vulnerable);
	if (*run->tuned)
		field(out, "tuned", "%s", run->tuned);
	if (*run->pinned)
		field(out, "pinned", "%s", run->pinned);
	g_string_free(text, TRUE);
}

/* "b01-split-off: others, 0.31 of a processor in randread-tail with probes on" */
static void put_trial(struct document *out, const struct disturbance *d)
{
	if (d->kind == BY_SETTINGS)
		paragraph(out, 2, "- %s: settings: %.200s", d->trial->id, d->trial->changed);
	else
		paragraph(out, 2, "- %s: %s, %.2f in %s with probes %s", d->trial->id,
			  disturbance_name(d->kind), d->share, d->phase->workload,
			  d->phase->probes ? "on" : "off");
}

/* Whether they fell on some variants more than on others. */
static void put_by_variant(struct document *out, const struct results *r)
{
	const struct run *run = r->run;
	GString *text = g_string_new(NULL);

	for (unsigned int v = 0; v < run->variants->len; v++) {
		const char *name = run->variants->pdata[v];
		unsigned int n = 0;

		for (unsigned int i = 0; i < r->disturbed->trials->len; i++) {
			const struct disturbance *d = r->disturbed->trials->pdata[i];

			n += !strcmp(d->trial->variant, name);
		}
		g_string_append_printf(text, "%s%s %u", v ? ", " : "", name, n);
	}
	paragraph(out, 0, "\nOf each variant: %s.", text->str);
	g_string_free(text, TRUE);
}

/* ", 3 of them for want of two blocks": what could not be judged any more; g_free() it. */
static char *wanting_text(const struct disturbed *d)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < d->changes->len; i++)
		n += ((struct changed_verdict *)d->changes->pdata[i])->without->n < 2;
	return n ? g_strdup_printf(", %u of them for want of two blocks", n) : g_strdup("");
}

static void put_changes(struct document *out, const struct results *r)
{
	const struct disturbed *d = r->disturbed;
	g_autofree char *wanting = wanting_text(d);
	struct table *t;

	if (!d->changes->len) {
		paragraph(out, 0, "\nWithout them none of %u verdicts is another one.",
			  d->verdicts);
		return;
	}
	paragraph(out, 0,
		  "\nWithout them %u of %u verdicts are others%s (pairs of blocks in brackets):\n",
		  d->changes->len, d->verdicts, wanting);
	t = table_new("workload", "ring", "variant", "to", "with all", "without", NULL);
	for (unsigned int i = 0; i < MIN(d->changes->len, ROWS_LISTED); i++) {
		const struct changed_verdict *c = d->changes->pdata[i];
		const struct cell *cell = &r->cells[c->cell];

		table_cell(t, "%.16s", workload_of(r, cell)->name);
		table_cell(t, "%.6s", (char *)r->run->rings->pdata[cell->ring]);
		table_cell(t, "%.14s", variant_name(r, cell));
		table_cell(t, "%.6s", r->run->baseline[c->to_qemu]);
		table_cell(t, "%s (%u)", verdict_name(c->with->verdict), c->with->n);
		table_cell(t, "%s (%u)", verdict_name(c->without->verdict), c->without->n);
	}
	table_print(t, out);
	if (d->changes->len > ROWS_LISTED)
		paragraph(out, 0, "%u more in summary.json.", d->changes->len - ROWS_LISTED);
}

void report_quiet(struct document *out, const struct results *r)
{
	const struct disturbed *d = r->disturbed;

	if (!d)
		return;
	paragraph(out, 0,
		  "Trials: %u; with a record of what the host did: %u; on a disturbed host: %u, by "
		  "the rule in Method, which looks at no result; beside a QEMU that was not "
		  "theirs: %u.%s",
		  r->run->trials->len, d->recorded, d->trials->len, d->beside,
		  d->trials->len ? "\n" : "");
	for (unsigned int i = 0; i < MIN(d->trials->len, TRIALS_LISTED); i++)
		put_trial(out, d->trials->pdata[i]);
	if (d->trials->len > TRIALS_LISTED)
		paragraph(out, 0, "%u more in summary.json.", d->trials->len - TRIALS_LISTED);
	if (d->trials->len)
		put_by_variant(out, r);
	if (d->changes)
		put_changes(out, r);
	else if (d->trials->len)
		paragraph(out, 0, "\nNone is left to be judged without them.");
}

void report_quiet_method(struct document *out, const struct results *r, bool boots)
{
	if (!r->disturbed && !boots)
		return;
	paragraph(out, 0,
		  "\nDisturbed: a trial in one of whose phases others can have cost a thread more "
		  "than %.3g %% of one processor's time, the margin of equivalence, for less "
		  "cannot move a rate by as much. Steal: all that the hypervisor took, as if from "
		  "one thread. Others: the processor time of processes that are not the trial's, "
		  "but no more than QEMU's threads waited for a processor; a processor that "
		  "nobody needs is free to others, and the trial's own processes, which on few "
		  "processors wait for each other, are no disturbance. Memory: something waited "
		  "for it. Settings: governor, turbo, SMT, huge pages or mitigations were not "
		  "those at the run's start. The same for all variants; shares are of one "
		  "processor. What others do to caches, memory and clock rates is not seen.%s",
		  100 * r->margin,
		  boots ? " Of a boot without a guest, what a phase is to a trial is the time from "
			  "its first turn's start to its last one's end, and the threads that may "
			  "have waited are the driver's and those that serve devices."
			: "");
}

void add_letter_quiet(GString *text, const struct results *r)
{
	const struct disturbed *d = r->disturbed;
	g_autofree char *wanting = d && d->changes ? wanting_text(d) : NULL;

	if (!d || !d->trials->len)
		return;
	if (!d->changes)
		g_string_append_printf(text,
				       "Every trial, %u, ran on a disturbed host: none is left to "
				       "be judged without them.",
				       d->trials->len);
	else if (d->changes->len || 4 * d->trials->len > d->recorded)
		g_string_append_printf(text,
				       "%u of %u trials ran on a disturbed host; without them %u "
				       "of %u verdicts are others%s.",
				       d->trials->len, r->run->trials->len, d->changes->len,
				       d->verdicts, wanting);
}

static void write_trial(struct writer *w, const struct disturbance *d)
{
	write_inline(w, NULL);
	write_string(w, "trial", d->trial->id);
	write_string(w, "by", disturbance_name(d->kind));
	if (d->phase) {
		write_string(w, "workload", d->phase->workload);
		write_truth(w, "probes", d->phase->probes);
		write_number(w, "share", d->share);
	} else {
		write_string(w, "settings", d->trial->changed);
	}
	write_close(w, '}');
}

static void write_change(struct writer *w, const struct results *r, const struct changed_verdict *c)
{
	const struct cell *cell = &r->cells[c->cell];

	write_inline(w, NULL);
	write_string(w, "workload", workload_of(r, cell)->name);
	write_string(w, "ring", r->run->rings->pdata[cell->ring]);
	write_string(w, "variant", variant_name(r, cell));
	write_string(w, "to", r->run->baseline[c->to_qemu]);
	write_string(w, "verdict", verdict_name(c->with->verdict));
	write_string(w, "without", verdict_name(c->without->verdict));
	write_count(w, "n", c->with->n);
	write_count(w, "n_without", c->without->n);
	write_number(w, "ratio_without", c->without->ratio);
	write_close(w, '}');
}

void write_quiet(struct writer *w, const struct results *r)
{
	const struct disturbed *d = r->disturbed;

	if (!d)
		return;
	write_open(w, "host", '{');
	write_names(w, "settings", r->run->settings);
	write_count(w, "trials_recorded", d->recorded);
	write_count(w, "trials_beside_qemu", d->beside);
	write_number(w, "limit", r->margin);
	write_open(w, "disturbed", '[');
	for (unsigned int i = 0; i < d->trials->len; i++)
		write_trial(w, d->trials->pdata[i]);
	write_close(w, ']');
	write_count(w, "verdicts", d->verdicts);
	write_open(w, "changed", '[');
	for (unsigned int i = 0; d->changes && i < d->changes->len; i++)
		write_change(w, r, d->changes->pdata[i]);
	write_close(w, ']');
	write_close(w, '}');
}
