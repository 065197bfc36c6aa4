/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vqring prints and writes; RING.md describes the JSON. */
#ifndef VQLAB_RING_REPORT_H
#define VQLAB_RING_REPORT_H

#include "options.h"
#include "runners/tool/json.h"

/* The beginning of both reports: tool, QEMU, load.  @b is in its root object. */
void report_begin(JsonBuilder *b, const struct options *o, const char *command);

/* The JSON of vqring run; the caller frees it. */
JsonNode *report_run(const struct options *o, GPtrArray *boots);

/* The table of vqring run on standard output; true if no device was caught. */
bool report_run_table(const struct options *o, GPtrArray *boots);

#endif /* VQLAB_RING_REPORT_H */
