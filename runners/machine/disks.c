/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disks.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK (1u << 20)

/* nbdkit's threads: more than any queue holds requests, so that it never adds
 * a queue of its own in front of the service times. */
#define SERVER_THREADS "128"

static bool open_server(struct disk *d, const char *plugin, uint64_t seed, const char *dir,
			GError **error)
{
	const struct plan_disk *p = d->plan;
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *log = g_strdup_printf("%s/nbdkit-%s.log", dir, p->name);
	struct spawn s = {.unprivileged = true};
	int pair[2], plugin_fd, log_fd = -1;
	bool ok;

	plugin_fd = open(plugin, O_RDONLY | O_CLOEXEC);
	if (plugin_fd < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s: make all builds it", plugin,
			    g_strerror(errno));
		return false;
	}
	/* A line for each request that cannot be, of which a QEMU may send any number. */
	d->log = kept_open(log, &log_fd, error);
	if (!d->log) {
		close(plugin_fd);
		return false;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "socketpair: %s", g_strerror(errno));
		close(plugin_fd);
		close(log_fd);
		return false;
	}
	g_ptr_array_add(argv, g_strdup("nbdkit"));
	g_ptr_array_add(argv, g_strdup("--single"));
	g_ptr_array_add(argv, g_strdup("--foreground"));
	g_ptr_array_add(argv, g_strdup("--threads=" SERVER_THREADS));
	/* By descriptor: nobody may not walk to where the plugin lies. */
	g_ptr_array_add(argv, g_strdup_printf("/proc/self/fd/%d", plugin_fd));
	g_ptr_array_add(argv, g_strdup_printf("size=%" PRId64 "M", p->size_mib));
	g_ptr_array_add(argv, g_strdup_printf("service=%s", p->service));
	g_ptr_array_add(argv, g_strdup_printf("base_us=%" PRId64, p->base_us));
	/* The plugin refuses what its distribution does not use. */
	if (p->tail_us)
		g_ptr_array_add(argv, g_strdup_printf("tail_us=%" PRId64, p->tail_us));
	if (p->tail_permille)
		g_ptr_array_add(argv, g_strdup_printf("tail_permille=%" PRId64, p->tail_permille));
	g_ptr_array_add(argv, g_strdup_printf("seed=%" PRIu64, seed));
	if (p->hang_after)
		g_ptr_array_add(argv, g_strdup_printf("hang_after=%" PRId64, p->hang_after));
	g_ptr_array_add(argv, NULL);
	s.argv = (const char *const *)argv->pdata;
	s.in = s.out = pair[0];
	s.err = log_fd;
	s.keep = &plugin_fd;
	s.n_keep = 1;
	ok = spawn(&d->server, &s, error);
	close(pair[0]);
	close(plugin_fd);
	close(log_fd);
	d->fd = pair[1];
	return ok;
}

/*
 * Each 8-byte word holds its own offset: nothing on the file is a hole, and
 * nothing compresses to one.
 */
static bool fill_file(int fd, int64_t size)
{
	g_autofree uint64_t *chunk = g_malloc(CHUNK);
	int64_t at;
	unsigned int i;

	for (at = 0; at < size; at += CHUNK) {
		for (i = 0; i < CHUNK / 8; i++)
			chunk[i] = at + i * 8;
		if (!write_all(fd, chunk, CHUNK))
			return false;
	}
	return true;
}

static bool open_file(struct disk *d, const char *dir, GError **error)
{
	int64_t size = d->plan->size_mib << 20;

	d->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (d->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		g_autofree char *path = g_strdup_printf("%s/disk-XXXXXX", dir);

		d->fd = mkostemp(path, O_CLOEXEC);
		if (d->fd >= 0)
			unlink(path);
	}
	if (d->fd >= 0 && fill_file(d->fd, size))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "cannot make a disk file of %" PRId64 " MiB in %s: %s%s", d->plan->size_mib,
		    dir, g_strerror(errno),
		    errno == ENOSPC ? ": free some space, then run the same command again" : "");
	return false;
}

bool disk_open(struct disk *d, const struct plan_disk *plan, const char *plugin, uint64_t seed,
	       const char *dir, GError **error)
{
	bool ok;

	memset(d, 0, sizeof(*d));
	d->plan = plan;
	d->fd = -1;
	ok = strcmp(plan->backend, "file") ? open_server(d, plugin, seed, dir, error)
					   : open_file(d, dir, error);
	if (!ok)
		disk_close(d);
	return ok;
}

void disk_handed_over(struct disk *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

void disk_close(struct disk *d)
{
	disk_handed_over(d);
	child_end(&d->server, SIGKILL, 0);
	kept_free(d->log);
	d->log = NULL;
}
