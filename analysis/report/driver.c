// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver.h"

const char *const driver_part_names[DRIVER_PARTS] = {"add",    "kick",	    "get_buf",
						     "detach", "interrupt", "other"};

/* What Linux's driver calls once for each segment, where gcc has not inlined it. */
#define MAPS_A_SEGMENT "vring_map_one_sg"

static uint64_t read_segments(struct reader *r, JsonObject *o)
{
	JsonArray *functions = opt_array(r, o, "functions");
	uint64_t segments = 0;

	for (unsigned int i = 0; i < array_length(functions); i++) {
		JsonObject *f = array_object(r, functions, i, "functions");
		g_autofree char *name = need_string(r, f, "name");

		if (name && g_str_has_prefix(name, MAPS_A_SEGMENT))
			segments += need_count(r, f, "calls");
	}
	return segments;
}

struct driver *read_driver(struct reader *r, JsonObject *o)
{
	struct driver *d;
	JsonObject *parts;

	if (!o)
		return NULL;
	d = g_new0(struct driver, 1);
	parts = need_object(r, o, "parts");
	d->instructions = need_count(r, o, "instructions");
	d->requests = opt_count(r, o, "requests", 0);
	d->elements = opt_count(r, o, "elements", 0);
	d->interrupts = opt_count(r, o, "interrupts", UINT64_MAX);
	d->segments = read_segments(r, o);
	for (unsigned int i = 0; i < DRIVER_PARTS; i++)
		d->part[i] = need_count(r, parts, driver_part_names[i]);
	return d;
}
