/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_DWARF_H
#define VQLAB_PROBES_TARGET_DWARF_H

#include <elfutils/libdwfl.h>
#include <glib.h>
#include <stdbool.h>

#include "probes/vqevent.h"

/*
 * Fills in @layout, but for the members that are learnt from the code only, from the
 * debug information of @mod.  False with @error if it has none, or not all of it.
 */
bool vq_layout_read(Dwfl_Module *mod, struct vq_layout *layout, GError **error);

#endif
