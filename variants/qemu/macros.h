/*
 * Macros that Coccinelle cannot see through by itself, beside QEMU's own
 * scripts/cocci-macro-file.h
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define QEMU_UNINITIALIZED
#define coroutine_mixed_fn
#define coroutine_fn
#define RCU_READ_LOCK_GUARD() do { } while (0)
