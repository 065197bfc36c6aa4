/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_SHOW_H
#define VQLAB_PROBES_SHOW_SHOW_H

#include "summary.h"

enum vq_live_output {
	VQ_LIVE_NOTHING,
	VQ_LIVE_TABLE, /* drawn over itself; lines if stdout is no terminal */
	VQ_LIVE_LINES, /* lines, also on a terminal */
	VQ_LIVE_JSON,  /* a line of JSON at each interval */
};

/* What is shown at each interval: of that interval alone. */
struct vq_show;

struct vq_show *vq_show_new(enum vq_live_output output);
void vq_show_free(struct vq_show *s);

/*
 * Shows the @n watches that @sums are of, as they are now, @t seconds after the
 * beginning, at @real_ns by the clock on the wall.  A watch is known again by its model.
 */
void vq_show(struct vq_show *s, const struct vq_summary *sums, unsigned n, double t,
	     uint64_t real_ns);

/* The terminal has another size. */
void vq_show_resized(struct vq_show *s);

/* Takes the table off the terminal: something else is to be printed. */
void vq_show_erase(struct vq_show *s);

/* The watch of @model is over, and the model will be freed; erases, too. */
void vq_show_forget(struct vq_show *s, const struct vq_model *model);

#endif
