/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a replay found, as JSON for vqreport. */
#ifndef VQLAB_ANALYSIS_REPLAY_JSON_H
#define VQLAB_ANALYSIS_REPLAY_JSON_H

#include <json-glib/json-glib.h>

#include "replay.h"

/* The schema is vqlab-replay-1; one object of its "sources". */
JsonNode *replay_json(const struct replay *r);

/* The whole file: @sources are nodes of replay_json(), and are taken. */
bool replay_write_json(const char *path, GPtrArray *sources, uint32_t seed, GError **error);

#endif
