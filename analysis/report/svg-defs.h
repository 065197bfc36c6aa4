/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_SVG_DEFS_H
#define VQLAB_ANALYSIS_SVG_DEFS_H

#include <glib.h>

/* Takes out of @svg, whose ids begin with @prefix, the points' shapes that it does not use. */
void svg_drop_unused(GString *svg, const char *prefix);

#endif
