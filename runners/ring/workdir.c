// SPDX-License-Identifier: GPL-2.0-or-later
#include "workdir.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "vqring-count-"

/* Locks the folder @path of ours; -1 with errno: it is none, or another has it locked. */
static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), e;
	struct stat st;

	if (fd < 0)
		return -1;
	errno = EPERM;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* What others left that were killed. */
static void remove_left(void)
{
	GDir *tmp = g_dir_open(g_get_tmp_dir(), 0, NULL);
	const char *name;

	while (tmp && (name = g_dir_read_name(tmp))) {
		g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
		int lock = g_str_has_prefix(name, PREFIX) ? lock_folder(path) : -1;

		if (lock < 0)
			continue;
		remove_tree(path);
		close(lock);
	}
	if (tmp)
		g_dir_close(tmp);
}

bool workdir_open(struct workdir *w, GError **error)
{
	remove_left();
	for (;;) {
		g_autoptr(GError) e = NULL;

		w->path = g_dir_make_tmp(PREFIX "XXXXXX", &e);
		if (!w->path) {
			g_set_error_literal(error, VQB_ERROR, VQB_FAILED, e->message);
			return false;
		}
		w->lock = lock_folder(w->path);
		/* Not every file system has locks; then nobody removes what was left. */
		if (w->lock < 0 && errno != EWOULDBLOCK && errno != ENOENT)
			return true;
		/* Another that starts may have taken it, not yet locked, for one that was left. */
		if (w->lock >= 0 && g_file_test(w->path, G_FILE_TEST_IS_DIR))
			return true;
		workdir_close(w);
	}
}

void workdir_close(struct workdir *w)
{
	remove_tree(w->path);
	if (w->lock >= 0)
		close(w->lock);
	g_clear_pointer(&w->path, g_free);
}
