/*
 * Models of what QEMU does by itself, behind the strategies' interface
 *
 * They are for replay, not for QEMU, and take what a correct device does: a
 * key that is not outstanding is not refused.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_MODELS_H
#define VQLAB_MODELS_H

#include "variants/strategy.h"

extern const ReorderOps reorder_model_off;
extern const ReorderOps reorder_model_qemu;

#endif /* VQLAB_MODELS_H */
