/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_WATCH_SAFE_H
#define VQLAB_PROBES_WATCH_SAFE_H

#include "watch.h"

/*
 * Is the way in which @w will be probed safe for its process?  False with @error, which has
 * the remedy, if not; without sessions it is only if the guest is trusted.
 */
bool vq_safe_way(const struct vq_watch *w, bool trust_guest, GError **error);

/*
 * Before attaching: no other vqprobe is on the program's file, and where this one may watch
 * several processes of it, sessions are to run in all of them, so that each is asked (see
 * target/claim.h).  False with @error if that cannot be had.
 */
bool vq_safe_claim(struct vq_watch *w, const struct vq_watch_options *o, GError **error);

/* Tells the programs of @w, before they are attached, which process is theirs. */
void vq_safe_own(struct vq_watch *w);

#endif
