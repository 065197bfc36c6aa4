/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_DISTRIBUTION_H
#define VQLAB_PROBES_SHOW_DISTRIBUTION_H

#include <glib.h>

#include "probes/model/model.h"

/*
 * Appends to @out how the numbers and times of @q are distributed: of each a line with
 * its percentiles, then a bar for each power of two.  What was not measured, and a
 * queue without events, is left out.
 */
void vq_distributions_add(GString *out, const struct vq_queue *q);

#endif
