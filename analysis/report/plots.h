/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a plot is made: plot-shares.c writes what it shows into a folder, as
 * .dat files and one vars.gp of gnuplot variables; plots.c unpacks the scripts
 * (plots/, compiled into the program) beside them and has gnuplot draw each
 * twice. The folder is temporary.
 */
#ifndef VQLAB_ANALYSIS_PLOTS_H
#define VQLAB_ANALYSIS_PLOTS_H

#include "results.h"

/* A plot's name (NAME.gp, NAME.svg, NAME.png) and who writes its data. */
struct plot {
	const char *name;
	/*
	 * Appends to @vars and writes .dat files into @folder. False when the
	 * run has nothing to show; true with @error set when it cannot write.
	 */
	bool (*write)(const struct results *r, const char *folder, GString *vars, GError **error);
};

extern const struct plot all_plots[];
extern const unsigned int n_plots;

/* A variant's name, cut to what plots have room for; g_free() it. */
char *plot_label(const char *name);

/* Says so on stderr if text cannot be drawn for want of a font. */
void warn_of_fonts(void);

/* Appends VARIANTS, LONGEST, and the arrays NAME and LOOK, of @names (char *). */
void put_variants(GString *vars, const GPtrArray *names);

/* Writes @text, which it frees, to the file @name in @folder. */
bool write_file(const char *folder, const char *name, GString *text, GError **error);

/* Removes the files in @folder, or only the plots among them. */
void empty_folder(const char *folder, bool plots_only);

/*
 * Draws @folder's NAME.svg and NAME.png by NAME.gp, with @vars and the .dat files
 * in @work, which is empty afterwards. True, too, if gnuplot failed at this one: then
 * a warning says why.
 */
bool draw_plot(const char *name, const GString *vars, const char *work, const char *folder,
	       GError **error);

/* Appends @text in gnuplot's single quotes, in which nothing is expanded. */
void put_quoted(GString *out, const char *text);

#endif
