/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_DWARF_H
#define VQLAB_PROBES_TARGET_DWARF_H

#include <stdbool.h>

#include <glib.h>

#include "target.h"
#include "probes/vqevent.h"

/*
 * Finds the offsets of struct vq_layout: in the DWARF of the target's binary,
 * which may be in a separate file that libdwfl finds, or, when there is none,
 * by learning them from the code (learn.h).  @from says which: "DWARF" or
 * "code".  Returns false and sets @error when neither gives them all.
 */
bool vq_layout_find(struct vq_target *t, struct vq_layout *layout, const char **from,
		    GError **error);

/* As above, from DWARF only. */
bool vq_layout_read(Dwfl_Module *mod, struct vq_layout *layout, GError **error);

/*
 * Turns @layout, whose (span) members count from the start of their struct, to
 * spans.  False if these are larger than the BPF programs can read at once.
 */
bool vq_layout_make_spans(struct vq_layout *layout);

#endif
