// SPDX-License-Identifier: GPL-2.0-or-later
/* A device while it runs: what it was caught at, and its random numbers. */
#include "device.h"

#include <string.h>

const char *device_state_name(enum device_state state)
{
	static const char *const names[] = {"ok", "stalled", "broken", "crashed", "no-start"};

	return names[state];
}

uint64_t device_random(struct device *d)
{
	d->random ^= d->random >> 12;
	d->random ^= d->random << 25;
	d->random ^= d->random >> 27;
	return d->random * 2685821657736338717ull;
}

uint32_t load_pieces(struct device *d, uint32_t most)
{
	return d->load->mixed ? 1 + (device_random(d) >> 32) % most : most;
}

void device_catch(struct device *d, enum device_state state, const char *rule, char *why)
{
	GString *s = g_string_new(why);
	unsigned int i;

	g_free(why);
	if (d->state != DEVICE_OK) {
		g_string_free(s, TRUE);
		return;
	}
	d->state = state;
	d->rule = g_strdup(rule);
	for (i = 0; i < d->load->queues && state != DEVICE_NO_START; i++) {
		g_autofree char *looks = virtqueue_evidence(&d->lanes[i].ring);

		g_string_append_printf(s, "; queue %u: %s", d->lanes[i].index, looks);
	}
	if (state == DEVICE_STALLED || state == DEVICE_BROKEN) {
		g_autofree char *status = mmio_status(&d->mmio);

		g_string_append_printf(s, "; %s", status);
	}
	d->evidence = g_string_free(s, FALSE);
}
