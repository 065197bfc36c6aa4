/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_POOL_FAMILY_H
#define VQLAB_ANALYSIS_POOL_FAMILY_H

#include "analysis/report/results.h"
#include "common.h"

/* The variants of one workload on one ring, to off: what is corrected by Holm together. */
struct family {
	struct common *c;
	unsigned int *variant; /* place in the first run's variants of each */
	unsigned int n;	       /* those of which a host has a ratio */
	bool has_interval; /* any of them: a ratio of one block says nothing, and would be read */
};

/*
 * Of the @n runs @r; @workload and @ring are places in @first, whose names all is found by.  It
 * has an off.  family_clear() it.
 */
struct family pool_family(const struct results *first, struct results *const *r, unsigned int n,
			  unsigned int workload, unsigned int ring);
void family_clear(struct family *f);

#endif
