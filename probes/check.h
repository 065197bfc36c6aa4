/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_CHECK_H
#define VQLAB_PROBES_CHECK_H

#include <glib.h>
#include <stdbool.h>

/*
 * Tries what vqprobe needs of this host and, one after the other, of the
 * processes @found (struct vq_found *).  Prints a line for each to stdout: ok,
 * limited or missing, what was found, and the remedy.  Probes are put on this
 * process only.  True if nothing is missing.
 */
bool vq_check(const GPtrArray *found);

#endif
