/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_VALIDATION_COUNTED_H
#define VQLAB_VALIDATION_COUNTED_H

#include <glib.h>
#include <stdbool.h>

/*
 * Rows of what `vqring count` wrote of a strategy, the same once more, and planted-N's, which
 * are the strategy with N instructions more in fill.  False if one is a miss; then, if the
 * file cannot be read or lacks one of them, @error is set.
 */
bool check_planted_counts(const char *file, GError **error);

#endif
