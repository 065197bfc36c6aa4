// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "text.h"

/* What a temporary file's name has behind that of the file: no user's would. */
#define TEMPORARY ".vqlab-"
#define RANDOM "XXXXXX"

/* All of @text into @fd; 0 or an errno. */
static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* a write of nothing sets no errno */
			return n < 0 ? errno : ENOSPC;
		text += n;
		len -= n;
	}
	return 0;
}

/* A file system may notice only now that it is full. */
static int close_checked(int fd, int err, bool sync)
{
	if (!err && sync && fsync(fd))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	return err;
}

static int write_in_place(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? errno : close_checked(fd, write_all(fd, text, len), false);
}

/* The descriptor of this process that @path names, or -1.  Opened by that name, a
 * file would be written from its beginning. */
static int own_descriptor(const char *path)
{
	static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};
	char *end;

	if (!strcmp(path, "/dev/stdout") || !strcmp(path, "-"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < G_N_ELEMENTS(folder); i++)
		if (g_str_has_prefix(path, folder[i])) {
			const char *number = path + strlen(folder[i]);
			unsigned long n = strtoul(number, &end, 10);

			if (g_ascii_isdigit(*number) && !*end && n <= INT_MAX)
				return n;
		}
	return -1;
}

static int write_to_descriptor(int fd, const char *text, size_t len)
{
	if (fd == STDOUT_FILENO && fflush(stdout))
		return errno;
	return write_all(fd, text, len);
}

/* What a new file would get. */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/*
 * Removes the file @name in @folder unless one who writes it has it locked.
 */
static void remove_unlocked(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(folder, name, 0);
	close(fd);
}

/* The temporary files of those that were killed while they wrote to @path. */
static void remove_abandoned(const char *path)
{
	g_autofree char *parent = g_path_get_dirname(path), *base = g_path_get_basename(path);
	g_autofree char *start = g_strconcat(base, TEMPORARY, NULL);
	DIR *dir = opendir(parent);
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (g_str_has_prefix(d->d_name, start) &&
		    strlen(d->d_name) == strlen(start) + strlen(RANDOM))
			remove_unlocked(dirfd(dir), d->d_name);
	if (dir)
		closedir(dir);
}

/* A new temporary file beside @path, locked: -1 with errno set.  @temp: its name. */
static int open_temporary(const char *path, char **temp)
{
	struct stat st;
	int fd;

	for (;;) {
		*temp = g_strconcat(path, TEMPORARY RANDOM, NULL);
		fd = mkostemp(*temp, O_CLOEXEC);
		if (fd < 0)
			return fd;
		/* Not on each file system; there nobody removes what he cannot lock. */
		flock(fd, LOCK_EX | LOCK_NB);
		/* Or somebody took it for abandoned before. */
		if (fstat(fd, &st) || st.st_nlink)
			return fd;
		close(fd);
		g_free(*temp);
	}
}

static int replace(const char *path, const char *text, size_t len, mode_t mode)
{
	g_autofree char *temp = NULL;
	int fd, err;

	remove_abandoned(path);
	fd = open_temporary(path, &temp);
	if (fd < 0)
		return errno;
	err = fchmod(fd, mode) ? errno : 0;
	err = close_checked(fd, err ?: write_all(fd, text, len), true);
	if (!err && rename(temp, path))
		err = errno;
	if (err)
		unlink(temp);
	return err;
}

/* Can @path have a temporary file beside it? */
static int try_replace(const char *path)
{
	g_autofree char *temp = NULL;
	int fd = open_temporary(path, &temp);

	return fd < 0 ? errno : close_checked(fd, unlink(temp) ? errno : 0, false);
}

/* Writes @text to @path, or, if it is NULL, looks whether that can begin. */
static int put(const char *path, const char *text, size_t len)
{
	char resolved[PATH_MAX];
	struct stat st;
	int fd = own_descriptor(path);

	if (fd >= 0)
		return text			? write_to_descriptor(fd, text, len)
		       : fcntl(fd, F_GETFD) < 0 ? errno
						: 0;
	if (stat(path, &st)) {
		if (errno != ENOENT)
			return errno;
		return text ? replace(path, text, len, new_mode()) : try_replace(path);
	}
	if (!S_ISREG(st.st_mode)) {
		if (!text)
			return S_ISDIR(st.st_mode) ? EISDIR : access(path, W_OK) ? errno : 0;
		return write_in_place(path, text, len);
	}
	if (!realpath(path, resolved))
		return errno;
	return text ? replace(resolved, text, len, st.st_mode & 07777) : try_replace(resolved);
}

static bool report(const char *path, int err, GError **error)
{
	if (err)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(err), "%s: %s%s", path,
			    g_strerror(err),
			    err == ENOSPC ? ": free some space, then do it again" : "");
	return !err;
}

bool vq_output_write(const char *path, const char *text, size_t len, GError **error)
{
	return report(path, put(path, text, len), error);
}

bool vq_output_check(const char *path, GError **error)
{
	return report(path, put(path, NULL, 0), error);
}

void vq_output_error(const char *tool, const char *message)
{
	g_autofree char *clean = vq_text_clean(message, -1, 8192, VQ_UTF8);

	fprintf(stderr, "%s: %s\n", tool, clean);
}

/* Of the first write to standard output that failed. */
static int stdout_errno;

bool vq_output_flush(void)
{
	if (fflush(stdout) && !stdout_errno)
		stdout_errno = errno;
	return !stdout_errno && !ferror(stdout);
}

int vq_output_finish(const char *tool, int status)
{
	bool ok = vq_output_flush();

	if (close(STDOUT_FILENO) && ok) {
		stdout_errno = errno;
		ok = false;
	}
	if (ok)
		return status;
	fprintf(stderr, "%s: standard output: %s\n", tool,
		stdout_errno ? g_strerror(stdout_errno) : "not all could be written");
	return status ?: 1;
}
