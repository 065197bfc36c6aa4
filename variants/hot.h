/*
 * For what runs at each element: out of the way of hardening
 *
 * QEMU 9 and later are compiled to clear all scratch registers before a
 * function returns and all variables when they come to life.  That hardens
 * against code reuse and forgotten initialisation, and would cost functions of
 * a dozen instructions half as many more.
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VQLAB_HOT_H
#define VQLAB_HOT_H

#if defined(__has_attribute)
#if __has_attribute(zero_call_used_regs)
#define REORDER_HOT __attribute__((zero_call_used_regs("skip")))
#endif
/* Of a variable that is written before it is read. */
#if __has_attribute(uninitialized)
#define REORDER_UNSET __attribute__((uninitialized))
#endif
#endif
#ifndef REORDER_HOT
#define REORDER_HOT
#endif
#ifndef REORDER_UNSET
#define REORDER_UNSET
#endif

#endif /* VQLAB_HOT_H */
