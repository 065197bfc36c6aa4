/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report's plots in its page. */
#ifndef VQLAB_ANALYSIS_PAGE_DRAWN_H
#define VQLAB_ANALYSIS_PAGE_DRAWN_H

#include <glib.h>

#include "analysis/document.h"

/*
 * Appends the plot @name of the folder @plots, with what its script says it shows and with
 * its numbers; nothing if it was not drawn.  A NULL name stands for all that @d does not
 * name.
 */
void put_figure(GString *out, const struct document *d, const char *plots, const char *name,
		const GPtrArray *variants);

#endif
