/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_POOL_QUIET_H
#define VQLAB_ANALYSIS_POOL_QUIET_H

#include "analysis/document.h"
#include "analysis/report/results.h"

/*
 * A section: which trials of the @n runs @r ran on a disturbed host (host/disturbed.h), and which
 * verdicts of all of them together are others without these.  Nothing where no run recorded what
 * its host did.
 */
void pool_quiet(struct document *out, struct results *const *r, unsigned int n);

#endif
