/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a plot is made: what it shows is appended to a struct drawing, as gnuplot variables
 * and sets of points. plot-script.c puts the variables and the scripts (../plots/, compiled
 * into the program) together to NAME.gp; the points are NAME.dat, which it reads and which
 * has nothing but numbers; and plots.c has gnuplot draw NAME.svg and NAME.png by them. So
 * `gnuplot NAME.gp` draws the same again, by hand, wherever the two stand together.
 *
 * What a plot shows stands beside it as NAME.csv, too: a head with units, then rows
 * (csv.h); index.html has it as a table.
 *
 * A plot of your own: ../plots/NAME.gp, and in a plot-*.c, an old or a new one, the
 * function that writes its data with PLOT() behind it. Nothing else lists them.
 */
#ifndef VQLAB_ANALYSIS_PLOTS_H
#define VQLAB_ANALYSIS_PLOTS_H

#include "results.h"

/* What a plot is drawn from; all is empty at first. */
struct drawing {
	GString *vars;	       /* gnuplot commands: variables */
	GString *data;	       /* what NAME.dat will be: sets of points (put_block()) */
	GString *csv;	       /* what NAME.csv will be; none if it stays empty */
	const struct run *run; /* whose baseline's labels its texts get; NULL: as they are */
};

/* A plot's name (NAME.gp, NAME.svg, NAME.png, ...) and who writes its data. */
struct plot {
	const char *name;
	/* False when the run has nothing to show. */
	bool (*write)(const struct results *r, struct drawing *d);
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

/*
 * Appends the set of points that a script plots by `DATA index 'NAME:'`, in lines of numbers;
 * @head says what its columns are, for who reads NAME.dat. Frees @rows.
 */
void put_block(struct drawing *d, GString *rows, const char *head, const char *name, ...)
	G_GNUC_PRINTF(4, 5);

/* Appends @name = '@text', quoted. */
void put_text(GString *vars, const char *name, const char *text);

/* Appends @name[@i] = '@text', quoted; arrays of gnuplot begin with 1. */
void put_element(GString *vars, const char *name, unsigned int i, const char *text);

/* Removes the plots in @folder. */
void remove_plots(const char *folder);

/*
 * Draws @folder's NAME.svg and NAME.png, and leaves NAME.gp, NAME.dat and NAME.csv beside them.
 * True, too, if gnuplot failed at this one: then a warning says why.
 */
bool draw_plot(const char *name, const struct drawing *d, const char *folder, GError **error);

/* Appends @text in gnuplot's single quotes, in which nothing is expanded. */
void put_quoted(GString *out, const char *text);

/* The script of a plot as one text, @vars in it; g_free() it. NULL: there is none of the name. */
char *plot_script(const char *name, const char *vars, GError **error);

void drawing_init(struct drawing *d);
void drawing_clear(struct drawing *d);

#endif
