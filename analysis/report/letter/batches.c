// SPDX-License-Identifier: GPL-2.0-or-later
/* What in-order is for, in a sentence or two. */
#include <math.h>
#include <string.h>

#include "analysis/report/ring/ablation-tables.h"
#include "analysis/report/ring/ablation.h"
#include "analysis/report/ring/driver-costs.h"
#include "analysis/table.h"
#include "parts.h"

/* The least and the most of an effect; NAN: none was counted. */
struct span {
	double low, high;
};

static void widen(struct span *s, double value)
{
	s->low = fmin(s->low, value);
	s->high = fmax(s->high, value);
}

static void put_span(GString *text, const struct span *s)
{
	g_autofree char *low = signed_text(s->low, 0), *high = signed_text(s->high, 0);

	g_string_append_printf(text, "%s%s%s", low, strcmp(low, high) ? " to " : "",
			       strcmp(low, high) ? high : "");
}

/* The first workload that was counted with the variant that writes fewer entries. */
static const struct ring_workload *ablated(const struct results *r, const struct ablation *a)
{
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		if (is_ablated(a, r->rings->workloads->pdata[i]))
			return r->rings->workloads->pdata[i];
	return NULL;
}

/* Of both effects, by ring. */
struct effects {
	struct span order[2], batch[2];
	bool any;
};

static void take(struct effects *e, unsigned int ring, const struct sides *s)
{
	widen(&e->order[ring], order_effect(s));
	widen(&e->batch[ring], batch_effect(s));
	e->any |= !isnan(batch_effect(s));
}

/* "-155 to +32 split, +32 to +36 packed" */
static void put_spans(GString *text, const struct results *r, const struct span *span)
{
	bool any = false;

	for (unsigned int ring = 0; ring < MIN(2, r->run->rings->len); ring++) {
		if (isnan(span[ring].low))
			continue;
		g_string_append(text, any ? ", " : " ");
		put_span(text, &span[ring]);
		g_string_append_printf(text, " %s", (char *)r->run->rings->pdata[ring]);
		any = true;
	}
	if (!any)
		g_string_append(text, " not counted");
}

static struct effects device_effects(const struct results *r, const struct ablation *a)
{
	const struct ring_workload *w = ablated(r, a);
	struct effects e = {{{NAN, NAN}, {NAN, NAN}}, {{NAN, NAN}, {NAN, NAN}}, false};

	for (unsigned int ring = 0; w && ring < MIN(2, r->run->rings->len); ring++) {
		int place = name_place(w->counted->rings, r->run->rings->pdata[ring]);

		for (unsigned int o = 0; place >= 0 && o < w->counted->orders->len; o++) {
			struct sides s = device_sides(a, w->counted, place, o);

			take(&e, ring, &s);
		}
	}
	return e;
}

static struct effects driver_effects(const struct results *r, const struct ablation *a)
{
	struct effects e = {{{NAN, NAN}, {NAN, NAN}}, {{NAN, NAN}, {NAN, NAN}}, false};

	for (unsigned int ring = 0; ring < MIN(2, r->run->rings->len); ring++) {
		for (unsigned int w = 0; w < r->run->workloads->len; w++) {
			struct sides s;

			if (!has_ablation_driver(r, a, w, ring))
				continue;
			s = driver_sides(a, r->run, r->run->workloads->pdata[w], ring,
					 driver_part("get_buf"));
			take(&e, ring, &s);
		}
	}
	return e;
}

void put_letter_batches(struct document *out, const struct results *r)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct ablation a;
	struct effects e;

	if (!find_ablation(r, &a))
		return;
	e = device_effects(r, &a);
	if (e.any) {
		g_string_append_printf(text, " Device: order alone (%.20s)",
				       a.variant[SIDE_ORDER] ?: "-");
		put_spans(text, r, e.order);
		g_string_append_printf(text, "; one used entry a batch (%.20s) besides",
				       a.variant[SIDE_BATCH]);
		put_spans(text, r, e.batch);
		g_string_append_c(text, '.');
	}
	e = driver_effects(r, &a);
	if (e.any) {
		g_string_append(text, " Driver, get_buf: order");
		put_spans(text, r, e.order);
		g_string_append(text, "; batch");
		put_spans(text, r, e.batch);
		g_string_append_c(text, '.');
	}
	if (text->len)
		field(out, "in-order", "Instructions an element.%s", text->str);
}
