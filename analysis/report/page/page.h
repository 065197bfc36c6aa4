/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.html: a report as one page that needs nothing else, for a phone, a screen, paper
 * and a reader's voice, in light and in dark.
 *
 *	page.c      the page: head, contents, the document's sections, files
 *	html.c      blocks of a document
 *	drawn.c     plots, their captions and their numbers
 *	trials.c    each boot, its state, its evidence, its files
 *	markdown.c  the document as Markdown
 *	colours.c   those of the variants, which are the plots'
 *	page.css, page.js   travel inside vqreport; without script everything is still there
 */
#ifndef VQLAB_ANALYSIS_PAGE_H
#define VQLAB_ANALYSIS_PAGE_H

#include "analysis/report/results.h"

/**
 * page_html() - the page of a report
 * @d: what it says
 * @r: what of: for the trials and files; NULL of a replay alone
 * @variants: their names, in the plots' order
 * @plots: the folder of its plots; NULL if it has none
 *
 * Links are relative to DIR/report, where a report goes unless told otherwise.
 * g_free() what is returned.
 */
char *page_html(const struct document *d, const struct results *r, const GPtrArray *variants,
		const char *plots);

#endif
