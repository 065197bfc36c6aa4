// SPDX-License-Identifier: GPL-2.0-or-later
/* Which strategy, how much, how sure: what the run counted, then what it timed. */
#include <math.h>
#include <string.h>

#include "analysis/report/blocks.h"
#include "analysis/report/ring/costs.h"
#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/time.h"
#include "analysis/table.h"
#include "parts.h"

/* How many variants are named for a verdict; how many workloads are told of. */
#define NAMED 2
#define TOLD 3

/* A strategy on one ring, over the orders. */
struct standing {
	unsigned int orders, least; /* counted; in which it has the fewest, or is level */
	double low, high, sum;	    /* over off */
};

static void widen(double *low, double *high, double value)
{
	*low = fmin(*low, value); /* NAN is nothing */
	*high = fmax(*high, value);
}

static struct standing stand(const struct counted *c, unsigned int label, unsigned int ring)
{
	struct standing s = {.low = NAN, .high = NAN};
	int off = counted_off(c);

	for (unsigned int order = 0; order < c->orders->len; order++) {
		int best = cheapest_ordered(c, ring, order);
		struct cost cost = order_cost(c, label, ring, order);

		if (best < 0 || off < 0 || isnan(cost.over))
			continue;
		s.orders++;
		s.least += cost.value - order_cost(c, best, ring, order).value <=
			   COUNTS_LEVEL * order_cost(c, off, ring, order).value;
		s.sum += cost.over;
		widen(&s.low, &s.high, cost.over);
	}
	return s;
}

/* The ordered label that is least, or level, in most orders; of several the cheapest; -1. */
static int find_best(const struct counted *c, unsigned int ring)
{
	struct standing best = {0};
	int found = -1;

	for (unsigned int label = 0; label < c->labels->len; label++) {
		struct standing s = stand(c, label, ring);

		if (!counted_ordered(c, label) || !s.orders)
			continue;
		if (found >= 0 &&
		    (s.least < best.least ||
		     (s.least == best.least && s.sum / s.orders >= best.sum / best.orders)))
			continue;
		best = s;
		found = label;
	}
	return found;
}

/* "-155 to +32", or "+32" if that is both; g_free() it. */
static char *span_text(double low, double high)
{
	g_autofree char *from = signed_text(low, 0), *to = signed_text(high, 0);

	return strcmp(from, to) ? g_strdup_printf("%s to %s", from, to) : g_strdup(from);
}

/* The workload whose counted figures are the answer. */
static const struct counted *leading(const struct results *r)
{
	for (unsigned int class = 0; class < RING_CLASSES; class ++) {
		const struct ring_workload *w = counted_of(r->rings, class);

		if (w)
			return w->counted;
	}
	return NULL;
}

static unsigned int count_ordered(const struct counted *c)
{
	unsigned int n = 0;

	for (unsigned int label = 0; label < c->labels->len; label++)
		n += counted_ordered(c, label);
	return n;
}

static void answer_counted(struct document *out, const struct counted *c)
{
	int qemu = name_place(c->variants, "qemu");
	unsigned int n = count_ordered(c);
	bool first = true;
	g_autoptr(GString) text = g_string_new(NULL);
	double low = NAN, high = NAN;

	for (unsigned int ring = 0; ring < c->rings->len; ring++) {
		int best = find_best(c, ring);
		struct standing s;
		g_autofree char *over = NULL;

		if (best < 0)
			continue;
		s = stand(c, best, ring);
		over = span_text(s.low, s.high);
		g_string_append_printf(text, "%s %.20s on %s rings (%s%s",
				       text->len ? ", with" : "", (char *)c->labels->pdata[best],
				       (char *)c->rings->pdata[ring], over,
				       text->len ? "" : " instructions an element over off");
		/* One alone is the least of nothing. */
		if (n > 1)
			g_string_append_printf(text, "; %s%u of %u orders",
					       first ? "fewest, or level to 0.5 %, in " : "",
					       s.least, s.orders);
		g_string_append_c(text, ')');
		first = false;
		if (qemu >= 0 && qemu != best) {
			s = stand(c, qemu, ring);
			widen(&low, &high, s.low);
			widen(&low, &high, s.high);
		}
	}
	if (!text->len) {
		field(out, "counted", "Nothing can be held against off: one of both is missing.");
		return;
	}
	if (!isnan(low)) {
		g_autofree char *over = span_text(low, high);

		g_string_append_printf(text, "; qemu: %s", over);
	}
	field(out, "counted",
	      "%s%s. %s %s, %u strateg%s in order; counts repeat, they are not time.",
	      n == 1 ? "One strategy keeps order:" : "Order costs least with", text->str, c->device,
	      c->load, n, n == 1 ? "y" : "ies");
}

/* Ratios to off, by where their intervals lie. */
struct tally {
	unsigned int above, below, holds, none; /* 1; without an interval */
	unsigned int boots;
	double low, high; /* of the strategy that leads, where counted */
};

static void take_timed(struct tally *t, const struct timed *timed, const char *best)
{
	int off = timed_off(timed);

	t->boots = MAX(t->boots, timed->boots->len);
	for (unsigned int label = 0; off >= 0 && label < timed->labels->len; label++) {
		struct block_ratio x = ring_ratio(timed, label, off);

		if ((int)label == off || isnan(x.ratio))
			continue;
		t->none += isnan(x.lo);
		t->above += x.lo > 1;
		t->below += x.hi < 1;
		t->holds += x.lo <= 1 && x.hi >= 1;
		if (best && !strcmp(timed->labels->pdata[label], best))
			widen(&t->low, &t->high, x.ratio);
	}
}

/* "; in-place 0.955 to 0.972", or ""; g_free() it. */
static char *led_text(const struct tally *t, const char *best)
{
	g_autofree char *low = g_strdup_printf("%.3f", t->low);
	g_autofree char *high = g_strdup_printf("%.3f", t->high);

	if (isnan(t->low))
		return g_strdup("");
	return g_strdup_printf("; %.20s %s%s%s", best, low, strcmp(low, high) ? " to " : "",
			       strcmp(low, high) ? high : "");
}

static void answer_timed(struct document *out, const struct results *r, const char *best)
{
	struct tally t = {.low = NAN, .high = NAN};
	g_autofree char *led = NULL;
	unsigned int n;

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; w->timed && ring < w->timed->len; ring++)
			if (w->timed->pdata[ring])
				take_timed(&t, w->timed->pdata[ring], best);
	}
	n = t.above + t.below + t.holds + t.none;
	if (!n)
		return;
	led = led_text(&t, best);
	if (t.none == n)
		field(out, "timed",
		      "Without a guest, %u boot%s: unresolved, for fewer than %d boots give no "
		      "interval%s.",
		      t.boots, t.boots == 1 ? "" : "s",
		      run_looks(r->run) == LOOK_EACH ? MIN_LOOKED : MIN_RANGE, led);
	else
		field(out, "timed",
		      "Elements/s to off without a guest, %u boots, %u ratio%s: %u below 1, %u "
		      "above, %u unresolved (95 %% intervals)%s.",
		      t.boots, n, n == 1 ? "" : "s", t.below, t.above, t.holds + t.none, led);
}

/* Verdicts, counted; and the ratios and variants of those that are of one kind. */
struct verdicts {
	unsigned int n[VERDICT_UNRESOLVED + 1], judged;
	double low[VERDICT_UNRESOLVED + 1], high[VERDICT_UNRESOLVED + 1];
	double seen_low, seen_high; /* a slowdown that the unresolved would have shown */
};

static void take_verdict(struct verdicts *v, const struct comparison *c)
{
	v->n[c->verdict]++;
	v->judged += c->verdict >= VERDICT_FASTER;
	widen(&v->low[c->verdict], &v->high[c->verdict], c->ratio);
	if (c->verdict == VERDICT_UNRESOLVED)
		widen(&v->seen_low, &v->seen_high, c->detectable);
}

/* Of one workload, or of all if it is -1; to off, or to qemu. */
static struct verdicts count_verdicts(const struct results *r, int workload, bool qemu)
{
	struct verdicts v = {.seen_low = NAN, .seen_high = NAN};

	for (unsigned int i = 0; i < G_N_ELEMENTS(v.low); i++)
		v.low[i] = v.high[i] = NAN;
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (!c->planned || (workload >= 0 && c->workload != (unsigned int)workload))
			continue;
		if (!qemu)
			take_verdict(&v, &c->to_off);
		else if (c->ordered && (int)c->variant != r->qemu)
			take_verdict(&v, &c->to_qemu);
	}
	return v;
}

/* "10 slower, 2 equivalent"; of what is resolved. */
static void put_resolved(GString *text, const struct verdicts *v)
{
	bool any = false;

	for (enum verdict x = VERDICT_FASTER; x < VERDICT_UNRESOLVED; x++) {
		if (!v->n[x])
			continue;
		g_string_append_printf(text, "%s%u %s", any ? ", " : "", v->n[x], verdict_name(x));
		any = true;
	}
}

/* "qemu, in-place, ": which variants have that verdict there, unless many do. */
static void put_whose(GString *text, const struct results *r, unsigned int w, enum verdict verdict)
{
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned int n = 0;

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		bool has = false;

		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			has |= cell_at(r, w, ring, v)->to_off.verdict == verdict;
		if (!has)
			continue;
		g_string_append_printf(names, "%.20s, ", (char *)r->run->variants->pdata[v]);
		n++;
	}
	if (n <= NAMED)
		g_string_append(text, names->str);
}

/* " randread-tail: of 10, 2 slower (qemu, 0.691 to 0.698 of off), 1 equivalent." */
static void put_live_workload(GString *text, const struct results *r, unsigned int w,
			      const struct verdicts *v)
{
	g_string_append_printf(text, " %.40s: of %u",
			       ((struct workload *)r->run->workloads->pdata[w])->name, v->judged);
	for (enum verdict x = VERDICT_FASTER; x < VERDICT_UNRESOLVED; x++) {
		if (!v->n[x])
			continue;
		g_string_append_printf(text, ", %u %s", v->n[x], verdict_name(x));
		if (x == VERDICT_EQUIVALENT)
			continue;
		g_string_append(text, " (");
		put_whose(text, r, w, x);
		g_string_append_printf(text, "%.3f to %.3f of off)", v->low[x], v->high[x]);
	}
	g_string_append_c(text, '.');
}

/* "a slowdown of 23 to 43 %": what the unresolved would have shown; g_free() it. */
static char *seen_text(const struct verdicts *v)
{
	g_autofree char *low = g_strdup_printf("%.0f", 100 * v->seen_low);
	g_autofree char *high = g_strdup_printf("%.0f", 100 * v->seen_high);

	if (v->seen_low >= 0.95)
		return g_strdup("not even one of 95 %");
	if (v->seen_high >= 0.95)
		return g_strdup_printf("one of %s %%, in some not even of 95 %%,", low);
	return g_strdup_printf("one of %s%s%s %%", low, strcmp(low, high) ? " to " : "",
			       strcmp(low, high) ? high : "");
}

static void put_live_unresolved(GString *text, const struct verdicts *all)
{
	unsigned int n = all->n[VERDICT_UNRESOLVED];
	g_autofree char *seen = seen_text(all);

	if (!n)
		g_string_append(text, " None is unresolved.");
	else
		g_string_append_printf(
			text,
			" Unresolved: %u of all %u; a slowdown may hide there, but %s would have "
			"shown four times in five.",
			n, all->judged, seen);
}

static void answer_live(struct document *out, const struct results *r)
{
	struct verdicts all = count_verdicts(r, -1, false), qemu = count_verdicts(r, -1, true);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *accel = g_ascii_strup(r->run->accel, -1);
	unsigned int told = 0;

	if (!all.judged) {
		field(out, "live", "Unresolved: no two blocks with a pair, so no verdict.");
		return;
	}
	g_string_append_printf(text, "Throughput in a guest, %.10s, %u blocks.", accel,
			       r->n_blocks);
	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		struct verdicts v = count_verdicts(r, w, false);

		if (v.judged == v.n[VERDICT_UNRESOLVED])
			continue;
		if (told < TOLD)
			put_live_workload(text, r, w, &v);
		told++;
	}
	if (told > TOLD)
		g_string_append_printf(text, " %u more workloads have verdicts.", told - TOLD);
	put_live_unresolved(text, &all);
	if (all.n[VERDICT_ONE_BLOCK])
		g_string_append_printf(text, " Of one block, without a verdict: %u.",
				       all.n[VERDICT_ONE_BLOCK]);
	if (qemu.judged) {
		g_string_append(text, " To qemu: ");
		put_resolved(text, &qemu);
		g_string_append_printf(text, "%s%u of %u unresolved.",
				       qemu.judged > qemu.n[VERDICT_UNRESOLVED] ? ", " : "",
				       qemu.n[VERDICT_UNRESOLVED], qemu.judged);
	}
	field(out, "live", "%s", text->str);
}

void put_answer(struct document *out, const struct results *r)
{
	const struct counted *c = leading(r);
	int best = c && c->rings->len ? find_best(c, 0) : -1;

	if (c && !answer_arms(out, r))
		answer_counted(out, c);
	else if (!c && r->replayed)
		field(out, "counted",
		      "Not in QEMU; recorded orders, replayed in memory: report-full.txt.");
	answer_timed(out, r, best < 0 ? NULL : c->labels->pdata[best]);
	if (!r->run->trials->len)
		field(out, "live", "Nothing was timed in a guest.");
	else if (r->off < 0)
		field(out, "live", "The plan has no variant named %s: no ratios, no verdicts.",
		      r->run->baseline[0]);
	else
		answer_live(out, r);
}
