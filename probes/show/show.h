/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_SHOW_H
#define VQLAB_PROBES_SHOW_SHOW_H

#include "probes/live.h"

/* What is shown at each interval: of that interval alone. */
struct vq_show;

struct vq_show *vq_show_new(enum vq_live_output output);
void vq_show_free(struct vq_show *s);

/* Shows @watches (struct vq_watch *), @t seconds after the beginning. */
void vq_show(struct vq_show *s, const GPtrArray *watches, double t);

/* The terminal has another size. */
void vq_show_resized(struct vq_show *s);

/* Takes the table off the terminal: something else is to be printed. */
void vq_show_erase(struct vq_show *s);

/* @w will be freed; erases, too. */
void vq_show_forget(struct vq_show *s, const struct vq_watch *w);

#endif
