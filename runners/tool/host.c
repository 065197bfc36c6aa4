/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"
#include "clock.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/tool/text.h"

#define ROOM (256u << 10) /* what a trial can need at any time: logs, a report */
#define WHO_MAX 300

int64_t host_oom_kills(void)
{
	g_autofree char *text = read_file("/proc/vmstat", 1u << 20, NULL, NULL);
	const char *at = text ? strstr(text, "\noom_kill ") : NULL;

	return at ? g_ascii_strtoll(at + strlen("\noom_kill "), NULL, 10) : 0;
}

/* By doing it: a quota or a limit of inodes shows in no figure of free space. */
static bool check_room(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "room.tmp", NULL);
	g_autofree char *zeros = g_malloc0(ROOM);
	bool ok = write_file(path, zeros, ROOM, error);

	unlink(path);
	return ok;
}

bool host_failed(const char *dir, int64_t oom_kills, GError **error)
{
	if (!check_room(dir, error))
		return true;
	if (host_oom_kills() == oom_kills)
		return false;
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "this host ran out of memory, and the kernel killed a process: free some "
		    "memory, or let the plan's guest have less (memory_mib), then run the same "
		    "command again");
	return true;
}

int host_code(const char *words, int otherwise)
{
	static const int errors[] = {ENOSPC, EDQUOT, ENOMEM};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(errors); i++)
		if (strstr(words, g_strerror(errors[i])))
			return VQB_FAILED;
	return otherwise;
}

/*
 * Without O_CREAT first: in a sticky folder that all may write to, the kernel refuses
 * it, even to root, for a file of another user's.
 */
static int open_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd;
}

/* The one who has it may not have written its line yet. */
static char *read_who(int fd)
{
	char text[WHO_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	return n > 0 ? vq_text_clean(g_strchomp(strndupa(text, n)), -1, WHO_MAX, VQ_UTF8)
		     : g_strdup("a process that has not said more yet");
}

const char *host_lock_folder(void)
{
	return g_file_test("/run/lock", G_FILE_TEST_IS_DIR) ? "/run/lock" : "/tmp";
}

int host_lock(const char *folder, const char *run, char **who, GError **error)
{
	const char *dir = folder ? folder : host_lock_folder();
	g_autofree char *path = g_build_filename(dir, HOST_LOCK, NULL), *line = NULL;
	g_autofree char *when = utc_now(), *clean = vq_text_clean(run, -1, 200, VQ_UTF8);
	int fd = open_lock(path);

	*who = NULL;
	if (fd < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			*who = read_who(fd);
		else
			g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path,
				    g_strerror(errno));
		close(fd);
		return -1;
	}
	line = g_strdup_printf("pid %d since %s in %s\n", getpid(), when, clean);
	/* For people; the lock holds without it. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, line, strlen(line), 0) < 0)
		g_printerr("%s: %s\n", path, g_strerror(errno));
	return fd;
}

bool host_wait(const char *program, const char *run, bool (*pause)(void *data, int ms), void *data,
	       GError **error)
{
	g_autofree char *said = NULL; /* of whom */

	/* The descriptor stays open. */
	for (;;) {
		g_autofree char *who = NULL;

		if (host_lock(NULL, run, &who, error) >= 0)
			return true;
		if (!who)
			return false;
		if (g_strcmp0(who, said))
			fprintf(stderr,
				"%s: waiting for another that measures on this host (%s); "
				"--together does not wait, but each spoils what the other "
				"measures\n",
				program, who);
		g_free(said);
		said = g_steal_pointer(&who);
		if (pause(data, 1000))
			return false;
	}
}
