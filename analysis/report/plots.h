/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a plot is made: what it shows is written into a temporary folder as .dat
 * files and one vars.gp of gnuplot variables; plots.c unpacks the scripts
 * (../plots/, compiled into the program) beside them and has gnuplot draw
 * NAME.svg and NAME.png by NAME.gp.
 *
 * What it shows stands beside it as NAME.csv if PLOT_DATA is among these files: a head with
 * units, then rows (csv.h); index.html has it as a table, too.
 *
 * A plot of your own: ../plots/NAME.gp, and in a plot-*.c, an old or a new one, the
 * function that writes its data with PLOT() behind it. Nothing else lists them.
 */
#ifndef VQLAB_ANALYSIS_PLOTS_H
#define VQLAB_ANALYSIS_PLOTS_H

#include "results.h"

#define PLOT_DATA "data.csv"

/* A plot's name (NAME.gp, NAME.svg, NAME.png) and who writes its data. */
struct plot {
	const char *name;
	/*
	 * Appends to @vars and writes .dat files into @folder. False when the
	 * run has nothing to show; true with @error set when it cannot write.
	 */
	bool (*write)(const struct results *r, const char *folder, GString *vars, GError **error);
};

/*
 * Makes a plot known to draw_plots(): the linker gathers these pointers, and names
 * the section's ends.
 */
#define PLOT(id, plot_name, write_data)                                                            \
	static const struct plot id##_plot = {plot_name, write_data};                              \
	static const struct plot *const id##_entry __attribute__((used, section("vq_plots"))) =    \
		&id##_plot

extern const struct plot *const __start_vq_plots[], *const __stop_vq_plots[];

/* A variant's name, cut to what plots have room for; g_free() it. */
char *plot_label(const char *name);

/* Says so on stderr if text cannot be drawn for want of a font. */
void warn_of_fonts(void);

/*
 * The linetype that style.gp gives a variant: its own, from 1 on, or for others the next
 * one, which @spare counts from 0.
 */
unsigned int plot_look(const char *variant, unsigned int *spare);

/* Appends VARIANTS, LONGEST, and the arrays NAME and LOOK, of @names (char *). */
void put_variants(GString *vars, const GPtrArray *names);

/* Writes @text, which it frees, to the file @name in @folder. */
bool plot_write_file(const char *folder, const char *name, GString *text, GError **error);

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
