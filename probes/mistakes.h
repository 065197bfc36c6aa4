/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MISTAKES_H
#define VQLAB_PROBES_MISTAKES_H

#include "arguments.h"

/* Why the options in @a make no sense together, with the remedy; NULL: they do. */
const char *vq_arguments_mistake(const struct vq_arguments *a);

#endif
