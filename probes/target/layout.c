// SPDX-License-Identifier: GPL-2.0-or-later
/* Struct offsets, from whatever of the target tells them. */
#include "dwarf.h"
#include "force.h"
#include "layout.h"
#include "learn.h"

bool vq_layout_find(struct vq_target *t, struct vq_layout *layout, const char **from,
		    GError **error)
{
	Dwarf_Addr bias;

	if (!vq_test_forces("code") && dwfl_module_getdwarf(t->mod, &bias)) {
		*from = "DWARF";
		return vq_layout_read(t->mod, layout, error);
	}
	*from = "code";
	return vq_layout_learn(t, layout, error);
}
