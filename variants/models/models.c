/*
 * The list of models
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "models.h"

const ReorderOps *const reorder_models[] = {
    &reorder_model_off,
    &reorder_model_qemu,
    NULL,
};
