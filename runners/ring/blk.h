/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to virtio-blk, and what they must have done. */
#ifndef VQLAB_RING_BLK_H
#define VQLAB_RING_BLK_H

#include "device.h"

#define BLK_BLOCK 4096u

/* Fills @fd with CONTENT_OFFSETS; false with errno set. */
bool blk_fill(int fd, uint64_t bytes);

/*
 * Reads back each block that was written.  False when the device has been caught at
 * one that does not hold what was written last.
 */
bool blk_read_back(struct device *d);

#endif /* VQLAB_RING_BLK_H */
