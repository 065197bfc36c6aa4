// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A folder in TMPDIR for what valgrind and the jobs write.  It is locked as long as this process,
 * or one that it forked, is there.  One that was killed leaves its folder; the next one removes it.
 */
#ifndef VQLAB_RING_WORKDIR_H
#define VQLAB_RING_WORKDIR_H

#include "runners/tool/error.h"

struct workdir {
	char *path;
	int lock; /* the folder, open; or -1 */
};

/* False with @error (VQB_FAILED) if there can be none; then nothing need be closed. */
bool workdir_open(struct workdir *w, GError **error);

/* Removes the folder and all below it. */
void workdir_close(struct workdir *w);

#endif /* VQLAB_RING_WORKDIR_H */
