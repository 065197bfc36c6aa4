/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_LAYOUT_H
#define VQLAB_PROBES_TARGET_LAYOUT_H

#include <stdbool.h>

#include <glib.h>

#include "target.h"
#include "probes/vqevent.h"

/*
 * Finds the offsets of struct vq_layout: in the DWARF of the target's binary,
 * which may be in a separate file that libdwfl finds (dwarf.h), or, when there is
 * none, by learning them from the code (learn.h).  @from says which: "DWARF" or
 * "code".  Returns false and sets @error when neither gives them all.
 */
bool vq_layout_find(struct vq_target *t, struct vq_layout *layout, const char **from,
		    GError **error);

#endif
