/*
 * One used entry for a batch: what broken.c shares of it
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_BATCH_USED_H
#define VQLAB_BATCH_USED_H

#include "array-window.h"

/* ReorderOps */
int32_t batch_used_fill(Reorder *r, uint32_t key, const ReorderElem *elem);
int32_t batch_used_fill_short(Reorder *r, uint32_t key,
                              const ReorderElem *elem);
ReorderBatch batch_used_drain(Reorder *r);

#endif /* VQLAB_BATCH_USED_H */
