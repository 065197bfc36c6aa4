/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a replay found, as a table for the terminal and for mail. */
#ifndef VQLAB_ANALYSIS_REPLAY_TEXT_H
#define VQLAB_ANALYSIS_REPLAY_TEXT_H

#include "replay.h"

/* At most 72 columns; g_free() it. */
char *replay_text(const struct replay *r);

#endif
