/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_VALIDATION_SLOWED_H
#define VQLAB_VALIDATION_SLOWED_H

#include <glib.h>
#include <stdbool.h>

/*
 * Rows of what `vqring run` measured of a strategy and of slowed-N's: each is found to be
 * slower, by the time that such a wait takes by itself on this host, which is measured
 * here.  False if one is a miss; with @error set if the file cannot be read.
 */
bool check_slowed(const char *file, GError **error);

#endif
