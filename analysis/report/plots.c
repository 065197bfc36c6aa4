// SPDX-License-Identifier: GPL-2.0-or-later
#include "plots.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "analysis/plots-resource.h"
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

bool plot_write_file(const char *folder, const char *name, GString *text, GError **error)
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

#define SCRIPTS "/vqlab/plots"

static bool unpack(const char *name, const char *folder, GError **error)
{
	char *path = g_strconcat(SCRIPTS "/", name, NULL);
	char *target = g_build_filename(folder, name, NULL);
	GBytes *script = g_resource_lookup_data(plots_get_resource(), path, 0, error);
	bool ok = false;

	if (script) {
		size_t size;
		const char *text = g_bytes_get_data(script, &size);

		ok = g_file_set_contents(target, text, size, error);
		g_bytes_unref(script);
	}
	g_free(target);
	g_free(path);
	return ok;
}

/* All of them: a plot's script loads others. */
static bool unpack_scripts(const char *folder, GError **error)
{
	char **names = g_resource_enumerate_children(plots_get_resource(), SCRIPTS, 0, error);
	bool ok = names;

	for (unsigned int i = 0; ok && names[i]; i++)
		ok = unpack(names[i], folder, error);
	g_strfreev(names);
	return ok;
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

		g_string_append_printf(vars, "LOOK[%u] = %u\nNAME[%u] = ", i + 1,
				       plot_look(names->pdata[i], &spare), i + 1);
		put_quoted(vars, label);
		g_string_append_c(vars, '\n');
		longest = MAX(longest, strlen(label));
	}
	g_string_append_printf(vars, "LONGEST = %u\n", longest);
}

static void put_common(const struct results *r, GString *vars)
{
	const struct run *run = r->run;
	char *caption = ran_on(run);

	g_string_append_printf(vars, "RINGS = %u\narray RING[%u]\n", run->rings->len,
			       run->rings->len);
	for (unsigned int i = 0; i < run->rings->len; i++) {
		g_string_append_printf(vars, "RING[%u] = ", i + 1);
		put_quoted(vars, run->rings->pdata[i]);
		g_string_append_c(vars, '\n');
	}
	put_variants(vars, run->variants);
	g_string_append(vars, "RAN_ON = ");
	put_quoted(vars, caption);
	g_string_append_c(vars, '\n');
	g_free(caption);
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

/* @work's out.FORMAT, which must hold something, becomes @folder's NAME.FORMAT. */
static bool keep_image(const char *work, const char *folder, const char *name, const char *format,
		       GError **error)
{
	char *from = g_strdup_printf("%s/out.%s", work, format);
	char *to = g_strdup_printf("%s/%s.%s", folder, name, format), *image = NULL;
	size_t size = 0;
	bool ok = g_file_get_contents(from, &image, &size, error);

	if (ok && !size) {
		ok = false;
		g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "gnuplot: %s.%s: nothing drawn",
			    name, format);
	}
	if (ok)
		ok = make_small(format, &image, &size, error);
	ok = ok && vq_output_write(to, image, size, error);
	g_free(image);
	g_free(to);
	g_free(from);
	return ok;
}

/* @work's data.csv becomes @folder's NAME.csv; a plot may have none. */
static bool keep_data(const char *work, const char *folder, const char *name, GError **error)
{
	g_autofree char *from = g_build_filename(work, PLOT_DATA, NULL), *data = NULL;
	g_autofree char *to = g_strdup_printf("%s/%s.csv", folder, name);
	size_t size;

	return !g_file_get_contents(from, &data, &size, NULL) ||
	       vq_output_write(to, data, size, error);
}

void empty_folder(const char *folder, bool plots_only)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		char *path = g_build_filename(folder, name, NULL);

		if (!plots_only || g_str_has_suffix(name, ".svg") ||
		    g_str_has_suffix(name, ".png") || g_str_has_suffix(name, ".csv"))
			g_unlink(path);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
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

bool draw_plot(const char *name, const GString *vars, const char *work, const char *folder,
	       GError **error)
{
	char *script = g_strconcat(name, ".gp", NULL);
	char *vars_path = g_build_filename(work, "vars.gp", NULL);
	GError *why = NULL;
	bool ok = g_file_set_contents(vars_path, vars->str, vars->len, &why);

	ok = ok && unpack_scripts(work, &why) && gnuplot(work, script, "svg", &why) &&
	     keep_image(work, folder, name, "svg", &why) && gnuplot(work, script, "png", &why) &&
	     keep_image(work, folder, name, "png", &why) && keep_data(work, folder, name, &why);
	ok = warn_unless_drawn(ok, name, &why);
	if (why)
		g_propagate_error(error, why);
	empty_folder(work, false);
	g_free(vars_path);
	g_free(script);
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

static bool draw(const struct results *r, const struct plot *plot, const char *work,
		 const char *folder, GError **error)
{
	GString *vars = g_string_new(NULL);
	GError *why = NULL;
	bool ok = true;

	put_common(r, vars);
	if (plot->write(r, work, vars, &why) && !why)
		ok = draw_plot(plot->name, vars, work, folder, &why);
	if (why) {
		ok = false;
		g_propagate_error(error, why);
	}
	empty_folder(work, false);
	g_string_free(vars, TRUE);
	return ok;
}

bool draw_plots(const struct results *r, const char *folder, GError **error)
{
	char *work = g_dir_make_tmp("vqreport-XXXXXX", error);
	bool ok = work;

	if (ok)
		empty_folder(folder, true);
	for (const struct plot *const *p = __start_vq_plots; ok && p < __stop_vq_plots; p++)
		ok = draw(r, *p, work, folder, error);
	if (work)
		g_rmdir(work);
	g_free(work);
	return ok;
}
