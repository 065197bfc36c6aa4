// SPDX-License-Identifier: GPL-2.0-or-later
/* What each plot shows: .dat files, and variables for the scripts in plots/. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots.h"
#include "report.h"
#include "analysis/table.h"

/* Panels side by side; the scripts draw the workloads that do not fit nowhere. */
#define MAX_PANELS 6

bool write_file(const char *folder, const char *name, GString *text, GError **error)
{
	char *path = g_build_filename(folder, name, NULL);
	bool ok = g_file_set_contents(path, text->str, text->len, error);

	g_free(path);
	g_string_free(text, TRUE);
	return ok;
}

/* gnuplot's single quotes know one escape: a quote is written twice. */
void put_quoted(GString *out, const char *text)
{
	g_string_append_c(out, '\'');
	for (; *text; text++)
		g_string_append_printf(out, *text == '\'' ? "''" : "%c", *text);
	g_string_append_c(out, '\'');
}

#define LABEL_MAX 32

/* Of a long name its beginning and its end: "my-second-stra...long-label". */
char *plot_label(const char *name)
{
	size_t length = strlen(name);

	if (length <= LABEL_MAX)
		return g_strdup(name);
	return g_strdup_printf("%.*s...%s", LABEL_MAX - 15, name, name + length - 12);
}

/* 1234567 -> "1.2 M" */
static char *short_count(double n)
{
	if (n >= 1e6)
		return g_strdup_printf("%.1f M", n / 1e6);
	return n >= 1e4 ? g_strdup_printf("%.0f k", n / 1e3) : g_strdup_printf("%.0f", n);
}

static char *panel_note(const struct results *r, unsigned int w, unsigned int ring)
{
	unsigned int least = G_MAXUINT, most = 0;
	double elements = 0;
	char *count, *note;

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = cell_at(r, w, ring, v);

		least = MIN(least, c->probed);
		most = MAX(most, c->probed);
		elements += c->elements;
	}
	if (!most)
		return g_strdup("not measured");
	count = short_count(elements);
	if (least == most)
		note = g_strdup_printf("n = %u trial%s, %s elements", most, most == 1 ? "" : "s",
				       count);
	else
		note = g_strdup_printf("n = %u-%u trials, %s elements", least, most, count);
	g_free(count);
	return note;
}

/*
 * The panels, ring by ring: PANELS a row, and for panel ROW, COLUMN its title
 * and note at index (ROW - 1) * PANELS + COLUMN. @chosen lists the workloads.
 */
static void put_panels(const struct results *r, const GArray *chosen, GString *vars)
{
	const struct run *run = r->run;
	unsigned int n = chosen->len * run->rings->len, i = 0;

	g_string_append_printf(vars, "PANELS = %u\narray TITLE[%u]\narray NOTE[%u]\n", chosen->len,
			       n, n);
	for (unsigned int ring = 0; ring < run->rings->len; ring++) {
		for (unsigned int k = 0; k < chosen->len; k++) {
			unsigned int w = g_array_index(chosen, unsigned int, k);
			const struct workload *workload = run->workloads->pdata[w];
			char *title = g_strdup_printf("%s, %s ring", workload->name,
						      (char *)run->rings->pdata[ring]);
			char *note = panel_note(r, w, ring);

			i++;
			g_string_append_printf(vars, "TITLE[%u] = ", i);
			put_quoted(vars, title);
			g_string_append_printf(vars, "\nNOTE[%u] = ", i);
			put_quoted(vars, note);
			g_string_append_c(vars, '\n');
			g_free(note);
			g_free(title);
		}
	}
}

/* The workloads in which something was out of order, with probes. */
static GArray *disordered(const struct results *r)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (unsigned int w = 0; w < r->run->workloads->len && chosen->len < MAX_PANELS; w++)
		if (disorder(r, w) >= IN_ORDER_BELOW)
			g_array_append_val(chosen, w);
	return chosen;
}

/* "Not shown, since all came in order: tcp-in, tcp-out" */
static void put_unshown(const struct results *r, const GArray *chosen, GString *vars)
{
	GString *names = g_string_new("");

	for (unsigned int w = 0; w < r->run->workloads->len; w++) {
		const struct workload *workload = r->run->workloads->pdata[w];
		bool shown = false;

		for (unsigned int k = 0; k < chosen->len; k++)
			shown |= g_array_index(chosen, unsigned int, k) == w;
		if (!shown)
			g_string_append_printf(names, "%s%s",
					       names->len ? ", " : "Not shown: ", workload->name);
	}
	if (names->len)
		g_string_append(names, " (in order, or not measured).");
	g_string_append(vars, "UNSHOWN = ");
	put_quoted(vars, names->str);
	g_string_append_c(vars, '\n');
	g_string_free(names, TRUE);
}

/* What a share plot plots, and its axes as they grow. */
struct shares {
	size_t hist;  /* offset in struct cell */
	double scale; /* value to axis: 1e-9 for ns to s */
	double least; /* left end of the axis */
	double base;  /* of its labels: powers of this */
	double right, bottom;
};

/* value, share of counts >= value; from the axis' left end on. */
static GString *share_rows(const struct cell *c, struct shares *s)
{
	const struct hist *h = (const struct hist *)((const char *)c + s->hist);
	GString *rows = g_string_new("# value share_at_least\n");
	double total = bins_total(h), left = total;
	bool any = false;

	for (unsigned int i = 0; i < h->n; i++) {
		double value = h->bins[i].value * s->scale, share = left / total;

		left -= h->bins[i].count;
		if (value < s->least)
			continue;
		if (!any && value > s->least)
			g_string_append_printf(rows, "%.6g %.6g\n", s->least, share);
		g_string_append_printf(rows, "%.6g %.6g\n", value, share);
		any = true;
		s->right = fmax(s->right, value);
		s->bottom = fmin(s->bottom, share);
	}
	if (!any) /* gnuplot wants a line */
		g_string_append(rows, "NaN NaN\n");
	return rows;
}

static bool write_shares(const struct results *r, const char *folder, GString *vars,
			 struct shares *s, GError **error)
{
	GArray *chosen = disordered(r);
	bool any = chosen->len, fine = true;
	double powers;

	s->right = s->least;
	s->bottom = 1;
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		for (unsigned int k = 0; k < chosen->len; k++) {
			unsigned int w = g_array_index(chosen, unsigned int, k);

			for (unsigned int v = 0; fine && v < r->run->variants->len; v++) {
				char *name =
					g_strdup_printf("%u-%u-%u.dat", ring + 1, k + 1, v + 1);

				fine = write_file(folder, name,
						  share_rows(cell_at(r, w, ring, v), s), error);
				g_free(name);
			}
		}
	}
	put_panels(r, chosen, vars);
	put_unshown(r, chosen, vars);
	/* Up to the next power of the base; about six labels. */
	powers = ceil(log(s->right / s->least) / log(s->base) + 0.01);
	g_string_append_printf(vars, "LEFT = %g\nRIGHT = %g\nSTEP = %g\nBOTTOM = %g\n", s->least,
			       pow(s->base, powers) * s->least,
			       pow(s->base, 1 + floor((powers - 1) / 6)),
			       /* At least a decade, also where all reach all values. */
			       fmin(0.1, fmax(1e-6, pow(10, floor(log10(s->bottom))))));
	g_array_free(chosen, TRUE);
	return any;
}

static bool write_depth(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {.hist = offsetof(struct cell, depth), .scale = 1, .least = 1, .base = 2};

	return write_shares(r, folder, vars, &s, error);
}

static bool write_hold(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {
		.hist = offsetof(struct cell, hold), .scale = 1e-9, .least = 1e-6, .base = 10};

	return write_shares(r, folder, vars, &s, error);
}

/* MEAN[panel * variants]: "1.23 / 17", time-weighted mean and maximum of S. */
static bool write_stash(const struct results *r, const char *folder, GString *vars, GError **error)
{
	struct shares s = {.hist = offsetof(struct cell, stash), .scale = 1, .least = 1, .base = 2};
	GArray *chosen = disordered(r);
	unsigned int variants = r->run->variants->len, i = 0;
	bool any = write_shares(r, folder, vars, &s, error);

	if (any)
		g_string_append_printf(vars, "array MEAN[%u]\n",
				       chosen->len * r->run->rings->len * variants);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		for (unsigned int k = 0; k < chosen->len; k++) {
			unsigned int w = g_array_index(chosen, unsigned int, k);

			for (unsigned int v = 0; v < variants; v++) {
				const struct cell *c = cell_at(r, w, ring, v);
				char *mean = number_text(OVER(c, m.stash_mean).median);

				g_string_append_printf(vars,
						       "MEAN[%u] = '%s / %" G_GUINT64_FORMAT "'\n",
						       ++i, mean, c->stash_max);
				g_free(mean);
			}
		}
	}
	g_array_free(chosen, TRUE);
	return any;
}

static GArray *all_probed(const struct results *r)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (unsigned int w = 0; w < r->run->workloads->len && chosen->len < MAX_PANELS; w++) {
		unsigned int probed = 0;

		for (unsigned int i = 0; i < r->n_cells; i++)
			if (r->cells[i].workload == w)
				probed += r->cells[i].probed;
		if (probed)
			g_array_append_val(chosen, w);
	}
	return chosen;
}

/* row, fill, flush, total, its least and greatest trial; ns an element. */
static GString *cost_rows(const struct results *r, unsigned int w, unsigned int ring,
			  bool corrected, double *right)
{
	GString *rows = g_string_new("# row fill flush total least greatest\n");

	for (unsigned int v = 0; v < r->run->variants->len; v++) {
		const struct cell *c = cell_at(r, w, ring, v);
		struct range total = corrected ? OVER(c, cost) : OVER(c, cost_raw);
		double fill = corrected ? OVER(c, fill).median : OVER(c, m.fill_cost).median;
		double flush = corrected ? OVER(c, flush).median : OVER(c, m.flush_cost).median;

		if (!total.n) {
			g_string_append_printf(rows, "%u NaN NaN NaN NaN NaN\n", v + 1);
			continue;
		}
		g_string_append_printf(rows, "%u %.6g %.6g %.6g %.6g %.6g\n", v + 1, fmax(fill, 0),
				       fmax(flush, 0), total.median, total.min, total.max);
		*right = fmax(*right, total.max);
	}
	return rows;
}

static bool write_cost(const struct results *r, const char *folder, GString *vars, GError **error)
{
	GArray *chosen = all_probed(r);
	bool any = chosen->len, fine = true, corrected = false;
	unsigned int panel = 0;

	for (unsigned int i = 0; i < r->n_cells; i++)
		corrected |= OVER(&r->cells[i], cost).n > 0;
	put_panels(r, chosen, vars);
	g_string_append_printf(vars, "CORRECTED = %d\narray RIGHT[%u]\n", corrected,
			       MAX(1, chosen->len));
	for (unsigned int k = 0; k < chosen->len; k++) {
		unsigned int w = g_array_index(chosen, unsigned int, k);
		double right = 1; /* one scale for both rings of a workload */

		for (unsigned int ring = 0; fine && ring < r->run->rings->len; ring++) {
			char *name = g_strdup_printf("%u-%u.dat", ring + 1, k + 1);

			fine = write_file(folder, name, cost_rows(r, w, ring, corrected, &right),
					  error);
			g_free(name);
		}
		g_string_append_printf(vars, "RIGHT[%u] = %g\n", ++panel, right);
	}
	g_array_free(chosen, TRUE);
	return any;
}

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

static bool write_throughput(const struct results *r, const char *folder, GString *vars,
			     GError **error)
{
	double low = 1, high = 1;
	bool fine = true, any = false;
	unsigned int least = G_MAXUINT, most = 0;

	for (unsigned int ring = 0; fine && ring < r->run->rings->len; ring++) {
		char *name = g_strdup_printf("%u.dat", ring + 1);

		fine = write_file(folder, name, ratio_rows(r, ring, &low, &high), error);
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
	put_ratio_labels(r, vars);
	return any;
}

const struct plot all_plots[] = {
	{"depth", write_depth}, {"stash", write_stash},		  {"order-cost", write_cost},
	{"hold", write_hold},	{"throughput", write_throughput},
};

const unsigned int n_plots = G_N_ELEMENTS(all_plots);
