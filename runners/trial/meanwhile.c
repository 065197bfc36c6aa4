/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "meanwhile.h"
#include "runners/host/settings.h"
#include "runners/host/text.h"

#include <unistd.h>

/* A trial is a session of its own (worker.c). */
static void read_now(const struct trial *t, struct activity *a)
{
	activity_read(a, HOST_ROOT, getsid(0), t->qemu.child.pid);
}

JsonObject *meanwhile_now(const struct trial *t)
{
	JsonObject *settings = host_settings(HOST_ROOT), *o;
	struct activity a;

	read_now(t, &a);
	o = activity_json(&a);
	activity_clear(&a);
	if (t->bench->settings && host_settings_equal(settings, t->bench->settings))
		json_object_unref(settings);
	else
		json_object_set_object_member(o, "settings", settings);
	return o;
}

void meanwhile_begin(const struct trial *t, struct activity *begin)
{
	read_now(t, begin);
}

JsonObject *meanwhile_end(const struct trial *t, struct activity *begin)
{
	struct activity end;
	JsonObject *o;

	read_now(t, &end);
	o = activity_between(begin, &end);
	activity_clear(begin);
	activity_clear(&end);
	return o;
}
