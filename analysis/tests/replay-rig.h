/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of vqreplay's parts share: a folder of their own, short ways. */
#ifndef VQLAB_ANALYSIS_REPLAY_RIG_H
#define VQLAB_ANALYSIS_REPLAY_RIG_H

#include <glib/gstdio.h>
#include <stdlib.h>

#include "analysis/replay/write.h"
#include "analysis/replay/replay.h"

static char *folder;

static inline char *in_folder(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

/* Writes @s as text, and frees it. */
static inline char *as_text(struct source *s)
{
	g_autoptr(GError) error = NULL;
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	g_assert_true(ops_write_text(s, f, &error));
	g_assert_no_error(error);
	fclose(f);
	source_free(s);
	return out;
}

/* A replay of @s by @names, after the proof. */
static inline struct replay *proved(struct source *s, char **names)
{
	g_autoptr(GError) error = NULL;
	struct replay *r = replay_new(s, names, 1, &error);

	g_assert_no_error(error);
	g_assert_true(replay_prove(r, &error));
	return r;
}

/* g_test_run(), with the folder made before and removed after. */
static inline int run_in_folder(void)
{
	static const char *const names[] = {"ops", "trace.vqt"};
	int status;

	folder = g_dir_make_tmp("test-replay-XXXXXX", NULL);
	status = g_test_run();
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = in_folder(names[i]);

		g_unlink(path);
	}
	g_rmdir(folder);
	g_free(folder);
	return status;
}

#endif
