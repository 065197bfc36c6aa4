/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_DEVICE_H
#define VQLAB_PROBES_TARGET_DEVICE_H

#include "target.h"
#include "probes/vqevent.h"

/* Where the VirtIODevice at @vdev has its queue @index; 0 if that cannot be read. */
uint64_t vq_target_find_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vdev,
			      uint32_t index);

/*
 * Says which queue the VirtQueue at @vq is.  Returns false when there is none:
 * when it is not in its place among its device's queues, so that @l does not fit
 * this QEMU.  It is named by its address then, and likewise when the process has
 * gone, so that counts are never thrown away.
 */
bool vq_target_name_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			  struct vq_queue_event *e);

#endif
