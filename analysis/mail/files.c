// SPDX-License-Identifier: GPL-2.0-or-later
#include "files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "probes/tool/output.h"

#define TEXT_MAX_BYTES ((size_t)1 << 20)

/* At most @max bytes of @path; more is an error, so is a folder or a device. */
static char *read_bounded(const char *path, size_t max, size_t *len, GError **error)
{
	g_autofree char *text = NULL;
	GStatBuf st;

	if (!g_stat(path, &st) && (!S_ISREG(st.st_mode) || (size_t)st.st_size > max)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path,
			    S_ISREG(st.st_mode) ? "too long for a mail" : "not a file");
		return NULL;
	}
	if (!g_file_get_contents(path, &text, len, error))
		return NULL;
	return g_steal_pointer(&text);
}

/* What is no text in @text, or NULL. */
static const char *not_text(const char *text, size_t len)
{
	if (!g_utf8_validate(text, len, NULL))
		return "not UTF-8: make it so (iconv -t UTF-8)";
	for (size_t i = 0; i < len; i++)
		if ((text[i] > 0 && text[i] < ' ' && text[i] != '\n' && text[i] != '\t') ||
		    text[i] == 0x7f)
			return text[i] == '\r'
				       ? "has carriage returns: take them out (sed 's/\\r//')"
				       : "has control characters";
	return NULL;
}

char *read_mail_text(const char *path, GError **error)
{
	size_t len;
	g_autofree char *text = read_bounded(path, TEXT_MAX_BYTES, &len, error);
	const char *why = text ? not_text(text, len) : NULL;

	if (!text)
		return NULL;
	if (why) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", path, why);
		return NULL;
	}
	if (len && text[len - 1] != '\n')
		return g_strconcat(text, "\n", NULL);
	return g_steal_pointer(&text);
}

/* Bytes of @folder's NAME.SUFFIX; 0: it is not there. */
static size_t plot_size(const char *folder, const char *name, const char *suffix)
{
	g_autofree char *path = g_strdup_printf("%s/%s.%s", folder, name, suffix);
	GStatBuf st;

	return g_stat(path, &st) || !S_ISREG(st.st_mode) ? 0 : st.st_size;
}

/* Which of the two formats can be sent; NULL with a warning if none. */
static const char *fitting(const char *folder, const char *name)
{
	static const char *const format[] = {"png", "svg"};
	g_autofree char *why = NULL;
	size_t least = 0;

	for (unsigned int i = 0; i < G_N_ELEMENTS(format); i++) {
		size_t size = plot_size(folder, name, format[i]);

		if (size && size <= PLOT_MAX_BYTES)
			return format[i];
		if (size && (!least || size < least))
			least = size;
	}
	why = g_strdup_printf("%s/%s: %zu KiB: left out: lists hold more than %zu KiB back", folder,
			      name, least >> 10, PLOT_MAX_BYTES >> 10);
	vq_output_error("vqmail", why);
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the plots in @folder, each once. */
static GPtrArray *list_plots(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		g_autofree char *name = g_strdup(entry);

		if (!g_str_has_suffix(name, ".png") && !g_str_has_suffix(name, ".svg"))
			continue;
		name[strlen(name) - 4] = '\0';
		if (*name && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, by_name);
	return names;
}

/* Those of @wanted that are among @there; NULL with @error if one is not. */
static GPtrArray *choose_plots(const GPtrArray *there, const char *wanted, GError **error)
{
	g_auto(GStrv) words = g_strsplit(wanted, ",", -1);
	GPtrArray *chosen = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int i = 0; words[i]; i++) {
		if (!g_ptr_array_find_with_equal_func((GPtrArray *)there, words[i], g_str_equal,
						      NULL)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
				    "--plots: %s: no such plot; ascii, none, or names of those in "
				    "the report's plots/",
				    words[i]);
			g_ptr_array_unref(chosen);
			return NULL;
		}
		g_ptr_array_add(chosen, g_strdup(words[i]));
	}
	return chosen;
}

GPtrArray *find_mail_plots(const char *folder, const char *names, GError **error)
{
	GPtrArray *there = list_plots(folder);
	GPtrArray *chosen = names ? choose_plots(there, names, error) : g_ptr_array_ref(there);
	GPtrArray *paths = chosen ? g_ptr_array_new_with_free_func(g_free) : NULL;

	for (unsigned int i = 0; chosen && i < chosen->len; i++) {
		const char *format = fitting(folder, chosen->pdata[i]);

		if (format)
			g_ptr_array_add(paths, g_strdup_printf("%s/%s.%s", folder,
							       (char *)chosen->pdata[i], format));
	}
	if (chosen)
		g_ptr_array_unref(chosen);
	g_ptr_array_unref(there);
	return paths;
}
