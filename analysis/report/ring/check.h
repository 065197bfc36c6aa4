/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_RING_CHECK_H
#define VQLAB_ANALYSIS_RING_CHECK_H

#include <stdio.h>

#include "analysis/report/run.h"

/* Counted cells, by what came of holding them against the runs that they are means of. */
struct checked {
	unsigned int agree, differ;
};

/*
 * check_counted() - the cells of @run's counted rings, computed again
 * @c: counts each cell that is ok
 * @out: gets a line for each figure that is another
 *
 * Instructions an element, how far the runs are apart, and whether that is said to agree,
 * from what each run counted.  False with @error if a file cannot be read.
 */
bool check_counted(const struct run *run, struct checked *c, FILE *out, GError **error);

#endif
