/*
 * The list of strategies
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "strategy.h"

const ReorderOps *const reorder_strategies[] = {
    &reorder_hash_table, &reorder_hash_table_flag, &reorder_array_window,
    &reorder_bitmap,     &reorder_in_place,        NULL,
};

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
