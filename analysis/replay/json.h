/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a replay found: text of at most 72 columns, and JSON. */
#ifndef VQLAB_ANALYSIS_REPLAY_JSON_H
#define VQLAB_ANALYSIS_REPLAY_JSON_H

#include <json-glib/json-glib.h>

#include "replay.h"

void replay_text(const struct replay *r, GString *out);

/* Did every strategy publish in order?  (The models do as QEMU does.) */
bool replay_good(const struct replay *r);

/* The schema is vqlab-replay-1; one object of its "sources". */
JsonNode *replay_json(const struct replay *r);

/* The whole file: @sources are nodes of replay_json(), and are taken. */
bool replay_write_json(const char *path, GPtrArray *sources, uint32_t seed, GError **error);

#endif
