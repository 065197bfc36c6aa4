/*
 * Which used entries batch-used writes, case by case
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_BATCHES_H
#define VQLAB_BATCHES_H

/* A GTest function. */
void test_batches(void);

#endif /* VQLAB_BATCHES_H */
