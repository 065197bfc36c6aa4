/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_PNG_H
#define VQLAB_ANALYSIS_PNG_H

#include <glib.h>

/**
 * png_shrink() - a plot in at most 256 colours, a third of its size
 * @png, @size: what gnuplot wrote
 * @shrunk_size: of what is returned
 * @error: set when NULL is returned
 *
 * The colours that are most are kept as they are; the rest, shades at the edges of lines
 * and letters, become the nearest of them.  g_free() what is returned.
 */
void *png_shrink(const void *png, gsize size, gsize *shrunk_size, GError **error);

#endif
