/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --props: properties of vqring's devices. */
#ifndef VQLAB_RING_PROPS_H
#define VQLAB_RING_PROPS_H

#include "options.h"

/*
 * Fills o->props with those of @props (NULL: none) that the device of o->load has on
 * o->qemu: one on a virtio-mmio bus lacks some that one of PCI has, which is said on standard
 * error.  The load does without features that are switched off.  False with BAD_INPUT when
 * they are no properties, or the load is made of what is switched off.
 */
bool settle_props(struct options *o, const char *props, GError **error);

#endif /* VQLAB_RING_PROPS_H */
