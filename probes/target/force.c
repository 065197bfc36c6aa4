// SPDX-License-Identifier: GPL-2.0-or-later
/* What tests force: see force.h. */
#include <glib.h>

#include "force.h"

bool vq_test_forces(const char *word)
{
	g_auto(GStrv) words = g_strsplit(g_getenv("VQPROBE_TEST") ?: "", ",", -1);

	return g_strv_contains((const char *const *)words, word);
}
