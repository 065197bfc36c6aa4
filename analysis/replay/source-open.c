// SPDX-License-Identifier: GPL-2.0-or-later
#include "source-open.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *fail(GError **error, const char *name, int err)
{
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "%s: %s", name, g_strerror(err));
	return NULL;
}

char *source_spool(GError **error)
{
	int fd = memfd_create("vqreplay", 0);
	char buf[65536];
	ssize_t n;

	if (fd < 0)
		return fail(error, "memfd_create", errno);
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) > 0) {
		if (write(fd, buf, n) != n) {
			fail(error, "standard input cannot be kept", errno ?: ENOSPC);
			close(fd);
			return NULL;
		}
	}
	if (n < 0) {
		fail(error, "standard input", errno);
		close(fd);
		return NULL;
	}
	return g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), fd);
}

/* Is it a trace?  Those begin with a zstd frame or with their magic. */
static int is_trace(const char *path, const char *name, GError **error)
{
	static const unsigned char zstd[4] = {0x28, 0xb5, 0x2f, 0xfd};
	unsigned char head[8] = {0};
	FILE *f = fopen(path, "re");
	struct stat st;
	size_t n;

	if (!f) {
		fail(error, name, errno);
		return -1;
	}
	if (fstat(fileno(f), &st) || S_ISDIR(st.st_mode)) {
		fail(error, name, S_ISDIR(st.st_mode) ? EISDIR : errno);
		fclose(f);
		return -1;
	}
	n = fread(head, 1, sizeof(head), f);
	fclose(f);
	return n >= sizeof(zstd) &&
	       (!memcmp(head, zstd, sizeof(zstd)) || !memcmp(head, "vqtrace", sizeof(head)));
}

struct source *source_open(const char *path, const char *name, const char *only, GError **error)
{
	int trace = is_trace(path, name, error);

	if (trace < 0)
		return NULL;
	if (trace)
		return trace_source(path, name, only, error);
	if (!only)
		return text_source(path, name, error);
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "--queue: %s is no trace", name);
	return NULL;
}
