/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_PAGE_MARKDOWN_H
#define VQLAB_ANALYSIS_PAGE_MARKDOWN_H

#include "analysis/document.h"

/* The whole document but its plots, with tables as GitHub's dialect has them; g_free() it. */
char *document_markdown(const struct document *d);

#endif
