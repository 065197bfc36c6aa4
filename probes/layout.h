/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_LAYOUT_H
#define VQLAB_LAYOUT_H

#include <stdbool.h>

#include <glib.h>
#include <elfutils/libdwfl.h>

#include "vqevent.h"

/*
 * Reads the offsets of struct vq_layout from the DWARF of @mod, which may be
 * in a separate file that libdwfl finds.  Returns false and sets @error when
 * there is none or when a struct or member is missing.
 */
bool vq_layout_read(Dwfl_Module *mod, struct vq_layout *layout, GError **error);

#endif
