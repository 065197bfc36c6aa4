/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/tool/output.h"
#include "probes/tool/text.h"

char *read_file(const char *path, size_t max, size_t *len, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = fd < 0 ? errno : 0;
	GByteArray *all = g_byte_array_new();
	char chunk[65536];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = errno;
			break;
		}
		g_byte_array_append(all, (guint8 *)chunk, n);
		if (all->len > max)
			break;
	}
	if (err || all->len > max) {
		if (err)
			g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(err));
		else
			g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: longer than %zu bytes", path,
				    max);
		if (fd >= 0)
			close(fd);
		g_byte_array_unref(all);
		return NULL;
	}
	close(fd);
	if (len)
		*len = all->len;
	g_byte_array_append(all, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(all, FALSE);
}

bool write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool write_file(const char *path, const char *text, size_t len, GError **error)
{
	g_autoptr(GError) e = NULL;

	if (vq_output_write(path, text, len, &e))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s", e->message);
	return false;
}

bool scratch_open(struct scratch *s, GError **error)
{
	int fd = memfd_create("scratch", MFD_CLOEXEC);

	if (fd < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "no file in memory: %s",
			    g_strerror(errno));
		return false;
	}
	s->fd = fd;
	s->path = g_strdup_printf("/proc/%d/fd/%d", getpid(), fd);
	return true;
}

void scratch_close(struct scratch *s)
{
	if (s->path)
		close(s->fd);
	g_clear_pointer(&s->path, g_free);
}

void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static bool sync_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool sync_files(const char *path, GError **error)
{
	DIR *dir = opendir(path);
	const char *name = "";
	struct dirent *d;
	struct stat st;
	bool ok = dir != NULL;

	while (ok && (d = readdir(dir))) {
		name = d->d_name;
		ok = fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		     (!S_ISREG(st.st_mode) || sync_file(dirfd(dir), name));
	}
	if (!ok)
		g_set_error(
			error, VQB_ERROR, VQB_FAILED, "%s/%s: %s%s", path, name, g_strerror(errno),
			errno == ENOSPC ? ": free some space; then the same command goes on" : "");
	if (dir)
		closedir(dir);
	if (ok)
		sync_folder(path);
	return ok;
}

void remove_tree(const char *path)
{
	DIR *dir;
	struct dirent *d;
	struct stat st;

	if (lstat(path, &st) < 0)
		return;
	if (!S_ISDIR(st.st_mode)) {
		unlink(path);
		return;
	}
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		g_autofree char *sub = NULL;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		sub = g_build_filename(path, d->d_name, NULL);
		remove_tree(sub);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

char *last_line(const char *path)
{
	char tail[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	ssize_t n = -1;
	char *line;

	if (fd >= 0) {
		n = pread(fd, tail, sizeof(tail),
			  size > (off_t)sizeof(tail) ? size - sizeof(tail) : 0);
		close(fd);
	}
	while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == '\r' || tail[n - 1] == ' '))
		n--;
	if (n <= 0)
		return g_strdup("");
	line = memrchr(tail, '\n', n);
	line = line ? line + 1 : tail;
	return vq_text_clean(line, tail + n - line, 200, VQ_ASCII);
}
