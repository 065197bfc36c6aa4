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
 * Before attaching: the program's file is locked, for as long as the target is open, against
 * other watches of any process of it, unless all trust their guests.  For the kernel keeps the
 * probes of a file together.  At a hit it asks those of all watches, and of a session that is
 * limited to another process, which is not run then, it takes the answer that the return is to be
 * armed: a call within another, which this watch would not have armed, is.  (Sessions in all
 * processes of the file would be asked, but valgrind runs the code that it finds in a file's
 * memory, and would run their breakpoints.)  False with @error, which says who watches.
 */
bool vq_safe_claim(const struct vq_watch *w, bool trust_guest, GError **error);

#endif
