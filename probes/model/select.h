/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_SELECT_H
#define VQLAB_PROBES_MODEL_SELECT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Which queues are meant; what is NULL takes all. */
struct vq_select {
	const char *device, *type; /* patterns, with * and ? */
	const char *queues;	   /* numbers and ranges: "0,2-5" */
};

/* Is @text such a list? */
bool vq_select_is_list(const char *text);

/* Is queue @index of @device, of @type, among them? */
bool vq_select_has(const struct vq_select *s, const char *device, const char *type, uint32_t index);

#endif
