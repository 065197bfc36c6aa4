// SPDX-License-Identifier: GPL-2.0-or-later
#include "plots.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"
#include "probes/tool/output.h"
#include "report.h"
#include "png.h"
#include "svg.h"
#include "wording.h"

#define PLOT_ERROR g_quark_from_static_string("vqreport-plot")

enum plot_error {
	PLOT_NO_GNUPLOT, /* none can be drawn */
	PLOT_NOT_DRAWN,	 /* this one cannot */
};

#define LABEL_MAX 32

/* Of a long name its beginning and its end: "my-second-stra...long-label". */
char *plot_label(const char *name)
{
	size_t length = strlen(name);

	if (length <= LABEL_MAX)
		return g_strdup(name);
	return g_strdup_printf("%.*s...%s", LABEL_MAX - 15, name, name + length - 12);
}

/*
 * The vqlab variants have the same colour, dashes and shape in all plots of all runs,
 * in style.gp's order; any other gets the next of its OWN_LOOKS spare ones.
 */
#define OWN_LOOKS 56

unsigned int plot_look(const char *variant, unsigned int *spare)
{
	static const char *const known[] = {
		"off",		"qemu",	  "hash-table", "hash-table-flag",
		"array-window", "bitmap", "in-place",	"batch-used"};

	for (unsigned int i = 0; i < G_N_ELEMENTS(known); i++)
		if (!strcmp(variant, known[i]))
			return i + 1;
	return G_N_ELEMENTS(known) + 1 + (*spare)++ % OWN_LOOKS;
}

void put_variants(GString *vars, const GPtrArray *names)
{
	unsigned int spare = 0, longest = 12;

	g_string_append_printf(vars, "VARIANTS = %u\narray NAME[%u]\narray LOOK[%u]\n", names->len,
			       names->len, names->len);
	for (unsigned int i = 0; i < names->len; i++) {
		g_autofree char *label = plot_label(names->pdata[i]);

		g_string_append_printf(vars, "LOOK[%u] = %u\n", i + 1,
				       plot_look(names->pdata[i], &spare));
		put_element(vars, "NAME", i + 1, label);
		longest = MAX(longest, strlen(label));
	}
	g_string_append_printf(vars, "LONGEST = %u\n", longest);
}

static void put_common(const struct results *r, GString *vars)
{
	g_autofree char *caption = ran_on(r->run);

	put_variants(vars, r->run->variants);
	put_text(vars, "RAN_ON", caption);
}

/* Runs the script in @work; what gnuplot says is worth reading only if it fails. */
static bool gnuplot(const char *work, const char *script, const char *format, GError **error)
{
	char *set = g_strdup_printf("FORMAT = '%s'", format), *said = NULL;
	const char *const argv[] = {"gnuplot", "-d", "-e", set, script, NULL};
	char **env = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
	GError *why = NULL;
	int status = 0;
	bool ok;

	ok = g_spawn_sync(work, (char **)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said,
			  &status, &why);
	if (!ok)
		g_set_error(error, PLOT_ERROR, PLOT_NO_GNUPLOT,
			    "gnuplot: %s (install it: package gnuplot-nox; or --no-plots)",
			    why->message);
	else if (!g_spawn_check_wait_status(status, NULL)) {
		ok = false;
		g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "gnuplot: %s failed: %s", script,
			    said);
	}
	g_clear_error(&why);
	g_free(said);
	g_strfreev(env);
	g_free(set);
	return ok;
}

/* Replaces an image, which may be as large as a mail should be, by one that looks alike. */
static bool make_small(const char *format, char **image, size_t *size, GError **error)
{
	char *small = !strcmp(format, "svg") ? svg_tidy(*image, NULL, error)
					     : png_shrink(*image, *size, size, error);

	if (small && !strcmp(format, "svg"))
		*size = strlen(small);
	g_free(*image);
	*image = small;
	return small;
}

/* @work's NAME.FORMAT, which must hold something, becomes @folder's. */
static bool keep_image(const char *work, const char *folder, const char *name, const char *format,
		       GError **error)
{
	g_autofree char *from = g_strdup_printf("%s/%s.%s", work, name, format);
	g_autofree char *to = g_strdup_printf("%s/%s.%s", folder, name, format), *image = NULL;
	size_t size = 0;
	bool ok = g_file_get_contents(from, &image, &size, error);

	if (ok && !size) {
		ok = false;
		g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "gnuplot: %s.%s: nothing drawn",
			    name, format);
	}
	return ok && make_small(format, &image, &size, error) &&
	       vq_output_write(to, image, size, error);
}

static bool keep_text(const char *folder, const char *name, const char *suffix, const char *text,
		      GError **error)
{
	g_autofree char *to = g_strdup_printf("%s/%s.%s", folder, name, suffix);

	return !*text || vq_output_write(to, text, strlen(text), error);
}

static bool is_plot(const char *name)
{
	static const char *const suffixes[] = {".svg", ".png", ".csv", ".gp"};

	for (unsigned int i = 0; i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(name, suffixes[i]))
			return true;
	return false;
}

static void empty_folder(const char *folder, bool plots_only)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!plots_only || is_plot(name))
			g_unlink(path);
	}
	if (dir)
		g_dir_close(dir);
}

void remove_plots(const char *folder)
{
	empty_folder(folder, true);
}

/* That gnuplot cannot draw one plot is a warning: the others and the report go on. */
static bool warn_unless_drawn(bool ok, const char *name, GError **error)
{
	g_autofree char *text = NULL;

	if (ok || !g_error_matches(*error, PLOT_ERROR, PLOT_NOT_DRAWN))
		return ok;
	text = vq_text_clean((*error)->message, -1, 400, VQ_UTF8);
	fprintf(stderr, "vqreport: plot %s not drawn: %s\n", name, text);
	g_clear_error(error);
	return true;
}

bool draw_plot(const char *name, const struct drawing *d, const char *work, const char *folder,
	       GError **error)
{
	GError *why = NULL;
	g_autofree char *text = plot_script(name, d->vars->str, &why);
	g_autofree char *script = g_strconcat(name, ".gp", NULL);
	bool ok =
		text && keep_text(work, name, "gp", text, &why) &&
		gnuplot(work, script, "svg", &why) && keep_image(work, folder, name, "svg", &why) &&
		gnuplot(work, script, "png", &why) && keep_image(work, folder, name, "png", &why) &&
		keep_text(folder, name, "gp", text, &why) &&
		keep_text(folder, name, "csv", d->csv->str, &why);

	ok = warn_unless_drawn(ok, name, &why);
	if (why)
		g_propagate_error(error, why);
	empty_folder(work, false);
	return ok;
}

/* Without a font gnuplot draws no text, and does not say so. */
void warn_of_fonts(void)
{
	const char *const argv[] = {"fc-list", ":", "family", NULL};
	g_autofree char *families = NULL;
	int status;

	if (g_spawn_sync(NULL, (char **)argv, NULL,
			 G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &families,
			 NULL, &status, NULL) &&
	    !status && !*g_strstrip(families))
		fprintf(stderr, "vqreport: plots: no font is installed, so they have no text: "
				"install package fonts-dejavu-core, then do it again\n");
}

bool draw_plots(const struct results *r, const char *folder, GError **error)
{
	g_autofree char *work = g_dir_make_tmp("vqreport-XXXXXX", error);
	bool ok = work;

	if (ok)
		remove_plots(folder);
	for (const struct plot *const *p = __start_vq_plots; ok && p < __stop_vq_plots; p++) {
		struct drawing d;

		drawing_init(&d);
		put_common(r, d.vars);
		if ((*p)->write(r, &d))
			ok = draw_plot((*p)->name, &d, work, folder, error);
		drawing_clear(&d);
	}
	if (work)
		g_rmdir(work);
	return ok;
}
