/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of a unit test, as a file in a folder of its own. */
#ifndef VQLAB_TESTS_PLAN_FILE_H
#define VQLAB_TESTS_PLAN_FILE_H

#include "runners/plan/read.h"
#include "runners/tool/files.h"

#include <string.h>

static char *dir; /* made by begin() */

/* As the plan p.ini in it. */
static inline struct plan *load(const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "p.ini", NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return plan_load(path, error);
}

/* @text with line @line replaced (0: @with appended); the caller frees it. */
static inline char *with_line(const char *text, int line, const char *with)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	if (!line)
		return g_strconcat(text, with, "\n", NULL);
	g_free(lines[line - 1]);
	lines[line - 1] = g_strdup(with);
	return g_strjoinv("\n", lines);
}

static inline void begin(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	dir = g_dir_make_tmp("vqlab-plan-XXXXXX", NULL);
	g_assert_nonnull(dir);
}

/* Runs the tests; main()'s result. */
static inline int run_all(void)
{
	int rc = g_test_run();

	remove_tree(dir);
	g_free(dir);
	return rc;
}

#endif /* VQLAB_TESTS_PLAN_FILE_H */
