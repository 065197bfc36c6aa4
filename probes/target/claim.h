/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_CLAIM_H
#define VQLAB_PROBES_TARGET_CLAIM_H

#include <glib.h>
#include <stdbool.h>

/*
 * A program's file, on which no other vqprobe puts probes meanwhile.
 *
 * The kernel keeps the probes of a file together.  At a hit it asks those of all
 * watchers, also of one that watches another process of that file; and from that one, whose
 * session is then not run, it takes the answer that the return is to be armed.  So what
 * one vqprobe has found not to be safe, another would arm, and that can end the process
 * (SIGILL).  The same holds for two of one process, of which the later has not seen the
 * call that the earlier one has noted.
 */
struct vq_claim;

/*
 * Claims the file @exe, a name in /proc; several watches of this process may.  NULL with
 * @error, which names the other process if it is known, if another has it and has it still
 * after @wait seconds, or if that cannot be told.  Given back by vq_claim_drop, which takes NULL,
 * or by the end of this process.
 */
struct vq_claim *vq_claim_take(const char *exe, double wait, GError **error);
void vq_claim_drop(struct vq_claim *c);

/*
 * May the file @exe be probed under another inode as well, which a claim does not see?
 * Overlays, which containers run from, have inodes of their own for one file.
 */
bool vq_claim_sees_half(const char *exe);

#endif
