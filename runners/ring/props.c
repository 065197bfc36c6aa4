// SPDX-License-Identifier: GPL-2.0-or-later
#include "props.h"
#include "runners/machine/props.h"
#include "runners/plan/props.h"

#include <stdio.h>
#include <string.h>

/* Is @name switched off in @list?  Of bool, QEMU takes these words. */
static bool is_off(char **list, const char *name)
{
	static const char *const words[] = {"off", "false", "no", "n"};
	size_t i;

	for (; *list; list++)
		for (i = 0; i < G_N_ELEMENTS(words); i++) {
			g_autofree char *off = g_strdup_printf("%s=%s", name, words[i]);

			if (!strcmp(*list, off))
				return true;
		}
	return false;
}

bool settle_props(struct options *o, const char *props, GError **error)
{
	const char *type = load_is_net(o->load.kind) ? "virtio-net-device" : "virtio-blk-device";
	g_autofree char *why = plan_props_fault(props), *help = NULL;
	g_auto(GStrv) list = plan_props_list(props);
	int i;

	o->props = g_strdup("");
	if (why) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "--props: %s", why);
		return false;
	}
	if (!list[0])
		return true;
	if (o->load.ring.indirect && is_off(list, "indirect_desc")) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "--indirect: --props switches indirect_desc off");
		return false;
	}
	help = qemuinfo_help(&o->qemu, type, error);
	if (!help)
		return false;
	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);

		if (!props_has(help, name))
			fprintf(stderr, "vqring: --props: %s: %s has no such property\n", name,
				type);
	}
	g_free(o->props);
	o->props = props_of(props, help);
	if (is_off(list, "event_idx"))
		o->load.ring.event_idx = false;
	return true;
}
