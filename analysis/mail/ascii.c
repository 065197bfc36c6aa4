// SPDX-License-Identifier: GPL-2.0-or-later
#include "ascii.h"

#include <gio/gio.h>
#include <string.h>

#include "analysis/plots-resource.h"
#include "analysis/report/reader.h"
#include "probes/tool/text.h"

#define SCRIPT "/vqlab/plots/ascii.gp"
#define SCHEMA "vqlab-summary-2"

/* More rows than a mail has room for are not drawn. */
#define ROWS_MAX 40
#define NAME_MAX_BYTES 20

/* What is drawn: gnuplot's data, its labels, and how much of the axis they need. */
struct rows {
	GString *data, *tics;
	char *workload, *ring; /* of the last row */
	unsigned int n;
	double low, high;
};

/* @text has been made printable ASCII; gnuplot's quotes know one escape. */
static void add_label(struct rows *rows, const char *text)
{
	g_autofree char *cut = vq_text_clean(text, -1, NAME_MAX_BYTES, VQ_ASCII);
	g_auto(GStrv) pieces = g_strsplit(cut, "'", -1);
	g_autofree char *quoted = g_strjoinv("''", pieces);

	g_string_append_printf(rows->tics, "%s'%s' %u", rows->tics->len ? ", " : "", quoted,
			       rows->n);
}

/* A cell of the summary; those that have no ratio, or are of another workload, are not
 * drawn. */
static void add_cell(struct reader *r, JsonObject *cell, struct rows *rows)
{
	g_autofree char *workload = need_string(r, cell, "workload");
	g_autofree char *ring = need_string(r, cell, "ring");
	g_autofree char *variant = need_string(r, cell, "variant");
	JsonObject *to_off = need_object(r, cell, "to_off");
	g_autofree char *verdict = need_string(r, to_off, "verdict");
	double ratio = opt_number(r, to_off, "ratio", 0);
	double low = opt_number(r, to_off, "ci_low", ratio),
	       high = opt_number(r, to_off, "ci_high", ratio);

	if (r->error || ratio <= 0 || low <= 0 ||
	    (rows->workload && strcmp(workload, rows->workload)))
		return;
	if (!rows->ring || strcmp(ring, rows->ring)) {
		g_autofree char *heading = g_strdup_printf("%s ring", ring);

		rows->n++;
		add_label(rows, heading);
	}
	rows->n++;
	add_label(rows, variant);
	g_string_append_printf(rows->data, "%u %g %g %g %d\n", rows->n, ratio, low, high,
			       strcmp(verdict, "unresolved") != 0);
	rows->low = MIN(rows->low, low);
	rows->high = MAX(rows->high, high);
	g_free(rows->workload);
	g_free(rows->ring);
	rows->workload = g_steal_pointer(&workload);
	rows->ring = g_steal_pointer(&ring);
}

static bool read_rows(const char *summary, struct rows *rows, GError **error)
{
	struct reader r;
	JsonObject *top = reader_open(&r, summary, SCHEMA);
	JsonArray *cells = need_array(&r, top, "cells");

	for (unsigned int i = 0; i < array_length(cells) && rows->n < ROWS_MAX; i++)
		add_cell(&r, array_object(&r, cells, i, "cells"), rows);
	if (!r.error && !rows->n)
		reader_fail(&r, "cells", "no throughput relative to off: nothing to draw as text");
	return reader_close(&r, error);
}

/* Variables, then the script, as gnuplot reads them from its standard input. */
static char *write_script(const struct rows *rows)
{
	g_autoptr(GBytes) bytes = g_resource_lookup_data(plots_get_resource(), SCRIPT, 0, NULL);
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "ROWS = %u\nLOW = %g\nHIGH = %g\nset ytics (%s)\n", rows->n,
			       rows->low, rows->high, rows->tics->str);
	g_string_append_printf(s, "$rows << end_of_rows\n%send_of_rows\n", rows->data->str);
	g_string_append_len(s, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	return g_string_free(s, FALSE);
}

static char *run_gnuplot(const char *script, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
		G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_autoptr(GSubprocess) gnuplot = NULL;
	g_autofree char *drawn = NULL, *said = NULL;

	gnuplot = g_subprocess_launcher_spawn(launcher, error, "gnuplot", "-d", "-", NULL);
	if (!gnuplot) {
		g_prefix_error(error, "gnuplot: ");
		return NULL;
	}
	if (!g_subprocess_communicate_utf8(gnuplot, script, NULL, &drawn, &said, error))
		return NULL;
	if (!g_subprocess_get_successful(gnuplot) || !*drawn) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "gnuplot: nothing drawn: %s",
			    said);
		return NULL;
	}
	return g_steal_pointer(&drawn);
}

/* @drawn without what a mail has no use for: form feeds, empty lines, blanks at ends. */
static char *tidy(const char *workload, const char *drawn)
{
	g_auto(GStrv) lines = g_strsplit(drawn, "\n", -1);
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "Throughput relative to off, %.30s\n\n", workload);
	for (unsigned int i = 0; lines[i]; i++) {
		g_autofree char *line =
			vq_text_clean(g_strdelimit(lines[i], "\f", ' '), -1, 72, VQ_ASCII);

		g_strchomp(line);
		if (*line)
			g_string_append_printf(s, "%s\n", line);
	}
	g_string_append(
		s, "\nO faster, slower or equivalent, U unresolved; + to + the 95 % interval\n");
	return g_string_free(s, FALSE);
}

char *ascii_plot(const char *summary, GError **error)
{
	struct rows rows = {
		.data = g_string_new(NULL), .tics = g_string_new(NULL), .low = 1, .high = 1};
	g_autofree char *script = NULL, *drawn = NULL;
	char *text = NULL;

	if (read_rows(summary, &rows, error)) {
		script = write_script(&rows);
		drawn = run_gnuplot(script, error);
		text = drawn ? tidy(rows.workload, drawn) : NULL;
	}
	g_string_free(rows.data, TRUE);
	g_string_free(rows.tics, TRUE);
	g_free(rows.workload);
	g_free(rows.ring);
	return text;
}
