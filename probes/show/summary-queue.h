/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_SUMMARY_QUEUE_H
#define VQLAB_PROBES_SHOW_SUMMARY_QUEUE_H

#include <json-glib/json-glib.h>

#include "probes/model/model.h"

/*
 * Appends @q, all that the model knows of it, to the array that @b is within:
 * an element of a summary's "queues" (schema vqlab-probe-1).
 */
/* With @light there are no durations of pop and fill: null. */
void vq_queue_add_json(JsonBuilder *b, const struct vq_queue *q, bool light);

#endif
