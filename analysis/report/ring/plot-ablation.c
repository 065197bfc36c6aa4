// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of both effects of in-order delivery over the length of batches. */
#include <math.h>

#include "ablation-tables.h"
#include "analysis/report/csv.h"
#include "analysis/report/plots.h"

struct extent {
	double right, bottom, top;
};

static void put_point(GString *rows, const struct ablation *a, const struct counted *c,
		      unsigned int ring, unsigned int order, struct extent *e)
{
	struct sides device = device_sides(a, c, ring, order);
	double entries = figure_sides(a, c, ring, order, COUNT_ENTRIES).value[SIDE_BATCH];
	double y[] = {order_effect(&device), batch_effect(&device),
		      order_effect(&device) + batch_effect(&device)};

	if (!(entries > 0) || isnan(y[2]))
		return;
	g_string_append_printf(rows, "%.6g %.6g %.6g %.6g\n", 1 / entries, y[0], y[1], y[2]);
	e->right = fmax(e->right, 1 / entries);
	for (unsigned int i = 0; i < G_N_ELEMENTS(y); i++) {
		e->bottom = fmin(e->bottom, y[i]);
		e->top = fmax(e->top, y[i]);
	}
}

/* batch, order alone, one entry a batch, both: all counted cells of a ring format. */
static GString *rows_of(const struct results *r, const struct ablation *a, const char *ring,
			struct extent *e)
{
	GString *rows = g_string_new(NULL);

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];
		int place = is_ablated(a, w) ? name_place(w->counted->rings, ring) : -1;

		for (unsigned int order = 0; place >= 0 && order < w->counted->orders->len; order++)
			put_point(rows, a, w->counted, place, order, e);
	}
	return rows;
}

static void put_workload_data(const struct ablation *a, const struct ring_workload *w, GString *csv)
{
	const struct counted *c = w->counted;

	for (unsigned int i = 0; i < c->rings->len * c->orders->len; i++) {
		unsigned int ring = i / c->orders->len, order = i % c->orders->len;
		struct sides device = device_sides(a, c, ring, order);
		struct sides entries = figure_sides(a, c, ring, order, COUNT_ENTRIES);

		csv_text(csv, w->workload->name);
		csv_text(csv, c->rings->pdata[ring]);
		csv_text(csv, c->orders->pdata[order]);
		csv_number(csv, entries.value[SIDE_BATCH]);
		csv_number(csv, order_effect(&device));
		csv_number(csv, batch_effect(&device));
		csv_number(csv, order_effect(&device) + batch_effect(&device));
		csv_end(csv);
	}
}

static void put_ablation_data(const struct results *r, const struct ablation *a, GString *csv)
{
	g_string_append(csv, "workload,ring,order,used_entries_per_element,"
			     "order_alone_instructions_per_element,"
			     "one_entry_a_batch_instructions_per_element,"
			     "both_instructions_per_element\n");
	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++)
		if (is_ablated(a, r->rings->workloads->pdata[i]))
			put_workload_data(a, r->rings->workloads->pdata[i], csv);
}

static bool write_ablation_plot(const struct results *r, struct drawing *d)
{
	struct extent e = {2, 0, 0};
	g_autoptr(GString) titles = g_string_new(NULL);
	g_autofree char *batch = NULL;
	unsigned int panels = 0;
	struct ablation a;
	double room;

	if (!find_ablation(r, &a))
		return false;
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		const char *name = r->run->rings->pdata[ring];
		GString *rows = rows_of(r, &a, name, &e);
		g_autofree char *title = g_strdup_printf("%s ring", name);

		if (!rows->len) {
			g_string_free(rows, TRUE);
			continue;
		}
		put_block(d, rows, "elements_an_entry order batch both", "d%u", ++panels);
		put_element(titles, "TITLE", panels, title);
	}
	if (!panels)
		return false;
	put_ablation_data(r, &a, d->csv);
	room = 0.06 * fmax(e.top - e.bottom, 1);
	batch = plot_label(a.variant[SIDE_BATCH]);
	put_text(d->vars, "BATCH_NAME", batch);
	g_string_append_printf(d->vars,
			       "PANELS = %u\nLEFT = 0.9\nRIGHT = %g\nBOTTOM = %g\nTOP = %g\n"
			       "array TITLE[%u]\n%s",
			       panels, 1.15 * e.right, e.bottom - room, e.top + room, panels,
			       titles->str);
	return true;
}

PLOT(order_and_batch, "order-and-batch", write_ablation_plot);
