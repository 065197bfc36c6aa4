/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interval of a median by order statistics; stats.h says why. */
#ifndef VQLAB_ANALYSIS_INTERVAL_H
#define VQLAB_ANALYSIS_INTERVAL_H

#include <stdbool.h>

#define MIN_RANGE 6  /* blocks whose range covers 95 % */
#define MIN_WITHIN 8 /* and whose interval lies within the range */
#define CONFIDENCE 0.95

/* The interval of @n values in ascending order; false, and none, below MIN_RANGE. */
bool order_interval(const double *sorted, unsigned int n, double *lo, double *hi);

/* How often the interval of n blocks holds the median. */
double interval_coverage(unsigned int n);

#endif
