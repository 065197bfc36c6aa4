// SPDX-License-Identifier: GPL-2.0-or-later
/* Throughput without a guest: strategies by workloads and rings. */
#include <math.h>
#include <string.h>

#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/time.h"
#include "analysis/table.h"
#include "parts.h"

#define COLUMNS 4
#define HEAD 13

struct columns {
	const struct timed *timed[COLUMNS];
	char *head[COLUMNS + 1];
	unsigned int n, left;
};

static void find_columns(struct columns *k, const struct results *r, unsigned int room)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++) {
			const struct timed *t = w->timed->pdata[ring];

			if (!t || !t->boots->len || timed_off(t) < 0)
				continue;
			if (k->n == MIN(room, COLUMNS)) {
				k->left++;
				continue;
			}
			k->head[k->n] = g_strdup_printf(">%.*s\n%s", HEAD, w->workload->name,
							(char *)r->run->rings->pdata[ring]);
			k->timed[k->n++] = t;
		}
	}
}

/* Of what a column says nothing of a variant, "-"; true: there is a ratio. */
static bool put_cell(struct table *t, const struct timed *timed, const char *variant)
{
	int label = name_place(timed->labels, variant), off = timed_off(timed);
	struct block_ratio x = {0, NAN, NAN, NAN};

	if (label >= 0)
		x = ring_ratio(timed, label, off);
	if (isnan(x.ratio))
		table_cell(t, "-");
	else
		table_cell(t, "%.3f%s", x.ratio, x.lo > 1 || x.hi < 1 ? " " : "?");
	return !isnan(x.ratio);
}

/* How far an interval reaches from its ratio, of all columns and rows. */
static double widest(const struct columns *k)
{
	double most = NAN;

	for (unsigned int i = 0; i < k->n; i++) {
		const struct timed *t = k->timed[i];

		for (unsigned int label = 0; label < t->labels->len; label++) {
			struct block_ratio x = ring_ratio(t, label, timed_off(t));

			if ((int)label != timed_off(t))
				most = fmax(most, fmax(x.hi - x.ratio, x.ratio - x.lo));
		}
	}
	return most;
}

static void put_rows(struct document *out, const struct results *r, const struct columns *k,
		     unsigned int rows)
{
	struct table *t = table_new("to off", k->head[0], k->head[1], k->head[2], k->head[3], NULL);
	unsigned int put = 0, left = 0;

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const char *variant = r->run->variants->pdata[v];
		bool there = false;

		for (unsigned int i = 0; i < k->n; i++)
			there |= name_place(k->timed[i]->labels, variant) >= 0;
		if ((int)v == r->off || !there)
			continue;
		if (put + 1 >= rows) {
			left++;
			continue;
		}
		put++;
		table_cell(t, "%s", variant);
		for (unsigned int i = 0; i < k->n; i++)
			put_cell(t, k->timed[i], variant);
	}
	table_print(t, out);
	if (left)
		paragraph(out, 0, "%u more strategies in report-full.txt.", left);
}

void put_letter_timed(struct document *out, const struct results *r, const struct room *room)
{
	struct columns k = {.n = 0};
	double most;

	find_columns(&k, r, room->timed);
	if (!k.n)
		return;
	most = widest(&k);
	if (isnan(most))
		paragraph(out, 0,
			  "\nElements/s without a guest; too few boots for an interval, "
			  "so all unresolved (?):");
	else
		paragraph(out, 0,
			  "\nElements/s without a guest; ?: the 95 %% interval holds 1, "
			  "unresolved; none reaches further than %.3f from its ratio:",
			  most);
	put_rows(out, r, &k, room->rows);
	if (k.left)
		paragraph(out, 0, "%u more columns in report-full.txt.", k.left);
	for (unsigned int i = 0; i < k.n; i++)
		g_free(k.head[i]);
}
