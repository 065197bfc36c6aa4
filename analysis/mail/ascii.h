/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main plot for lists that strip attachments. */
#ifndef VQLAB_ANALYSIS_MAIL_ASCII_H
#define VQLAB_ANALYSIS_MAIL_ASCII_H

#include <glib.h>

/*
 * Throughput relative to off of the plan's first workload that has it, drawn by
 * gnuplot's dumb terminal from @summary, the path of a summary.json: ASCII, at most 72
 * columns, a line for each variant and ring. The caller frees it. NULL with @error, also
 * where there is nothing to draw.
 */
char *ascii_plot(const char *summary, GError **error);

#endif
