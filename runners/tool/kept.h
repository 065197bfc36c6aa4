/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child says, kept in a file that never grows beyond KEPT_MAX: its beginning and the
 * newest, with a line between them that says how many bytes are left out.  A thread of this
 * process copies, so that a child which says more than that is neither stopped nor slowed.
 */
#ifndef VQLAB_KEPT_H
#define VQLAB_KEPT_H

#include "error.h"

#define KEPT_MAX (1u << 20) /* bytes */

struct kept;

/*
 * Makes the file @path anew.  *@fd is the end of a socket that children write to; the caller
 * closes it when they have it.  NULL with @error (VQB_FAILED) if there can be none.
 */
struct kept *kept_open(const char *path, int *fd, GError **error);

/*
 * Returns when all that was written before is in the file; what comes later is lost.  May be
 * called again.  NULL is allowed.
 */
void kept_end(struct kept *k);

/* Ends and frees it. */
void kept_free(struct kept *k);

#endif /* VQLAB_KEPT_H */
