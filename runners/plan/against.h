/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A developer's tree against a revision of it, with a plan's loads. */
#ifndef VQLAB_AGAINST_H
#define VQLAB_AGAINST_H

#include "plan.h"

/*
 * Replaces the variants of @p: base and tree, the revision @revision of the git tree @dir and
 * what lies in it now, each without order and, as base-qemu and tree-qemu, with QEMU's own.
 * base and base-qemu are the baseline.  Errors are VQB_BAD_INPUT.
 */
bool plan_against(struct plan *p, const char *dir, const char *revision, GError **error);

#endif /* VQLAB_AGAINST_H */
