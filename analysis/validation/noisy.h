/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_VALIDATION_NOISY_H
#define VQLAB_VALIDATION_NOISY_H

#include "noise.h"

/*
 * Rows of one noise: false alarms where nothing differs, as measured and drawn from it;
 * how often a slowdown of 5 % that is planted into it is found in the number of blocks
 * that the report says it takes (or, where that is hundreds, the slowdown that it says 10
 * blocks find); how often the report's intervals cover it; and alarms and intervals of runs
 * of which each block was looked at, and that ended for what was seen.  False if one is a miss.
 */
bool check_noise(const struct noise *n);

#endif
