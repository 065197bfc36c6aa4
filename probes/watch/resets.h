/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_RESETS_H
#define VQLAB_PROBES_RESETS_H

#include <stddef.h>

#include "probes/vqevent.h"

struct vq_watch;

/*
 * At the end of a window: resets that were entered in it, and of which no pop has
 * shown that they are over (bpf/resets.bpf.h).  Calls @fn with a VQ_QUEUE_RESET for each
 * queue of @w that has nothing in use, or whose process has ended.
 */
void vq_resets_finish(struct vq_watch *w,
		      void (*fn)(struct vq_watch *w, const struct vq_head *h, size_t size));

#endif
