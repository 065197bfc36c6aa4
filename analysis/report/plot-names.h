/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names at the ends of curves, on a logarithmic axis, moved apart where they would overlap. */
#ifndef VQLAB_ANALYSIS_PLOT_NAMES_H
#define VQLAB_ANALYSIS_PLOT_NAMES_H

#include <glib.h>

/* Where a curve ends; y is NAN of one that has no points, which gets no name. */
struct curve_end {
	double x, y;
};

/*
 * Appends the arrays END_X, END_Y and LABEL_Y, of @n panels with @curves each, and in them
 * NAN everywhere: the place of a curve is panel * curves + curve + 1, both from 0 on.
 */
void put_name_arrays(GString *vars, unsigned int n, unsigned int curves);

/*
 * Sets those of one panel, whose y axis reaches from @bottom to @top and has room for
 * 1 / @height names.
 */
void put_curve_names(GString *vars, unsigned int panel, const struct curve_end *ends,
		     unsigned int curves, double bottom, double top, double height);

#endif
