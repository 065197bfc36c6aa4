// SPDX-License-Identifier: GPL-2.0-or-later
#include "plot-panels.h"

#include <math.h>

#include "plots.h"

/* 1234567 -> "1.2 M" */
static char *short_count(double n)
{
	if (n >= 1e6)
		return g_strdup_printf("%.1f M", n / 1e6);
	return n >= 1e4 ? g_strdup_printf("%.0f k", n / 1e3) : g_strdup_printf("%.0f", n);
}

bool shows_probed(const struct results *r, const struct cell *c, const void *data)
{
	(void)r;
	(void)data;
	return c->probed;
}

const struct cell *panel_cell(const struct results *r, const GArray *panels, unsigned int panel,
			      unsigned int variant)
{
	const struct panel *p = &g_array_index(panels, struct panel, panel);

	return cell_at(r, p->workload, p->ring, variant);
}

GArray *find_panels(const struct results *r, panel_fn shows, const void *data)
{
	GArray *panels = g_array_new(FALSE, FALSE, sizeof(struct panel));

	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		unsigned int n = 0;

		for (unsigned int w = 0; w < r->run->workloads->len && n < MAX_PANELS; w++) {
			struct panel panel = {w, ring};
			bool any = false;

			for (unsigned int v = 0; v < r->run->variants->len; v++)
				any |= shows(r, cell_at(r, w, ring, v), data);
			if (any) {
				g_array_append_val(panels, panel);
				n++;
			}
		}
	}
	return panels;
}

static char *panel_note(const struct results *r, const GArray *panels, unsigned int panel)
{
	unsigned int least = G_MAXUINT, most = 0;
	g_autofree char *count = NULL;
	double elements = 0;

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = panel_cell(r, panels, panel, v);

		least = MIN(least, c->probed);
		most = MAX(most, c->probed);
		elements += c->elements;
	}
	count = short_count(elements);
	if (least == most)
		return g_strdup_printf("n = %u trial%s, %s elements", most, most == 1 ? "" : "s",
				       count);
	return g_strdup_printf("n = %u-%u trials, %s elements", least, most, count);
}

void put_panel_notes(const struct results *r, const GArray *panels, GString *vars)
{
	g_string_append_printf(vars, "array NOTE[%u]\n", panels->len);
	for (unsigned int i = 0; i < panels->len; i++) {
		g_autofree char *note = panel_note(r, panels, i);

		put_element(vars, "NOTE", i + 1, note);
	}
}

/* Is there a panel in @column of a row after @row? */
static bool any_below(const unsigned int *row_lengths, unsigned int n_rows, unsigned int row,
		      unsigned int column)
{
	for (unsigned int i = row + 1; i < n_rows; i++)
		if (row_lengths[i] > column)
			return true;
	return false;
}

void put_grid(GString *vars, const unsigned int *row_lengths, unsigned int n_rows)
{
	unsigned int n = 0, columns = 0, i = 0;

	for (unsigned int row = 0; row < n_rows; row++) {
		n += row_lengths[row];
		columns = MAX(columns, row_lengths[row]);
	}
	g_string_append_printf(vars,
			       "PANELS = %u\nCOLUMNS = %u\nROWS = %u\narray TITLE[%u]\n"
			       "array AT_ROW[%u]\narray AT_COLUMN[%u]\narray LOWEST[%u]\n",
			       n, columns, n_rows, n, n, n, n);
	for (unsigned int row = 0; row < n_rows; row++) {
		for (unsigned int column = 0; column < row_lengths[row]; column++) {
			i++;
			g_string_append_printf(
				vars, "AT_ROW[%u] = %u\nAT_COLUMN[%u] = %u\nLOWEST[%u] = %d\n", i,
				row, i, column, i, !any_below(row_lengths, n_rows, row, column));
		}
	}
}

void put_panels(const struct results *r, const GArray *panels, GString *vars)
{
	/* No row is empty: there are no more of them than panels. */
	g_autofree unsigned int *lengths = g_new0(unsigned int, panels->len + 1);
	unsigned int rows = 0, ring = 0;

	for (unsigned int i = 0; i < panels->len; i++) {
		const struct panel *p = &g_array_index(panels, struct panel, i);

		if (!rows || p->ring != ring || lengths[rows - 1] == GRID_COLUMNS)
			rows++;
		lengths[rows - 1]++;
		ring = p->ring;
	}
	put_grid(vars, lengths, rows);
	for (unsigned int i = 0; i < panels->len; i++) {
		const struct panel *p = &g_array_index(panels, struct panel, i);
		const struct workload *w = r->run->workloads->pdata[p->workload];
		g_autofree char *title = g_strdup_printf("%s, %s ring", w->name,
							 (char *)r->run->rings->pdata[p->ring]);

		put_element(vars, "TITLE", i + 1, title);
	}
}

static bool has_panel(const GArray *panels, unsigned int w, unsigned int ring)
{
	for (unsigned int i = 0; i < panels->len; i++) {
		const struct panel *p = &g_array_index(panels, struct panel, i);

		if (p->workload == w && p->ring == ring)
			return true;
	}
	return false;
}

/* "tcp-out", or "tcp-out on packed" if it has a panel on other rings. */
static void put_missing(const struct results *r, const GArray *panels, unsigned int w,
			GString *names)
{
	const struct workload *workload = r->run->workloads->pdata[w];
	unsigned int shown = 0;

	for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
		shown += has_panel(panels, w, ring);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		if (has_panel(panels, w, ring) || !cell_at(r, w, ring, 0)->planned)
			continue;
		g_string_append_printf(names, "%s%s",
				       names->len ? ", " : "Not shown: ", workload->name);
		if (!shown)
			return;
		g_string_append_printf(names, " on %s", (char *)r->run->rings->pdata[ring]);
	}
}

void put_left_out(const struct results *r, const GArray *panels, GString *vars)
{
	g_autoptr(GString) names = g_string_new("");

	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		put_missing(r, panels, w, names);
	if (names->len)
		g_string_append(names, " (in order, or not measured).");
	put_text(vars, "UNSHOWN", names->str);
}

/* 1, then outwards what leaves room for its label. */
void put_ratio_tics(GString *vars, double low, double high)
{
	static const double up[] = {1.05, 1.1, 1.2, 1.3, 1.5, 2, 3, 5, 10};
	double room = log(high / low) / 10;
	GString *tics = g_string_new("1");

	for (int way = 0; way < 2; way++) {
		double last = 0;

		for (unsigned int i = 0; i < G_N_ELEMENTS(up); i++) {
			/* 0.95, 0.9, 0.8, 0.7 ...: round numbers on either side */
			static const double down[] = {0.95, 0.9, 0.8, 0.7, 0.5,
						      0.3,  0.2, 0.1, 0.05};
			double tic = way ? down[i] : up[i];

			if (tic < low || tic > high || fabs(log(tic)) - last < room)
				continue;
			last = fabs(log(tic));
			g_string_append_printf(tics, ", %g", tic);
		}
	}
	g_string_append_printf(vars, "TICS = '%s'\n", tics->str);
	g_string_free(tics, TRUE);
}
