// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "What in-order is for": the ablation's tables, and what follows from them in words, by
 * rule.  A counted effect is none below the share of off's figure by which runs of a cell
 * may differ; one of throughput, if its interval holds 1.
 */
#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "ablation-tables.h"
#include "driver-costs.h"
#include "sections.h"

#define NOTHING_DEVICE 0.005
#define NOTHING_DRIVER 0.01

/* How often an effect costs, saves, is nothing; and how much. */
struct tally {
	unsigned int costs, saves, nothing;
	double least[2], most[2]; /* of the costs, of the savings: both > 0 */
};

static void count_effect(struct tally *t, double effect, double none_below)
{
	unsigned int saving = effect < 0;
	double size = fabs(effect);

	if (isnan(effect))
		return;
	if (!(size > none_below)) {
		t->nothing++;
		return;
	}
	if (!*(saving ? &t->saves : &t->costs))
		t->least[saving] = t->most[saving] = size;
	(*(saving ? &t->saves : &t->costs))++;
	t->least[saving] = fmin(t->least[saving], size);
	t->most[saving] = fmax(t->most[saving], size);
}

static void put_part(GString *out, const char *verb, unsigned int n, double least, double most)
{
	g_autofree char *low = g_strdup_printf("%.0f", least),
			*high = g_strdup_printf("%.0f", most);

	if (n)
		g_string_append_printf(out, "%s%s in %u (%s%s%s)", out->len ? ", " : "", verb, n,
				       low, strcmp(low, high) ? " to " : "",
				       strcmp(low, high) ? high : "");
}

/* "costs in 3 (12 to 45), saves in 4 (20 to 130), nothing in 1"; g_free() it. */
static char *tally_text(const struct tally *t)
{
	GString *out = g_string_new(NULL);

	put_part(out, "costs", t->costs, t->least[0], t->most[0]);
	put_part(out, "saves", t->saves, t->least[1], t->most[1]);
	if (t->nothing)
		g_string_append_printf(out, "%snothing in %u", out->len ? ", " : "", t->nothing);
	if (!out->len)
		g_string_append(out, "not counted");
	return g_string_free(out, FALSE);
}

/* Of one class on one ring, over workloads and orders. */
struct device_words {
	struct tally order, batch, both;
	unsigned int cells, pays, paid_back; /* order costs; and the batch as much or more */
	double shortest, longest;	     /* elements a used entry */
};

static void take_cell(struct device_words *d, const struct ablation *a, const struct counted *c,
		      unsigned int ring, unsigned int order)
{
	struct sides s = device_sides(a, c, ring, order);
	double of = isnan(s.value[SIDE_OFF]) ? s.value[SIDE_ORDER] : s.value[SIDE_OFF];
	double none = NOTHING_DEVICE * of;
	double entries = figure_sides(a, c, ring, order, COUNT_ENTRIES).value[SIDE_BATCH];

	d->cells += !isnan(s.value[SIDE_BATCH]);
	count_effect(&d->order, order_effect(&s), none);
	count_effect(&d->batch, batch_effect(&s), none);
	count_effect(&d->both, order_effect(&s) + batch_effect(&s), none);
	if (order_effect(&s) > none && !isnan(batch_effect(&s))) {
		d->pays++;
		d->paid_back += order_effect(&s) + batch_effect(&s) <= none;
	}
	if (entries > 0) {
		d->shortest = fmin(d->shortest, 1 / entries);
		d->longest = fmax(d->longest, 1 / entries);
	}
}

static void put_device_words(struct document *out, const struct device_words *d, const char *class,
			     const char *ring)
{
	g_autofree char *order = tally_text(&d->order), *batch = tally_text(&d->batch);
	g_autofree char *both = tally_text(&d->both);
	g_autofree char *most = d->longest < d->shortest + 0.05
					? g_strdup("")
					: g_strdup_printf(" to %.1f", d->longest);
	g_autoptr(GString) back = g_string_new(NULL);

	if (d->pays)
		g_string_append_printf(back,
				       " Where order costs, one entry a batch pays that back in %u "
				       "of %u.",
				       d->paid_back, d->pays);
	paragraph(
		out, 2,
		"- device, %s, %s ring, instructions an element in %u cell%s: order alone %s; one "
		"entry a batch %s; both %s. Elements a used entry: %.1f%s.%s",
		class, ring, d->cells, d->cells == 1 ? "" : "s", order, batch, both, d->shortest,
		most, back->str);
}

static void device_words(struct document *out, const struct results *r, const struct ablation *a,
			 enum ring_class class, const char *ring)
{
	struct device_words d = {.shortest = INFINITY};

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];
		int place = is_ablated(a, w) ? name_place(w->counted->rings, ring) : -1;

		if (place < 0 || w->class != class)
			continue;
		for (unsigned int order = 0; order < w->counted->orders->len; order++)
			take_cell(&d, a, w->counted, place, order);
	}
	if (d.cells)
		put_device_words(out, &d, ring_class_names[class], ring);
}

static void driver_words(struct document *out, const struct results *r, const struct ablation *a,
			 unsigned int ring)
{
	static const struct {
		const char *name;
		unsigned int part;
	} parts[] = {{"get_buf", 0}, {"all its work on the ring", DRIVER_WORK}};
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(parts); i++) {
		unsigned int part = parts[i].part ?: (unsigned int)driver_part("get_buf");
		struct tally order = {}, batch = {};
		g_autofree char *of_order = NULL, *of_batch = NULL;

		for (unsigned int w = 0; w < r->run->workloads->len; w++) {
			struct sides s =
				driver_sides(a, r->run, r->run->workloads->pdata[w], ring, part);

			/* What it maps is up to where the guest's pages lie. */
			if (!has_ablation_driver(r, a, w, ring) || (i && !s.agree))
				continue;
			count_effect(&order, order_effect(&s),
				     NOTHING_DRIVER * s.value[SIDE_ORDER]);
			count_effect(&batch, batch_effect(&s),
				     NOTHING_DRIVER * s.value[SIDE_ORDER]);
		}
		of_order = tally_text(&order);
		of_batch = tally_text(&batch);
		g_string_append_printf(text, "%s%s: order alone %s, one entry a batch %s",
				       i ? "; " : "", parts[i].name, of_order, of_batch);
	}
	paragraph(out, 2, "- driver, %s ring, instructions an element by workloads; %s.",
		  (char *)r->run->rings->pdata[ring], text->str);
}

/* Which of the ratios differ from 1. */
struct rate_words {
	GString *text[2]; /* order, batch */
	unsigned int n[2], without[2];
};

static void take_rate(void *data, const struct workload *w, const char *ring,
		      struct ablation_rates x)
{
	struct rate_words *words = data;
	const struct block_ratio *ratio[] = {&x.order, &x.batch};

	for (unsigned int i = 0; i < 2; i++) {
		if (isnan(ratio[i]->lo)) {
			words->without[i] += !isnan(ratio[i]->ratio);
			continue;
		}
		words->n[i]++;
		if (ratio[i]->lo > 1 || ratio[i]->hi < 1)
			g_string_append_printf(words->text[i], "%s%.24s, %s ring: %+.1f %%",
					       words->text[i]->len ? "; " : "", w->name, ring,
					       100 * (ratio[i]->ratio - 1));
	}
}

static void rate_words(struct document *out, const struct results *r, const struct ablation *a)
{
	static const char *const effects[] = {"order alone", "one entry a batch"};
	struct rate_words words = {{g_string_new(NULL), g_string_new(NULL)}, {0}, {0}};

	each_ablation_rate(r, a, take_rate, &words);
	for (unsigned int i = 0; i < 2; i++) {
		if (words.n[i])
			paragraph(
				out, 2,
				"- throughput, %s: of %u intervals these leave out no effect: %s.",
				effects[i], words.n[i],
				words.text[i]->len ? words.text[i]->str : "none");
		if (words.without[i])
			paragraph(out, 2,
				  "- throughput, %s: %u ratios of fewer than %d blocks, without an "
				  "interval, which say nothing.",
				  effects[i], words.without[i], MIN_RANGE);
		g_string_free(words.text[i], TRUE);
	}
}

void report_ablation(struct document *out, const struct results *r)
{
	struct ablation a;
	bool driver;

	if (!find_ablation(r, &a))
		return;
	heading(out, '-', "What in-order is for");
	paragraph(out, 0,
		  "Two effects: order alone, from off to %s, which writes a used entry for each "
		  "element; and one entry a batch, from %s to %s. Counted, an element: what the "
		  "device does on the ring for it (instructions of pop, and of push or of fill and "
		  "flush: off's; qemu over off; order, batch; both over off), used entries that %s "
		  "writes, and the bytes it writes over off.\n",
		  a.variant[SIDE_ORDER] ?: "none of the run's variants",
		  a.variant[SIDE_ORDER] ?: "none", a.variant[SIDE_BATCH], a.variant[SIDE_BATCH]);
	put_ablation_device(out, r, &a);
	put_ablation_round(out, r, &a);
	driver = put_ablation_driver(out, r, &a);
	if (driver)
		paragraph(
			out, 0,
			"\nDriver: Linux %s in a guest, instructions an element: get_buf, and all "
			"its work on the ring, of off, then both effects; interrupts an element of "
			"off, %s and %s, as the boot's timing has them.",
			r->run->guest_kernel, a.variant[SIDE_ORDER] ?: "-", a.variant[SIDE_BATCH]);
	if (put_ablation_rates(out, r, &a))
		paragraph(
			out, 0,
			"\nThroughput: off's (elements/s, IOPS or Gbit/s, median), and what each "
			"effect adds in per cent, within a block; with an interval from %d blocks "
			"on.",
			MIN_RANGE);
	paragraph(out, 0, "\nIn words:");
	for (unsigned int class = 0; class < RING_CLASSES; class ++)
		for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
			device_words(out, r, &a, class, r->run->rings->pdata[ring]);
	for (unsigned int ring = 0; driver && ring < r->run->rings->len; ring++)
		driver_words(out, r, &a, ring);
	rate_words(out, r, &a);
}
