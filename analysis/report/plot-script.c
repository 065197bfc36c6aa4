// SPDX-License-Identifier: GPL-2.0-or-later
/* A plot's script, in which what it loads is put in its place, and the data that it reads. */
#include <gio/gio.h>
#include <string.h>

#include "analysis/plots-resource.h"
#include "plots.h"

#define SCRIPTS "/vqlab/plots/"

void drawing_init(struct drawing *d)
{
	d->vars = g_string_new(NULL);
	d->data = g_string_new(NULL);
	d->csv = g_string_new(NULL);
	d->run = NULL;
}

void drawing_clear(struct drawing *d)
{
	g_string_free(d->vars, TRUE);
	g_string_free(d->data, TRUE);
	g_string_free(d->csv, TRUE);
}

/* gnuplot's single quotes know one escape: a quote is written twice. */
void put_quoted(GString *out, const char *text)
{
	g_string_append_c(out, '\'');
	for (; *text; text++)
		g_string_append_printf(out, *text == '\'' ? "''" : "%c", *text);
	g_string_append_c(out, '\'');
}

void put_text(GString *vars, const char *name, const char *text)
{
	g_string_append_printf(vars, "%s = ", name);
	put_quoted(vars, text);
	g_string_append_c(vars, '\n');
}

void put_element(GString *vars, const char *name, unsigned int i, const char *text)
{
	g_string_append_printf(vars, "%s[%u] = ", name, i);
	put_quoted(vars, text);
	g_string_append_c(vars, '\n');
}

/*
 * gnuplot finds a set by the comment that it begins with, and two empty lines end it. One
 * without rows is left out: gnuplot would take the rows of the next one for its own.
 */
void put_block(struct drawing *d, GString *rows, const char *head, const char *name, ...)
{
	va_list args;

	if (rows->len) {
		g_string_append(d->data, "# ");
		va_start(args, name);
		g_string_append_vprintf(d->data, name, args);
		va_end(args);
		g_string_append_printf(d->data, ": %s\n%s\n\n", head, rows->str);
	}
	g_string_free(rows, TRUE);
}

/* The name in "load 'NAME'", or NULL; g_free() it. */
static char *loaded(const char *line)
{
	const char *name = line + strspn(line, " \t");
	size_t length;

	if (!g_str_has_prefix(name, "load '"))
		return NULL;
	name += strlen("load '");
	length = strcspn(name, "'");
	return name[length] ? g_strndup(name, length) : NULL;
}

/* Appends @text with what it loads; of that, comments are left out. */
static bool put_script(GString *out, const char *text, const char *vars, bool comments,
		       GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line && (line[1] || **line); line++) {
		g_autofree char *name = loaded(*line), *path = NULL;
		g_autoptr(GBytes) bytes = NULL;
		g_autofree char *inner = NULL;

		if (!comments && (*line)[strspn(*line, " \t")] == '#')
			continue;
		if (!name) {
			g_string_append_printf(out, "%s\n", *line);
			continue;
		}
		if (!strcmp(name, "vars.gp")) {
			g_string_append(out, vars);
			continue;
		}
		path = g_strconcat(SCRIPTS, name, NULL);
		bytes = g_resource_lookup_data(plots_get_resource(), path, 0, error);
		if (!bytes)
			return false;
		inner = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
		if (!put_script(out, inner, vars, false, error))
			return false;
	}
	return true;
}

/*
 * What each script begins with. FORMAT and DATA_FROM are set by -e; without DATA_FROM the
 * data stands beside the script, whose path gnuplot says in ARG0.
 */
static void put_beginning(GString *out, const char *name)
{
	g_string_append_printf(
		out,
		"# gnuplot %s.gp draws %s.png of %s.dat; gnuplot -e \"FORMAT = 'svg'\" %s.gp "
		"draws %s.svg.\nPLOT = '%s'\n"
		"if (!exists('FORMAT')) FORMAT = 'png'\n"
		"BESIDE = 0\n"
		"do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }\n"
		"DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'\n",
		name, name, name, name, name, name);
}

char *plot_script(const char *name, const char *vars, GError **error)
{
	g_autofree char *path = g_strdup_printf(SCRIPTS "%s.gp", name);
	g_autoptr(GBytes) bytes = g_resource_lookup_data(plots_get_resource(), path, 0, error);
	g_autofree char *own = NULL;
	GString *out;

	if (!bytes)
		return NULL;
	own = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	out = g_string_new(NULL);
	put_beginning(out, name);
	if (put_script(out, own, vars, true, error))
		return g_string_free(out, FALSE);
	g_string_free(out, TRUE);
	return NULL;
}
