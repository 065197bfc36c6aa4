// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver.h"

const char *const driver_part_names[DRIVER_PARTS] = {"add",    "kick",	    "get_buf",
						     "detach", "interrupt", "other"};

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
	for (unsigned int i = 0; i < DRIVER_PARTS; i++)
		d->part[i] = need_count(r, parts, driver_part_names[i]);
	return d;
}
