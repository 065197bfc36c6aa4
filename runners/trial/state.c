/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state.h"

const char *trial_state(int code)
{
	switch (code) {
	case 0:
		return "ok";
	case VQB_STALLED:
		return "stalled";
	case VQB_CRASHED:
		return "crashed";
	case VQB_NO_START:
		return "failed-to-start";
	default:
		return "invalid";
	}
}

bool trial_counts(const struct trial *t)
{
	return t->slot && t->slot->kind == SLOT_DRIVER;
}

void phase_free(gpointer data)
{
	struct phase *ph = data;

	g_free(ph->reason);
	if (ph->strategy)
		json_object_unref(ph->strategy);
	if (ph->probe)
		json_node_unref(ph->probe);
	if (ph->driver)
		json_object_unref(ph->driver);
	if (ph->host)
		json_object_unref(ph->host);
	g_free(ph->trace);
	if (ph->faults)
		g_string_free(ph->faults, TRUE);
	g_free(ph);
}
