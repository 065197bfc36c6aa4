/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How vqreport says that it cannot. */
#ifndef VQLAB_ANALYSIS_COMPLAIN_H
#define VQLAB_ANALYSIS_COMPLAIN_H

#include <glib.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* "vqreport: WHAT: WHY", and where help is.  Returns EXIT_USAGE. */
int usage(const char *what, const char *why);

/* Prints @error, and frees it.  Returns EXIT_FAILED. */
int failed(GError *error);

#endif
