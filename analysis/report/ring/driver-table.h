/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's side of a class of workloads. */
#ifndef VQLAB_ANALYSIS_RING_DRIVER_TABLE_H
#define VQLAB_ANALYSIS_RING_DRIVER_TABLE_H

#include "analysis/report/results.h"
#include "rings.h"

/* Has the driver been counted in a live workload of the class? */
bool has_driver_class(const struct results *r, enum ring_class class);

/* Its instructions an element: off's, and over off, by variant; live workloads beside. */
void put_driver_classes(struct document *out, const struct results *r, enum ring_class class);

/* "+16" over off's, "-" where one of the two was not counted; g_free() it. */
char *driver_over_text(const struct results *r, unsigned int workload, unsigned int ring,
		       unsigned int variant);

#endif
