/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variants' colours, as ../plots/style.gp has them. */
#ifndef VQLAB_ANALYSIS_PAGE_COLOURS_H
#define VQLAB_ANALYSIS_PAGE_COLOURS_H

#include <glib.h>

/* A rule of CSS for each of @variants: ".v0{--c:#d55e00}"; none for black, which is ink. */
void put_variant_colours(GString *out, const GPtrArray *variants);

#endif
