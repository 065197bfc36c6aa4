/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool: runs of one plan on several hosts, together.
 *
 *	common.c   log ratios of hosts -> how far they agree, and one figure for all
 *	family.c   the runs -> the figures of a workload's and ring's variants
 *	quiet.c    which trials others disturbed, and the verdicts without them
 *	pool.c     the runs -> a document
 *	command.c  vqreport RUN RUN...
 */
#ifndef VQLAB_ANALYSIS_POOL_H
#define VQLAB_ANALYSIS_POOL_H

#include "analysis/document.h"
#include "analysis/report/results.h"

/*
 * Why @b cannot be pooled with @a: another plan, QEMU or lab.  NULL: it can; g_free() it.
 */
char *why_apart(const struct run *a, const struct run *b);

/*
 * What @n runs, n >= 2, each with its rings (results.h), say together; document_free() it.
 * Places are those of the first: of the others all is found by name.
 */
struct document *pool_document(struct results *const *r, unsigned int n);

#endif
