/*
 * The list of strategies
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "strategy.h"

#define ADDRESS(name) &reorder_##name,
const ReorderOps *const reorder_strategies[] = {
    REORDER_STRATEGIES(ADDRESS) NULL,
};
#undef ADDRESS

const ReorderOps *reorder_find(const char *name)
{
    const ReorderOps *const *ops;

    for (ops = reorder_strategies; *ops; ops++) {
        if (strcmp((*ops)->name, name) == 0) {
            return *ops;
        }
    }
    return reorder_is_broken(name) ? &reorder_broken_swap : NULL;
}

bool reorder_is_broken(const char *name)
{
    return strcmp(name, reorder_broken_swap.name) == 0;
}
