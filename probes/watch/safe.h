/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_WATCH_SAFE_H
#define VQLAB_PROBES_WATCH_SAFE_H

#include "watch.h"

/*
 * Is the way in which @w will be probed safe for its process?  False with @error, which has
 * the remedy, if not; without sessions it is only if the guest is trusted.
 */
bool vq_safe_way(const struct vq_watch *w, bool trust_guest, GError **error);

/* Tells the programs, before they are attached, which process is theirs. */
struct vqprobe_bpf;
void vq_safe_tell_own(struct vqprobe_bpf *skel, const struct vq_identity *own);

#endif
