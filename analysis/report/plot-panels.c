// SPDX-License-Identifier: GPL-2.0-or-later
#include "plot-panels.h"

#include "plots.h"

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

void put_panels(const struct results *r, const GArray *chosen, GString *vars)
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

GArray *find_disordered(const struct results *r)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (unsigned int w = 0; w < r->run->workloads->len && chosen->len < MAX_PANELS; w++)
		if (share_disordered(r, w) >= IN_ORDER_BELOW)
			g_array_append_val(chosen, w);
	return chosen;
}

void put_left_out(const struct results *r, const GArray *chosen, GString *vars)
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

GArray *find_probed(const struct results *r)
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
