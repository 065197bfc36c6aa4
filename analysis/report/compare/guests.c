// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "analysis/report/ring/rings.h"
#include "analysis/report/wording.h"
#include "analysis/table.h"
#include "compare.h"
#include "difference.h"

/* A workload and a ring that both runs have: their places in each. */
struct family {
	const struct results *r[2];
	unsigned int workload[2], ring[2];
};

/* A variant of a family. */
struct pair {
	const char *name;
	const struct cell *cell[2];
};

static const struct cell *member(const struct family *f, unsigned int side, unsigned int variant)
{
	return cell_at(f->r[side], f->workload[side], f->ring[side], variant);
}

/* The logs of a cell's ratios to off or, for off itself, of its speed; g_free() it. */
static double *logs(const struct family *f, unsigned int side, const struct cell *c,
		    unsigned int *n)
{
	const struct results *r = f->r[side];
	const struct cell *off = member(f, side, r->off);
	double *x = g_new(double, r->n_blocks + 1);

	*n = 0;
	for (unsigned int b = 0; b < r->n_blocks; b++) {
		double value = c->samples[b].speed;

		if (c != off)
			value /= off->samples[b].speed;
		if (isfinite(value) && value > 0)
			x[(*n)++] = log(value);
	}
	return x;
}

static struct difference differ_pair(const struct family *f, const struct pair *p)
{
	unsigned int na, nb;
	g_autofree double *a = logs(f, 0, p->cell[0], &na);
	g_autofree double *b = logs(f, 1, p->cell[1], &nb);

	return differ(a, na, b, nb);
}

/* off first, then the variants whose ratio to it both runs have; g_free() it. */
static struct pair *find_pairs(const struct family *f, unsigned int *n)
{
	const GPtrArray *names[2] = {f->r[0]->run->variants, f->r[1]->run->variants};
	struct pair *pairs = g_new0(struct pair, names[0]->len + 1);

	pairs[0] = (struct pair){"off itself",
				 {member(f, 0, f->r[0]->off), member(f, 1, f->r[1]->off)}};
	*n = 1;
	for (unsigned int v = 0; v < names[0]->len; v++) {
		int other = name_place(names[1], names[0]->pdata[v]);
		struct pair p = {names[0]->pdata[v], {member(f, 0, v), NULL}};

		if ((int)v == f->r[0]->off || other < 0)
			continue;
		p.cell[1] = member(f, 1, other);
		if (!isnan(p.cell[0]->to_off.ratio) && !isnan(p.cell[1]->to_off.ratio))
			pairs[(*n)++] = p;
	}
	return pairs;
}

static void put_row(struct table *t, const struct family *f, const struct pair *p,
		    const struct difference *d)
{
	table_cell(t, "%.18s", p->name);
	for (unsigned int side = 0; side < 2; side++) {
		const struct cell *c = p->cell[side];

		if ((int)c->variant == f->r[side]->off)
			table_number(t, OVER(c, throughput).median);
		else
			table_cell(t, "%.3f", c->to_off.ratio);
	}
	if (isnan(d->ratio))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f", d->ratio);
	if (isnan(d->lo))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f-%.3f", d->lo, d->hi);
	table_cell(t, "%s", difference_word(d, f->r[0]->margin));
}

/* A ratio of one block says nothing, and would be read as if it did. */
static bool has_interval(const struct difference *d, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!isnan(d[i].lo))
			return true;
	return false;
}

/* How many variants both have; those without an interval join @left. */
static unsigned int put_family(struct table *t, const struct family *f, GString *left)
{
	const struct workload *w = f->r[0]->run->workloads->pdata[f->workload[0]];
	unsigned int n;
	g_autofree struct pair *pairs = find_pairs(f, &n);
	g_autofree struct difference *d = g_new0(struct difference, n);

	if (n < 2)
		return 0;
	for (unsigned int i = 0; i < n; i++)
		d[i] = differ_pair(f, &pairs[i]);
	if (!has_interval(d + 1, n - 1)) {
		g_string_append_printf(left, "%s%.40s", left->len ? ", " : "", w->name);
		return n - 1;
	}
	/* off's own says which host or hour was faster: it is no test of a strategy. */
	correct_differences(d + 1, n - 1);
	d[0].p_holm = d[0].p;
	table_group(t, w->name);
	for (unsigned int i = 0; i < n; i++)
		put_row(t, f, &pairs[i], &d[i]);
	return n - 1;
}

/* A table of one ring; how many ratios it has. */
static unsigned int put_ring(struct document *out, const struct results *a, const struct results *b,
			     unsigned int ring)
{
	const char *name = a->run->rings->pdata[ring];
	struct table *t = table_new(name, ">A", ">B", ">B/A", ">95 % CI", "verdict", NULL);
	int other = name_place(b->run->rings, name);
	g_autoptr(GString) left = g_string_new(NULL);
	unsigned int n = 0;

	for (unsigned int w = 0; other >= 0 && w < a->run->workloads->len; w++) {
		int same = same_workload(a->run->workloads->pdata[w], b->run->workloads);
		struct family f = {{a, b}, {w, same}, {ring, other}};

		if (same >= 0)
			n += put_family(t, &f, left);
	}
	if (t->cells->len)
		table_print(t, out);
	else
		table_free(t);
	if (left->len)
		paragraph(out, 0, "%s: no two blocks in both, so no interval: %s.", name,
			  left->str);
	return n;
}

void compare_guests(struct document *out, const struct results *a, const struct results *b)
{
	unsigned int n = 0;

	if (!a->run->trials->len || !b->run->trials->len)
		return;
	heading(out, '-', "Throughput in a guest, ratio to each run's own off");
	if (a->off < 0 || b->off < 0) {
		paragraph(out, 0, "One of them has no variant named off: nothing to compare by.");
		return;
	}
	for (unsigned int ring = 0; ring < a->run->rings->len; ring++) {
		if (ring)
			blank_line(out);
		n += put_ring(out, a, b, ring);
	}
	if (!n)
		paragraph(out, 0, "No workload, ring and variant has a ratio in both.");
	put_inverse(out, a->run);
}
