/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_LIVE_H
#define VQLAB_LIVE_H

#include "watch.h"

/*
 * Looks on until SIGINT or SIGTERM, which must be blocked, until the process
 * ends, or for @duration seconds if that is more than 0.  Prints a table each
 * @interval seconds, unless that is 0.
 */
void vq_live_run(struct vq_watch *w, double duration, double interval);

#endif
