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

static const ReorderOps *find_unlisted(const char *name)
{
    static const ReorderOps *const broken[] = { &reorder_broken_swap,
                                                &reorder_broken_skip };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(broken); i++) {
        if (strcmp(name, broken[i]->name) == 0) {
            return broken[i];
        }
    }
    return reorder_planted(name);
}

const ReorderOps *reorder_find(const char *name)
{
    const ReorderOps *const *ops;

    for (ops = reorder_strategies; *ops; ops++) {
        if (strcmp((*ops)->name, name) == 0) {
            return *ops;
        }
    }
    return find_unlisted(name);
}

const ReorderOps *reorder_variant(const char *variant, bool *rounds)
{
    static const char suffix[] = "+round";
    bool has = g_str_has_suffix(variant, suffix);
    g_autofree char *name =
        g_strndup(variant, strlen(variant) - (has ? strlen(suffix) : 0));

    if (rounds) {
        *rounds = has;
    }
    return reorder_find(name);
}

bool reorder_is_unlisted(const char *name)
{
    return find_unlisted(name) != NULL;
}
