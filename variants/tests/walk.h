/*
 * Random operations on a strategy, each held against the oracle
 *
 * Phases of pops, completions in some order, flushes and rare operations, and
 * laps in which the ring becomes completely full; misuse that has to be
 * refused is among them.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_WALK_H
#define VQLAB_WALK_H

#include "oracle.h"

/*
 * At least @n_ops operations, and enough for several laps, unless the oracle
 * fails before.  The same @seed, ring size and format give the same ones.
 */
void walk_oracle(Oracle *o, uint32_t seed, uint64_t n_ops);

#endif /* VQLAB_WALK_H */
