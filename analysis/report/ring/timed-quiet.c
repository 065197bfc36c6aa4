// SPDX-License-Identifier: GPL-2.0-or-later
#include "timed-quiet.h"

#include <math.h>
#include <string.h>

#include "analysis/report/host/disturbed.h"
#include "analysis/report/host/quiet.h"
#include "analysis/table.h"
#include "rings.h"
#include "time.h"

#define BOOTS_LISTED 24 /* the rest is in summary.json */
#define ROWS_LISTED 40

/* A ratio to off by all boots, and by those that nobody disturbed. */
struct side_pair {
	unsigned int label;
	struct block_ratio with, without;
};

/* What is known of the boots of one workload on one ring. */
struct judged {
	const struct timed *t;
	unsigned int recorded, beside, disturbed;
	bool *out;		     /* by boot: it is disturbed */
	enum disturbance_kind *kind; /* of these */
	double *share;
	unsigned int ratios; /* that have an interval */
	GArray *changed;     /* struct side_pair, of these: on another side of 1 */
};

static int side(const struct block_ratio *x)
{
	return (x->lo > 1) - (x->hi < 1);
}

static const char *side_name(const struct block_ratio *x)
{
	static const char *const names[] = {"below 1", "unresolved", "above 1"};

	return names[side(x) + 1];
}

static bool judge_boot(const struct timed_boot *b, double limit, enum disturbance_kind *kind,
		       double *share)
{
	*kind = BY_SETTINGS;
	*share = NAN;
	return *b->changed || disturbed_period((const struct meanwhile *const *)b->host->pdata,
					       b->host->len, limit, kind, share) >= 0;
}

static void judge_ratios(struct judged *j)
{
	int off = timed_off(j->t);

	for (unsigned int label = 0; off >= 0 && label < j->t->labels->len; label++) {
		struct side_pair s = {label, {0, NAN, NAN, NAN}, {0, NAN, NAN, NAN}};

		if ((int)label == off)
			continue;
		s.with = ring_ratio(j->t, label, off);
		s.without = ring_ratio_without(j->t, label, off, j->out);
		j->ratios += !isnan(s.with.lo);
		if (side(&s.with) != side(&s.without))
			g_array_append_val(j->changed, s);
	}
}

static struct judged judge_boots(const struct timed *t, double limit)
{
	struct judged j = {.t = t};

	j.out = g_new0(bool, t->boots->len + 1);
	j.kind = g_new0(enum disturbance_kind, t->boots->len + 1);
	j.share = g_new0(double, t->boots->len + 1);
	j.changed = g_array_new(FALSE, FALSE, sizeof(struct side_pair));
	for (unsigned int i = 0; i < t->boots->len; i++) {
		const struct timed_boot *b = t->boots->pdata[i];

		j.recorded += b->host->len || *b->changed;
		j.beside += b->other_qemus > 0;
		j.out[i] = judge_boot(b, limit, &j.kind[i], &j.share[i]);
		j.disturbed += j.out[i];
	}
	judge_ratios(&j);
	return j;
}

static void judged_clear(struct judged *j)
{
	g_free(j->out);
	g_free(j->kind);
	g_free(j->share);
	g_array_free(j->changed, TRUE);
}

/* Calls @visit for each workload and ring that has boots. */
static void for_each(const struct results *r,
		     void (*visit)(const struct judged *j, const char *workload, const char *ring,
				   void *data),
		     void *data)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++) {
			const struct timed *t = w->timed->pdata[ring];
			struct judged j;

			if (!t || !t->boots->len)
				continue;
			j = judge_boots(t, r->margin);
			visit(&j, w->workload->name, r->run->rings->pdata[ring], data);
			judged_clear(&j);
		}
	}
}

struct totals {
	unsigned int boots, recorded, beside, disturbed, ratios, changed;
};

static void add_up(const struct judged *j, const char *workload, const char *ring, void *data)
{
	struct totals *sum = data;

	sum->boots += j->t->boots->len;
	sum->recorded += j->recorded;
	sum->beside += j->beside;
	sum->disturbed += j->disturbed;
	sum->ratios += j->ratios;
	sum->changed += j->changed->len;
}

static struct totals totals(const struct results *r)
{
	struct totals sum = {0};

	for_each(r, add_up, &sum);
	return sum;
}

bool timed_recorded(const struct results *r)
{
	return totals(r).recorded > 0;
}

struct listing {
	struct document *out;
	struct table *table;
	unsigned int listed;
};

static void list_boots(const struct judged *j, const char *workload, const char *ring, void *data)
{
	struct listing *l = data;

	for (unsigned int i = 0; i < j->t->boots->len; i++) {
		const struct timed_boot *b = j->t->boots->pdata[i];

		if (!j->out[i] || l->listed++ >= BOOTS_LISTED)
			continue;
		if (j->kind[i] == BY_SETTINGS)
			paragraph(l->out, 2, "- %s, %s ring, block %d: settings: %.200s", workload,
				  ring, b->block, b->changed);
		else
			paragraph(l->out, 2, "- %s, %s ring, block %d: %s, %.2f", workload, ring,
				  b->block, disturbance_name(j->kind[i]), j->share[i]);
	}
}

static void list_changes(const struct judged *j, const char *workload, const char *ring, void *data)
{
	struct listing *l = data;

	for (unsigned int i = 0; i < j->changed->len; i++) {
		const struct side_pair *s = &g_array_index(j->changed, struct side_pair, i);

		if (l->listed++ >= ROWS_LISTED)
			continue;
		table_cell(l->table, "%.16s", workload);
		table_cell(l->table, "%.6s", ring);
		table_cell(l->table, "%.14s", (char *)j->t->labels->pdata[s->label]);
		table_cell(l->table, "%s (%u)", side_name(&s->with), s->with.n);
		table_cell(l->table, "%s (%u)", side_name(&s->without), s->without.n);
	}
}

static void put_more(struct document *out, unsigned int listed, unsigned int most)
{
	if (listed > most)
		paragraph(out, 0, "%u more in summary.json.", listed - most);
}

static void put_changes(struct document *out, const struct results *r, const struct totals *sum)
{
	struct listing l = {.out = out};

	if (!sum->changed) {
		paragraph(out, 0,
			  "\nRatios to off that are on another side of 1 without them: none of %u.",
			  sum->ratios);
		return;
	}
	paragraph(out, 0,
		  "\nRatios to off that are on another side of 1 without them: %u of %u (boots in "
		  "brackets):\n",
		  sum->changed, sum->ratios);
	l.table = table_new("workload", "ring", "variant", "with all", "without", NULL);
	for_each(r, list_changes, &l);
	table_print(l.table, out);
	put_more(out, l.listed, ROWS_LISTED);
}

static void put_boots(struct document *out, const struct results *r, const struct totals *sum)
{
	struct listing l = {.out = out};

	paragraph(out, 0,
		  "%sBoots without a guest: %u; with such a record: %u; on a disturbed host: %u, "
		  "by the same rule; beside a QEMU that was not theirs: %u.%s",
		  r->disturbed ? "\n" : "", sum->boots, sum->recorded, sum->disturbed, sum->beside,
		  sum->disturbed ? "\n" : "");
	if (!sum->disturbed)
		return;
	for_each(r, list_boots, &l);
	put_more(out, l.listed, BOOTS_LISTED);
	put_changes(out, r, sum);
}

void report_host(struct document *out, const struct results *r)
{
	struct totals sum = totals(r);

	if (!r->disturbed && !sum.recorded)
		return;
	heading(out, '-', "Was the host quiet?");
	report_quiet(out, r);
	if (sum.recorded)
		put_boots(out, r, &sum);
}

void add_letter_timed_quiet(GString *text, const struct results *r)
{
	struct totals sum = totals(r);

	if (!sum.disturbed || (!sum.changed && 4 * sum.disturbed <= sum.recorded))
		return;
	g_string_append_printf(text,
			       "%s%u of %u boots without a guest ran on a disturbed host; ratios "
			       "on another side of 1 without them: %u of %u.",
			       text->len ? " " : "", sum.disturbed, sum.boots, sum.changed,
			       sum.ratios);
}

static void write_boot(struct writer *w, const struct judged *j, unsigned int i)
{
	const struct timed_boot *b = j->t->boots->pdata[i];

	write_inline(w, NULL);
	write_count(w, "block", b->block);
	write_string(w, "by", disturbance_name(j->kind[i]));
	if (j->kind[i] == BY_SETTINGS)
		write_string(w, "settings", b->changed);
	else
		write_number(w, "share", j->share[i]);
	write_close(w, '}');
}

void write_timed_quiet(struct writer *w, const struct timed *t, double limit)
{
	struct judged j = judge_boots(t, limit);

	if (j.recorded) {
		write_open(w, "host", '{');
		write_count(w, "boots_recorded", j.recorded);
		write_count(w, "boots_beside_qemu", j.beside);
		write_number(w, "limit", limit);
		write_open(w, "disturbed", '[');
		for (unsigned int i = 0; i < t->boots->len; i++)
			if (j.out[i])
				write_boot(w, &j, i);
		write_close(w, ']');
		write_count(w, "ratios", j.ratios);
		write_open(w, "changed", '[');
		for (unsigned int i = 0; i < j.changed->len; i++) {
			const struct side_pair *s = &g_array_index(j.changed, struct side_pair, i);

			write_inline(w, NULL);
			write_string(w, "variant", t->labels->pdata[s->label]);
			write_string(w, "side", side_name(&s->with));
			write_string(w, "without", side_name(&s->without));
			write_count(w, "n", s->with.n);
			write_count(w, "n_without", s->without.n);
			write_number(w, "ratio_without", s->without.ratio);
			write_close(w, '}');
		}
		write_close(w, ']');
		write_close(w, '}');
	}
	judged_clear(&j);
}
