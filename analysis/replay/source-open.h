/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source from a file of either kind. */
#ifndef VQLAB_ANALYSIS_SOURCE_OPEN_H
#define VQLAB_ANALYSIS_SOURCE_OPEN_H

#include "source.h"

/*
 * Opens @path, text or trace; @name is for messages.  It is read once, so that
 * whatever is wrong with it is known now.  @only is the one queue that is
 * wanted of a trace: an index, or DEVICE:INDEX; NULL for all.
 */
struct source *source_open(const char *path, const char *name, const char *only, GError **error);

/*
 * Standard input as a file that can be read again and again; it has no name to
 * remove, and this process' children can open it, too.  g_free() the path.
 */
char *source_spool(GError **error);

#endif
