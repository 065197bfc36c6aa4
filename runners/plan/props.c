/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "props.h"

#include <string.h>

/* What the lab says of a device, and by which key of the plan, if any, it does. */
static const struct {
	const char *name, *how;
} taken[] = {
	{"id", NULL},
	{"bus", NULL},
	{"addr", NULL},
	{"drive", NULL},
	{"serial", NULL},
	{"netdev", NULL},
	{"mac", NULL},
	{"romfile", NULL},
	{"mq", "queues="},
	{"in_order", "strategy=qemu or off"},
	{"x-reorder", "strategy="},
	{"x-reorder-flush", "strategy=NAME+round"},
	{"x-reorder-force", NULL},
	{"packed", "rings="},
	{"queue-size", "queue_size="},
	{"rx_queue_size", "queue_size="},
	{"tx_queue_size", "queue_size="},
	{"iothread", "iothread="},
	{"iothread-vq-mapping", "iothread="},
};

char **plan_split_list(const char *value, const char *by)
{
	g_auto(GStrv) raw = g_strsplit_set(value, by, -1);
	GPtrArray *list = g_ptr_array_new();
	int i;

	for (i = 0; raw[i]; i++)
		if (*g_strstrip(raw[i]))
			g_ptr_array_add(list, g_strdup(raw[i]));
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

char **plan_props_list(const char *props)
{
	return plan_split_list(props ? props : "", ",");
}

char *plan_prop_name(const char *prop)
{
	return g_strndup(prop, strcspn(prop, "="));
}

int64_t plan_props_number(const char *props, const char *name, int64_t other)
{
	g_auto(GStrv) list = plan_props_list(props);
	int i;

	for (i = 0; list[i]; i++) {
		g_autofree char *is = plan_prop_name(list[i]);
		guint64 n;

		if (!strcmp(is, name) && g_ascii_string_to_unsigned(list[i] + strlen(is) + 1, 10, 0,
								    INT64_MAX, &n, NULL))
			return n;
	}
	return other;
}

static char *name_fault(const char *prop)
{
	g_autofree char *name = plan_prop_name(prop);
	size_t i, n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-.");

	if (!strchr(prop, '=') || !n || name[n] || !prop[n + 1])
		return g_strdup_printf("%s: not NAME=VALUE", prop);
	for (i = 0; i < G_N_ELEMENTS(taken); i++)
		if (!strcmp(taken[i].name, name))
			return g_strdup_printf("%s: the lab sets this property itself%s%s", name,
					       taken[i].how ? ": " : "",
					       taken[i].how ? taken[i].how : "");
	return NULL;
}

char *plan_props_fault(const char *props)
{
	g_auto(GStrv) list = plan_props_list(props);
	int i, k;

	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);
		char *why = name_fault(list[i]);

		for (k = 0; k < i && !why; k++) {
			g_autofree char *other = plan_prop_name(list[k]);

			if (!strcmp(name, other))
				why = g_strdup_printf("%s: given twice", name);
		}
		if (why)
			return why;
	}
	return NULL;
}
