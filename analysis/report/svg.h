/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gnuplot's SVG, made small and safe: groups that draw nothing, attributes at their
 * default and digits beyond a tenth of a pixel go, which is half of it.  Elements and
 * attributes that a plot has no use for are not let through, so that no name in a plot
 * can become markup.
 */
#ifndef VQLAB_ANALYSIS_SVG_H
#define VQLAB_ANALYSIS_SVG_H

#include <glib.h>

/**
 * svg_tidy() - a plot as a file of its own, or as a part of a page
 * @svg: what gnuplot wrote
 * @inside: NULL for a file; in a page what its ids begin with, to be unique there.
 *	There it gets the page's font, and instead of black, white and greys the
 *	page's --ink, --soft, --rule, --grid, --shade and --paper.
 * @error: set when NULL is returned: @svg is no such thing
 *
 * g_free() what is returned.
 */
char *svg_tidy(const char *svg, const char *inside, GError **error);

#endif
