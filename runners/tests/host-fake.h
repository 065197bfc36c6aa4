/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host that is made up: a folder with a /proc and a /sys, as runners/host/text.h reads them. */
#ifndef VQLAB_TESTS_HOST_FAKE_H
#define VQLAB_TESTS_HOST_FAKE_H

#include <glib.h>
#include <glib/gstdio.h>

#define CPU "/sys/devices/system/cpu"

/* Writes @text to the file @name below @root, whose folders are made. */
static inline void fake_bytes(const char *root, const char *name, const char *text, gssize len)
{
	g_autofree char *path = g_strconcat(root, name, NULL), *dir = g_path_get_dirname(path);
	g_autoptr(GError) e = NULL;

	g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
	g_file_set_contents(path, text, len, &e);
	g_assert_no_error(e);
}

static inline void fake(const char *root, const char *name, const char *text)
{
	fake_bytes(root, name, text, -1);
}

/* A new one, with nothing in it; remove_tree() and g_free() it. */
static inline char *fake_host(void)
{
	g_autoptr(GError) e = NULL;
	char *root = g_dir_make_tmp("vqlab-host-XXXXXX", &e);

	g_assert_no_error(e);
	return root;
}

#endif
