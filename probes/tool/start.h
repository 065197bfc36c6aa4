/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_START_H
#define VQLAB_PROBES_TOOL_START_H

/*
 * The first thing that a program does, before it opens anything or starts a thread.
 * Descriptors 0 to 2 are open afterwards, on /dev/null where the caller closed them:
 * else the next file opened would be taken for standard error.  The locale is
 * C.UTF-8 (C where that lacks), here and in all programs started from here: vqlab
 * reads and writes numbers, and reads what others print.
 */
void vq_start(void);

#endif
