// SPDX-License-Identifier: GPL-2.0-or-later
#include "drawn.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/plots-resource.h"
#include "analysis/report/csv.h"
#include "analysis/report/svg.h"
#include "analysis/table.h"
#include "html.h"

#define SCRIPTS "/vqlab/plots"

/* Longer ones are a file to download. */
#define MAX_ROWS 40

/* What a script begins with, the licence apart: the comment that says what it draws. */
static char *caption_of(const char *name)
{
	g_autofree char *path = g_strdup_printf(SCRIPTS "/%s.gp", name);
	g_autoptr(GBytes) script = g_resource_lookup_data(plots_get_resource(), path, 0, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GString *caption = g_string_new(NULL);

	if (!script)
		return g_string_free(caption, FALSE);
	text = g_strndup(g_bytes_get_data(script, NULL), g_bytes_get_size(script));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; g_str_has_prefix(*line, "#"); line++)
		if (!strstr(*line, "SPDX-"))
			g_string_append_printf(caption, "%s%s", caption->len ? " " : "",
					       *line + strspn(*line, "# "));
	return g_string_free(caption, FALSE);
}

/* A file of plots/ as text, or NULL. */
static char *read_plot(const char *plots, const char *name, const char *suffix)
{
	g_autofree char *path = g_strdup_printf("%s/%s.%s", plots, name, suffix);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static bool is_figure(const char *text)
{
	char *end;

	g_ascii_strtod(text, &end);
	return !*text || (end != text && !*end);
}

/* A CSV (plots.h) as a table: figures to the right. Its n_rows are counted. */
static struct table *table_of(const char *csv, unsigned int *n_rows)
{
	g_auto(GStrv) head = csv_row(&csv);
	struct table *t = g_new0(struct table, 1);

	t->cells = g_ptr_array_new_with_free_func(g_free);
	for (t->n = 0; head[t->n] && t->n < TABLE_COLUMNS; t->n++) {
		t->columns[t->n].head = g_strdup(g_strdelimit(head[t->n], "_", ' '));
		t->columns[t->n].right = true;
	}
	for (*n_rows = 0; *csv; ++*n_rows) {
		g_auto(GStrv) row = csv_row(&csv);
		unsigned int cells = g_strv_length(row);

		for (unsigned int c = 0; c < t->n; c++) {
			const char *cell = c < cells ? row[c] : "";

			t->columns[c].right &= is_figure(cell);
			g_ptr_array_add(t->cells, g_strdup(cell));
		}
	}
	return t;
}

static void put_numbers(GString *out, const char *plots, const char *name,
			const GPtrArray *variants)
{
	g_autofree char *csv = read_plot(plots, name, "csv");
	struct table *t;
	unsigned int rows;

	if (!csv)
		return;
	t = table_of(csv, &rows);
	g_string_append_printf(
		out,
		"%s<p class=\"files\">%s<a href=\"plots/%s.csv\">%s.csv</a>, %u rows, drawn by "
		"<a href=\"plots/%s.gp\">%s.gp</a></p>\n",
		rows <= MAX_ROWS ? "<details><summary>Numbers</summary>\n" : "",
		rows <= MAX_ROWS ? "" : "Numbers: ", name, name, rows, name, name);
	if (rows <= MAX_ROWS) {
		put_html_table(out, t, variants);
		g_string_append(out, "</details>\n");
	}
	table_free(t);
}

static void put_plot(GString *out, const char *plots, const char *name, const GPtrArray *variants)
{
	g_autofree char *drawn = read_plot(plots, name, "svg");
	g_autofree char *caption = caption_of(name);
	g_autofree char *svg = NULL;
	g_autoptr(GError) error = NULL;

	if (!drawn)
		return;
	svg = svg_tidy(drawn, name, &error);
	if (!svg) {
		fprintf(stderr, "vqreport: plots/%s.svg: not put into index.html: %s\n", name,
			error->message);
		return;
	}
	g_string_append_printf(out, "<figure id=\"plot-%s\">\n", name);
	g_string_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"img\" aria-label=\"");
	put_escaped(out, caption);
	g_string_append_printf(out, "\">\n%s</div>\n<figcaption>", svg);
	put_escaped(out, caption);
	g_string_append(out, "</figcaption>\n");
	put_numbers(out, plots, name, variants);
	g_string_append(out, "</figure>\n");
}

static bool is_named(const struct document *d, const char *name)
{
	for (unsigned int i = 0; i < d->blocks->len; i++) {
		const struct block *b = d->blocks->pdata[i];

		if (b->kind == BLOCK_PLOT && b->name && !strcmp(b->name, name))
			return true;
	}
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_others(GString *out, const struct document *d, const char *plots,
		       const GPtrArray *variants)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(plots, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir))) {
		g_autofree char *name = g_strdup(file);

		if (!g_str_has_suffix(name, ".svg"))
			continue;
		name[strlen(name) - strlen(".svg")] = '\0';
		if (!is_named(d, name))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, by_name);
	for (unsigned int i = 0; i < names->len; i++)
		put_plot(out, plots, names->pdata[i], variants);
}

void put_figure(GString *out, const struct document *d, const char *plots, const char *name,
		const GPtrArray *variants)
{
	if (plots && name)
		put_plot(out, plots, name, variants);
	else if (plots)
		put_others(out, d, plots, variants);
}
