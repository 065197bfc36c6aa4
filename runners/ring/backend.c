// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend.h"

#include <string.h>

#define VHOST_USER "vhost-user="
#define VHOST_VDPA "vhost-vdpa="

const char *backend_refuse(const char *backend)
{
	const char *path = backend ? strchr(backend, '=') : NULL;

	if (!backend)
		return NULL;
	if (!g_str_has_prefix(backend, VHOST_USER) && !g_str_has_prefix(backend, VHOST_VDPA))
		return "--backend is " VHOST_USER "PATH or " VHOST_VDPA "PATH";
	if (!path[1])
		return "--backend: its path is empty";
	/* It would begin an option of QEMU's. */
	return strchr(path, ',') ? "--backend: a path with a comma" : NULL;
}

void backend_push(GPtrArray *argv, const char *backend, const char *label, unsigned int number)
{
	g_autofree char *digits = g_strdup_printf("%u", number);
	g_auto(GStrv) parts = g_strsplit(strchr(backend, '=') + 1, "%", -1);
	g_autofree char *path = g_strjoinv(digits, parts);

	if (g_str_has_prefix(backend, VHOST_USER)) {
		g_ptr_array_add(argv, g_strdup("-chardev"));
		g_ptr_array_add(argv, g_strdup_printf("socket,id=vhost-%s,path=%s", label, path));
		g_ptr_array_add(argv, g_strdup("-netdev"));
		g_ptr_array_add(argv, g_strdup_printf("vhost-user,id=net-%s,chardev=vhost-%s",
						      label, label));
		return;
	}
	g_ptr_array_add(argv, g_strdup("-netdev"));
	g_ptr_array_add(argv,
			g_strdup_printf("vhost-vdpa,id=net-%s,vhostdev=%s,x-svq=on", label, path));
}
