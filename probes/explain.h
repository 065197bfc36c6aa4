/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_EXPLAIN_H
#define VQLAB_PROBES_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

#include "probes/watch/watch.h"

/*
 * Prints what was planned for @w, which was prepared: the binary, where the
 * struct offsets come from, and for each function the site, the instruction
 * there and the reason.  With @costs also what a call costs the watched process
 * there, in ns, as calibrated for @w, and what it would at the function's entry,
 * measured now.  False with @error if that cannot be measured.
 */
bool vq_explain(struct vq_watch *w, bool costs, FILE *f, GError **error);

#endif
