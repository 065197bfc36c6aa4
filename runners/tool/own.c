/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "own.h"

#include <glib.h>
#include <unistd.h>

static char *own_folder(void)
{
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);

	return g_path_get_dirname(exe ? exe : ".");
}

char *own_file(const char *name)
{
	g_autofree char *dir = own_folder();
	g_autofree char *installed = g_build_filename(dir, "..", "lib", "vqlab", name, NULL);

	return access(installed, R_OK) ? g_build_filename(dir, name, NULL)
				       : g_steal_pointer(&installed);
}

char *own_script(const char *name)
{
	g_autofree char *dir = own_folder();
	g_autofree char *installed = g_build_filename(dir, "..", "share", "vqlab", name, NULL);

	return access(installed, R_OK) ? g_build_filename(dir, "..", name, NULL)
				       : g_steal_pointer(&installed);
}
