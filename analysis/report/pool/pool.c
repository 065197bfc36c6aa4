// SPDX-License-Identifier: GPL-2.0-or-later
#include "pool.h"
#include "analysis/report/blocks.h"

#include <math.h>
#include <string.h>

#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"
#include "analysis/report/wording.h"
#include "analysis/table.h"
#include "family.h"
#include "quiet.h"

/* The plan as it was read; NULL: it is not in the folder. */
static char *plan_text(const struct run *run)
{
	g_autofree char *path = g_build_filename(run->dir, "plan.ini", NULL);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

/* The first variant whose QEMU, one of its own, is not the same in both; NULL: none. */
static const char *other_arm(const struct run *a, const struct run *b)
{
	for (unsigned int i = 0; i < a->arms->len; i++) {
		const struct arm *x = a->arms->pdata[i];

		for (unsigned int k = 0; k < b->arms->len; k++) {
			const struct arm *y = b->arms->pdata[k];

			if (!strcmp(x->label, y->label) && strcmp(x->sha256, y->sha256))
				return x->label;
		}
	}
	return NULL;
}

char *why_apart(const struct run *a, const struct run *b)
{
	g_autofree char *plan_a = plan_text(a), *plan_b = plan_text(b);
	const char *other;

	if (g_strcmp0(plan_a, plan_b))
		return g_strdup("they are of different plans");
	/* Two files of one name may be another job, or another program. */
	if (a->plan_hash[0] && b->plan_hash[0] && strcmp(a->plan_hash, b->plan_hash))
		return g_strdup("their plans name other fio jobs or programs");
	if (run_looks(a) == LOOK_EACH || run_looks(b) == LOOK_EACH)
		return g_strdup("a number of blocks followed from figures (--until), which an "
				"interval for several hosts does not allow for");
	if (strcmp(a->qemu_sha256, b->qemu_sha256))
		return g_strdup_printf("they are of different QEMUs, %.12s and %.12s",
				       a->qemu_sha256, b->qemu_sha256);
	other = other_arm(a, b);
	if (other)
		return g_strdup_printf("the QEMU of %.40s is another one in each", other);
	if (strcmp(a->vqlab_commit, b->vqlab_commit))
		return g_strdup_printf("they are of different commits of vqlab, %.40s and %.40s",
				       a->vqlab_commit, b->vqlab_commit);
	return NULL;
}

static void put_ratio(struct table *t, double value)
{
	if (isnan(value))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f", value);
}

static void put_row(struct table *t, const char *name, const struct common *c, double margin)
{
	const char *word = common_word(c, margin);
	bool apart = c->p_apart_holm < ALPHA;

	table_cell(t, "%.18s", name);
	table_cell(t, "%u", c->hosts);
	put_ratio(t, c->least);
	put_ratio(t, c->greatest);
	/* What differs has no common figure. */
	put_ratio(t, apart ? NAN : c->ratio);
	if (apart || isnan(c->lo))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f-%.3f", c->lo, c->hi);
	table_cell(t, "%s", word);
}

/* One workload on one ring of the first run; without an interval its name joins @left. */
static unsigned int put_family(struct table *t, struct results *const *r, unsigned int n,
			       unsigned int workload, unsigned int ring, GString *left)
{
	const struct results *first = r[0];
	const char *name = ((struct workload *)first->run->workloads->pdata[workload])->name;
	struct family f = pool_family(first, r, n, workload, ring);
	unsigned int rows = f.n;

	if (rows && !f.has_interval) {
		g_string_append_printf(left, "%s%.40s", left->len ? ", " : "", name);
	} else if (rows) {
		table_group(t, name);
		for (unsigned int i = 0; i < rows; i++)
			put_row(t, first->run->variants->pdata[f.variant[i]], &f.c[i],
				first->margin);
	}
	family_clear(&f);
	return rows;
}

static void pool_guests(struct document *out, struct results *const *r, unsigned int n)
{
	const struct results *first = r[0];
	unsigned int rows = 0;

	heading(out, '-', "Throughput in a guest, ratio to each host's own off");
	for (unsigned int ring = 0; first->off >= 0 && ring < first->run->rings->len; ring++) {
		struct table *t = table_new(first->run->rings->pdata[ring], ">hosts", ">least",
					    ">greatest", ">all", ">95 % CI", "verdict", NULL);
		g_autoptr(GString) left = g_string_new(NULL);
		unsigned int of_ring = 0;

		for (unsigned int w = 0; w < first->run->workloads->len; w++)
			of_ring += put_family(t, r, n, w, ring, left);
		rows += of_ring;
		if (of_ring && rows > of_ring)
			blank_line(out);
		if (t->cells->len)
			table_print(t, out);
		else
			table_free(t);
		if (left->len)
			paragraph(out, 0, "%s: no two blocks on any, so no interval: %s.",
				  (char *)first->run->rings->pdata[ring], left->str);
	}
	if (!rows)
		paragraph(out, 0, "No variant has a ratio to off on any of them.");
	put_inverse(out, first->run);
}

/* The counted workload of that name, or NULL. */
static const struct counted *find_counted(const struct results *r, const char *name)
{
	for (unsigned int i = 0; i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		if (w->counted && !strcmp(w->workload->name, name))
			return w->counted;
	}
	return NULL;
}

/* What one counted cell costs the device on each host: the least and the greatest. */
static unsigned int span_cell(struct results *const *r, unsigned int n, const char *workload,
			      const char *label, const char *ring, const char *order, double *least,
			      double *greatest)
{
	unsigned int hosts = 0;

	*least = *greatest = NAN;
	for (unsigned int i = 0; i < n; i++) {
		const struct counted *c = find_counted(r[i], workload);
		int l = c ? name_place(c->labels, label) : -1;
		int g = c ? name_place(c->rings, ring) : -1,
		    o = c ? name_place(c->orders, order) : -1;
		double value = NAN;

		if (l >= 0 && g >= 0 && o >= 0)
			value = order_cost(c, l, g, o).value;
		hosts += !isnan(value);
		*least = fmin(*least, value);
		*greatest = fmax(*greatest, value);
	}
	return hosts;
}

static void pool_counted_of(struct document *out, struct results *const *r, unsigned int n,
			    const struct ring_workload *w)
{
	const struct counted *c = w->counted;
	struct table *t = table_new(w->workload->name, "ring", "order", ">hosts", ">least",
				    ">greatest", NULL);
	unsigned int same = 0, apart = 0;

	for (unsigned int i = 0; i < c->rings->len * c->orders->len * c->labels->len; i++) {
		const char *label = c->labels->pdata[i % c->labels->len];
		const char *order = c->orders->pdata[i / c->labels->len % c->orders->len];
		const char *ring = c->rings->pdata[i / c->labels->len / c->orders->len];
		double least, greatest;
		unsigned int hosts =
			span_cell(r, n, w->workload->name, label, ring, order, &least, &greatest);

		if (hosts < 2)
			continue;
		if (greatest - least < COUNTS_LEVEL * least) {
			same++;
			continue;
		}
		apart++;
		table_cell(t, "%.18s", label);
		table_cell(t, "%s", ring);
		table_cell(t, "%.14s", order);
		table_cell(t, "%u", hosts);
		table_cell(t, "%.0f", least);
		table_cell(t, "%.0f", greatest);
	}
	if (apart)
		table_print(t, out);
	else
		table_free(t);
	paragraph(out, 0, "%s: %u of %u cells are the same on all hosts within 0.5 %%.",
		  w->workload->name, same, same + apart);
}

static void pool_counted(struct document *out, struct results *const *r, unsigned int n)
{
	bool any = false;

	for (unsigned int i = 0; i < r[0]->rings->workloads->len; i++) {
		const struct ring_workload *w = r[0]->rings->workloads->pdata[i];

		if (!w->counted)
			continue;
		if (!any)
			heading(out, '-', "Instructions of the device, an element");
		else
			blank_line(out);
		any = true;
		pool_counted_of(out, r, n, w);
	}
}

static void list_runs(struct document *out, struct results *const *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct run *run = r[i]->run;
		g_autofree char *name = g_strdup_printf("%u", i + 1);

		field(out, name, "%s, of %s: %u of %u trials ok; %s, %u cores, Linux %s", run->dir,
		      run->created, r[i]->trials_ok, run->trials->len, run->cpu,
		      (unsigned int)run->cores, run->kernel);
		for (unsigned int j = 0; j < i; j++) {
			g_autofree char *why = why_apart(r[j]->run, run);

			if (why) {
				paragraph(out, 0, "With %u: %s.", j + 1, why);
				break;
			}
		}
	}
}

struct document *pool_document(struct results *const *r, unsigned int n)
{
	struct document *out = document_new();

	heading(out, '=', "vqlab: %u runs together", n);
	list_runs(out, r, n);
	pool_counted(out, r, n);
	pool_guests(out, r, n);
	pool_quiet(out, r, n);
	heading(out, '-', "How this was made");
	paragraph(out, 0,
		  "Ratios stay within a host's blocks. least and greatest are hosts, by the means "
		  "of their blocks' logs; all is the mean of the hosts, each weighing the same, "
		  "with Student's interval by the blocks' variance within hosts, pooled: it "
		  "speaks of these hosts, not of others. Where Welch's analysis of variance finds "
		  "that hosts differ (p < 0.05, by Holm over the variants of a workload and "
		  "ring), there is no common figure. Verdicts as in a report, margin %g %%; "
		  "disturbed are trials by the rule of a report, which looks at no result.",
		  100 * r[0]->margin);
	return out;
}
