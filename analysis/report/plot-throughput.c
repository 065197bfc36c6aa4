// SPDX-License-Identifier: GPL-2.0-or-later
/* The plot of throughput relative to off. */
#include <math.h>

#include "csv.h"
#include "plots.h"

/*
 * Ratios: one row a variant under a heading a workload, top down. Columns: row,
 * ratio, low, high, variant, resolved (1) or not (0).
 */
static GString *ratio_rows(const struct results *r, unsigned int ring, double *low, double *high)
{
	GString *rows = g_string_new("# row ratio low high variant resolved\n");
	unsigned int row = 0, shown = 0;

	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		row++; /* the heading */
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const struct comparison *c = &cell_at(r, w, ring, v)->to_off;

			if ((int)v == r->off)
				continue;
			row++;
			if (isnan(c->ratio))
				continue;
			shown++;
			g_string_append_printf(rows, "%u %.6g %.6g %.6g %u %d\n", row, c->ratio,
					       isnan(c->lo) ? c->ratio : c->lo,
					       isnan(c->hi) ? c->ratio : c->hi, v + 1,
					       c->verdict == VERDICT_FASTER ||
						       c->verdict == VERDICT_SLOWER ||
						       c->verdict == VERDICT_EQUIVALENT);
			*low = fmin(*low, isnan(c->lo) ? c->ratio : c->lo);
			*high = fmax(*high, isnan(c->hi) ? c->ratio : c->hi);
		}
	}
	if (!shown)
		g_string_append(rows, "NaN NaN NaN NaN 1 0\n");
	return rows;
}

static void put_ratio_labels(const struct results *r, GString *vars)
{
	const struct run *run = r->run;
	unsigned int rows = run->workloads->len * run->variants->len, row = 0;

	g_string_append_printf(vars, "ROWS = %u\narray ROW[%u]\narray HEAD[%u]\n", rows, rows,
			       rows);
	for (unsigned int w = 0; w < run->workloads->len; w++) {
		g_string_append_printf(vars, "HEAD[%u] = 1\nROW[%u] = ", row + 1, row + 1);
		row++;
		put_quoted(vars, ((struct workload *)run->workloads->pdata[w])->name);
		g_string_append_c(vars, '\n');
		for (unsigned int v = 0; v < run->variants->len; v++) {
			char *label;

			if ((int)v == r->off)
				continue;
			g_string_append_printf(vars, "HEAD[%u] = 0\nROW[%u] = ", row + 1, row + 1);
			row++;
			label = plot_label(run->variants->pdata[v]);
			put_quoted(vars, label);
			g_free(label);
			g_string_append_c(vars, '\n');
		}
	}
}

/* Tics of a log axis: 1, then outwards what leaves room for its label. */
static void put_tics(GString *vars, double low, double high)
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

static GString *ratio_data(const struct results *r)
{
	GString *csv = g_string_new("workload,ring,variant,blocks,throughput_over_off_ratio,"
				    "ci95_low_ratio,ci95_high_ratio,verdict\n");

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (c->to_off.verdict == VERDICT_BASELINE || isnan(c->to_off.ratio))
			continue;
		csv_text(csv, workload_of(r, c)->name);
		csv_text(csv, r->run->rings->pdata[c->ring]);
		csv_text(csv, variant_name(r, c));
		csv_number(csv, c->to_off.n);
		csv_number(csv, c->to_off.ratio);
		csv_number(csv, c->to_off.lo);
		csv_number(csv, c->to_off.hi);
		csv_text(csv, verdict_name(c->to_off.verdict));
		csv_end(csv);
	}
	return csv;
}

static bool write_throughput(const struct results *r, const char *folder, GString *vars,
			     GError **error)
{
	double low = 1, high = 1;
	bool fine = true, any = false;
	unsigned int least = G_MAXUINT, most = 0;

	for (unsigned int ring = 0; fine && ring < r->run->rings->len; ring++) {
		char *name = g_strdup_printf("%u.dat", ring + 1);

		fine = plot_write_file(folder, name, ratio_rows(r, ring, &low, &high), error);
		g_free(name);
	}
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct comparison *c = &r->cells[i].to_off;

		if (c->verdict == VERDICT_BASELINE || !r->cells[i].planned)
			continue;
		least = MIN(least, c->n);
		most = MAX(most, c->n);
		any |= c->n > 0;
	}
	low = fmax(0.05, fmin(low, 1 / (1 + r->margin)) / 1.04);
	high = fmin(20, fmax(high, 1 + r->margin) * 1.04);
	g_string_append_printf(vars, "LEFT = %g\nRIGHT = %g\nMARGIN = %g\n", low, high, r->margin);
	g_string_append_printf(vars,
			       most == 1       ? "N = 'n = 1 block'\n"
			       : least == most ? "N = 'n = %u blocks'\n"
					       : "N = 'n = %u to %u blocks'\n",
			       least, most);
	put_tics(vars, low, high);
	fine = fine && plot_write_file(folder, PLOT_DATA, ratio_data(r), error);
	put_ratio_labels(r, vars);
	return any;
}

PLOT(throughput, "throughput", write_throughput);
