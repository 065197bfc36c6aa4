// SPDX-License-Identifier: GPL-2.0-or-later
#include "baseline.h"
#include "plots.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* A file without a name that holds @text, to be read from its beginning; -1 with errno set. */
static int unnamed_file(const char *text)
{
	int fd = memfd_create("plot", MFD_CLOEXEC);

	if (fd >= 0 && (write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
			lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * What gnuplot draws by @script of @data in @format; NULL with an error.  None of them has a
 * name meanwhile, so one who is killed leaves no file.
 */
static GBytes *gnuplot(const char *name, const char *script, const char *data, const char *format,
		       GError **error)
{
	static const char set_output[] = "\nset output PLOT.'.'.FORMAT\n";
	g_autofree char *set = g_strdup_printf("FORMAT = '%s'; DATA_FROM = '/dev/fd/3'", format);
	g_auto(GStrv) around = g_strsplit(script, set_output, 2);
	g_autofree char *text = g_strjoinv("\n", around);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_autoptr(GBytes) out = NULL, said = NULL;
	g_autoptr(GSubprocess) p = NULL;
	g_autoptr(GError) why = NULL;
	int in = unnamed_file(text), from = in < 0 ? -1 : unnamed_file(data);

	if (from < 0) {
		g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "%s.gp: %s", name,
			    g_strerror(errno));
		if (in >= 0)
			close(in);
		return NULL;
	}
	g_subprocess_launcher_take_stdin_fd(launcher, in);
	g_subprocess_launcher_take_fd(launcher, from, 3);
	g_subprocess_launcher_setenv(launcher, "LC_ALL", "C", TRUE);
	p = g_subprocess_launcher_spawn(launcher, &why, "gnuplot", "-d", "-e", set, "/dev/stdin",
					NULL);
	if (!p) {
		g_set_error(error, PLOT_ERROR, PLOT_NO_GNUPLOT,
			    "gnuplot: %s (install it: package gnuplot-nox; or --no-plots)",
			    why->message);
		return NULL;
	}
	if (g_subprocess_communicate(p, NULL, NULL, &out, &said, &why) &&
	    g_subprocess_get_successful(p))
		return g_steal_pointer(&out);
	g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "gnuplot: %s.gp failed: %.*s", name,
		    said ? (int)g_bytes_get_size(said) : 0,
		    said ? (const char *)g_bytes_get_data(said, NULL) : "");
	return NULL;
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

/* Draws @folder's NAME.FORMAT. */
static bool draw_image(const char *script, const char *data, const char *folder, const char *name,
		       const char *format, GError **error)
{
	g_autofree char *to = g_strdup_printf("%s/%s.%s", folder, name, format), *image = NULL;
	g_autoptr(GBytes) drawn = gnuplot(name, script, data, format, error);
	size_t size = drawn ? g_bytes_get_size(drawn) : 0;

	if (!drawn)
		return false;
	if (!size) {
		g_set_error(error, PLOT_ERROR, PLOT_NOT_DRAWN, "gnuplot: %s.%s: nothing drawn",
			    name, format);
		return false;
	}
	/* With a NUL behind it. */
	image = g_strndup("", size);
	memcpy(image, g_bytes_get_data(drawn, NULL), size);
	return make_small(format, &image, &size, error) && vq_output_write(to, image, size, error);
}

static bool keep_text(const char *folder, const char *name, const char *suffix, const char *text,
		      GError **error)
{
	g_autofree char *to = g_strdup_printf("%s/%s.%s", folder, name, suffix);

	return !*text || vq_output_write(to, text, strlen(text), error);
}

static bool is_plot(const char *name)
{
	static const char *const suffixes[] = {".svg", ".png", ".csv", ".gp", ".dat"};

	for (unsigned int i = 0; i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(name, suffixes[i]))
			return true;
	return false;
}

void remove_plots(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (is_plot(name))
			g_unlink(path);
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

bool draw_plot(const char *name, const struct drawing *d, const char *folder, GError **error)
{
	GError *why = NULL;
	g_autofree char *plain = plot_script(name, d->vars->str, &why);
	g_autofree char *text = plain && d->run ? baseline_words(d->run, plain) : g_strdup(plain);
	bool ok = text && draw_image(text, d->data->str, folder, name, "svg", &why) &&
		  draw_image(text, d->data->str, folder, name, "png", &why) &&
		  keep_text(folder, name, "gp", text, &why) &&
		  keep_text(folder, name, "dat", d->data->str, &why) &&
		  keep_text(folder, name, "csv", d->csv->str, &why);

	ok = warn_unless_drawn(ok, name, &why);
	if (why)
		g_propagate_error(error, why);
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
	bool ok = true;

	remove_plots(folder);
	for (const struct plot *const *p = __start_vq_plots; ok && p < __stop_vq_plots; p++) {
		struct drawing d;

		drawing_init(&d);
		d.run = r->run;
		put_common(r, d.vars);
		if ((*p)->write(r, &d))
			ok = draw_plot((*p)->name, &d, folder, error);
		drawing_clear(&d);
	}
	return ok;
}
