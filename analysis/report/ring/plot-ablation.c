// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of both effects of in-order delivery over the length of batches. */
#include <math.h>

#include "ablation-tables.h"
#include "analysis/report/plots.h"
#include "analysis/report/wording.h"

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

static bool write_ablation_plot(const struct results *r, const char *folder, GString *vars,
				GError **error)
{
	struct extent e = {2, 0, 0};
	g_autoptr(GString) titles = g_string_new(NULL);
	g_autofree char *where = ran_on(r->run), *batch = NULL;
	unsigned int panels = 0;
	struct ablation a;
	bool fine = true;
	double room;

	if (!find_ablation(r, &a))
		return false;
	for (unsigned int ring = 0; fine && ring < r->run->rings->len; ring++) {
		GString *rows = rows_of(r, &a, r->run->rings->pdata[ring], &e);
		g_autofree char *name = g_strdup_printf("%u.dat", panels + 1);

		if (!rows->len) {
			g_string_free(rows, TRUE);
			continue;
		}
		fine = plot_write_file(folder, name, rows, error);
		g_string_append_printf(titles, "TITLE[%u] = ", ++panels);
		put_quoted(titles, r->run->rings->pdata[ring]);
		g_string_append(titles, ".' ring'\n");
	}
	if (!panels)
		return false;
	room = 0.06 * fmax(e.top - e.bottom, 1);
	g_string_append(vars, "RAN_ON = ");
	put_quoted(vars, where);
	g_string_append(vars, "\nBATCH_NAME = ");
	batch = plot_label(a.variant[SIDE_BATCH]);
	put_quoted(vars, batch);
	g_string_append_printf(vars,
			       "\nPANELS = %u\nLEFT = 0.9\nRIGHT = %g\nBOTTOM = %g\nTOP = %g\n"
			       "array TITLE[%u]\n%s",
			       panels, 1.15 * e.right, e.bottom - room, e.top + room, panels,
			       titles->str);
	return true;
}

PLOT(ablation, "ablation", write_ablation_plot);
