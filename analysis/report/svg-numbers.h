/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of an SVG, with as few digits as can be seen. */
#ifndef VQLAB_ANALYSIS_SVG_NUMBERS_H
#define VQLAB_ANALYSIS_SVG_NUMBERS_H

#include <glib.h>

/*
 * Appends @value: its numbers rounded to @digits (1 or 2), letters, brackets and commas,
 * nothing else, and white space only where two numbers would run into each other.
 */
void svg_put_numbers(GString *out, const char *value, unsigned int digits);

/* A path of absolute moves and lines as steps of tenths; of any other its numbers. */
void svg_put_path(GString *out, const char *path);

#endif
