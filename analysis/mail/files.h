/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vqreport left, as parts of a mail. */
#ifndef VQLAB_ANALYSIS_MAIL_FILES_H
#define VQLAB_ANALYSIS_MAIL_FILES_H

#include <glib.h>
#include <stdbool.h>

/* Of one plot; lists hold mails with more than that back. */
#define PLOT_MAX_BYTES ((size_t)100 << 10)

/*
 * The text of the file @path: UTF-8 without control characters but line ends and tabs,
 * of at most 1 MiB, ending in a line end. The caller frees it. NULL with @error,
 * "PATH: why".
 */
char *read_mail_text(const char *path, GError **error);

/*
 * The plots in @folder, as paths that the array frees, in the order of @names (split at
 * commas), or all by name if that is NULL: of each the PNG, or where that has more than
 * PLOT_MAX_BYTES the SVG. Where both do, it is left out, with a warning. NULL with
 * @error if one that is named is not there.
 */
GPtrArray *find_mail_plots(const char *folder, const char *names, GError **error);

#endif
