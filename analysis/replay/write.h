/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations to a file: text, or a trace as of an ordered queue. */
#ifndef VQLAB_ANALYSIS_OPS_WRITE_H
#define VQLAB_ANALYSIS_OPS_WRITE_H

#include <stdio.h>

#include "source.h"

/* Both want a source with one queue, of one ring; false with @error. */

/* In the text format, to @out. */
bool ops_write_text(struct source *s, FILE *out, GError **error);

/*
 * As a trace that vqprobe and vqreport read.  Times are made up, 1 us from call
 * to call; flushes have published what is due in order.
 */
bool ops_write_trace(struct source *s, const char *path, GError **error);

#endif
