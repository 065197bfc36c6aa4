/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_SCREEN_H
#define VQLAB_PROBES_SHOW_SCREEN_H

#include <glib.h>
#include <stdbool.h>

/*
 * Text that is drawn over itself on stdout.  Of the terminal nothing is changed
 * but what it shows: no mode, no cursor that would have to be restored, however
 * the program ends.
 */
struct vq_screen {
	unsigned width, height; /* of the terminal */
	unsigned drawn;		/* lines, above the cursor */
};

/* Is stdout a terminal that can move its cursor?  If so, its size is taken. */
bool vq_screen_open(struct vq_screen *s);

/* Takes the size again and clears the terminal: to be called on SIGWINCH. */
void vq_screen_resized(struct vq_screen *s);

/* Draws @text, whole lines no wider than the terminal, in place of the last one. */
void vq_screen_draw(struct vq_screen *s, const char *text);

/* Takes away what was drawn last; other output can follow there. */
void vq_screen_erase(struct vq_screen *s);

#endif
