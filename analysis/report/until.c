// SPDX-License-Identifier: GPL-2.0-or-later
#include "until.h"

#include <math.h>

#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/time.h"
#include "writer.h"

bool reaches_within(double ratio, double lo, double hi, double reach)
{
	return ratio <= lo * (1 + reach) && hi <= ratio * (1 + reach);
}

static void judge_one(struct until_state *s, const struct results *r, bool resolved, double ratio,
		      double lo, double hi, const char *what)
{
	if (resolved)
		s->resolved++;
	else if (reaches_within(ratio, lo, hi, r->run->until.within))
		s->within++;
	else if (isnan(lo))
		g_ptr_array_add(s->open, g_strdup_printf("%s, too few blocks", what));
	else
		g_ptr_array_add(s->open, g_strdup_printf("%s, %.3f to %.3f", what, lo, hi));
}

/* Has it got all blocks that the plan has for it? */
static bool is_over(const struct results *r, const struct workload *w, unsigned int blocks)
{
	return w->blocks && blocks >= w->blocks;
}

static void judge_cell(struct until_state *s, const struct results *r, const struct cell *c,
		       const struct comparison *cmp, const char *to)
{
	g_autofree char *what = NULL;

	if (cmp->verdict == VERDICT_BASELINE || (!cmp->n && r->n_blocks >= MIN_RANGE))
		return;
	what = g_strdup_printf("%.40s %s %.40s to %.40s", workload_of(r, c)->name,
			       (char *)r->run->rings->pdata[c->ring], variant_name(r, c), to);
	judge_one(s, r, verdict_resolved(cmp->verdict), cmp->ratio, cmp->lo, cmp->hi, what);
}

static void judge_ring(struct until_state *s, const struct results *r, const struct timed *t,
		       const char *workload, const char *ring)
{
	int off = timed_off(t);

	for (unsigned int label = 0; off >= 0 && label < t->labels->len; label++) {
		struct block_ratio x = ring_ratio(t, label, off);
		g_autofree char *what = NULL;

		if ((int)label == off || (!x.n && t->boots->len >= MIN_RANGE))
			continue;
		what = g_strdup_printf("%.40s %s %.40s to %.40s", workload, ring,
				       (char *)t->labels->pdata[label],
				       (char *)t->labels->pdata[off]);
		judge_one(s, r, x.lo > 1 || x.hi < 1, x.ratio, x.lo, x.hi, what);
	}
}

static void judge_rings(struct until_state *s, const struct results *r)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++) {
			const struct timed *t = w->timed->pdata[ring];

			if (t && !is_over(r, w->workload, t->boots->len))
				judge_ring(s, r, t, w->workload->name, r->run->rings->pdata[ring]);
		}
	}
}

struct until_state until_state(const struct results *r)
{
	struct until_state s = {.open = g_ptr_array_new_with_free_func(g_free)};

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!c->planned || is_over(r, workload_of(r, c), r->n_blocks))
			continue;
		if (r->off >= 0)
			judge_cell(&s, r, c, &c->to_off, r->run->variants->pdata[r->off]);
		if (r->qemu >= 0 && c->ordered)
			judge_cell(&s, r, c, &c->to_qemu, r->run->variants->pdata[r->qemu]);
	}
	judge_rings(&s, r);
	return s;
}

void until_clear(struct until_state *s)
{
	g_ptr_array_free(s->open, TRUE);
}

char *until_json(const struct results *r)
{
	struct writer w = {.out = g_string_new(NULL), .first = true};
	struct until_state s = until_state(r);

	write_open(&w, NULL, '{');
	write_string(&w, "schema", "vqlab-until-1");
	write_count(&w, "blocks", r->run->blocks);
	write_count(&w, "resolved", s.resolved);
	write_count(&w, "within", s.within);
	write_names(&w, "open", s.open);
	write_close(&w, '}');
	g_string_append_c(w.out, '\n');
	until_clear(&s);
	return g_string_free(w.out, FALSE);
}

char *until_text(const struct results *r)
{
	struct until_state s = until_state(r);
	char *text = g_strdup_printf("%u comparison%s resolved, %u within %.3g %%, %u open",
				     s.resolved, s.resolved == 1 ? "" : "s", s.within,
				     100 * r->run->until.within, s.open->len);

	until_clear(&s);
	return text;
}
