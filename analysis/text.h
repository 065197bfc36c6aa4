/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain text of at most 72 columns: tables and paragraphs that survive being
 * quoted in mail.
 */
#ifndef VQLAB_ANALYSIS_TEXT_H
#define VQLAB_ANALYSIS_TEXT_H

#include "document.h"

#define TEXT_WIDTH 72

/* The whole document.  A table's row too wide loses the end of column 1.  g_free() it. */
char *document_text(const struct document *d);

#endif
