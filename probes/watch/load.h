/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_WATCH_LOAD_H
#define VQLAB_PROBES_WATCH_LOAD_H

#include <glib.h>

#include "probes/target/layout.h"
#include "probes/target/sites.h"

/*
 * Loads the BPF programs for @sites, to be attached in @way, with a ring of
 * @buffer_kib.  NULL with @error, which has the remedy, on failure.  Freed by
 * vqprobe_bpf__destroy.
 */
struct vqprobe_bpf *vq_watch_load(const struct vq_layout *layout, const struct vq_site *sites,
				  enum vq_way way, unsigned buffer_kib, GError **error);

/* What has been counted in the kernel by @from, which sends no more, goes on in @to. */
void vq_watch_carry(struct vqprobe_bpf *to, const struct vqprobe_bpf *from);

#endif
