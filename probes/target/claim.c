// SPDX-License-Identifier: GPL-2.0-or-later
/* One vqprobe at a time on a program's file: a lock on that very file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "claim.h"
#include "probes/tool/vqerror.h"

#define POLL_US 20000 /* between two tries to lock */

struct vq_claim {
	dev_t dev;
	ino_t ino;
	int fd;
	unsigned holders; /* watches of this process */
};

/* Those that this process has. */
static GPtrArray *claims;

/* Who has a lock on the file @st; 0: not to be known. */
static int find_holder(const struct stat *st)
{
	FILE *f = fopen("/proc/locks", "re");
	char line[200];
	int pid, found = 0;
	unsigned major, minor;
	uint64_t ino;

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%" SCNu64, &pid, &major, &minor,
			   &ino) == 4 &&
		    ino == st->st_ino && makedev(major, minor) == st->st_dev)
			found = pid;
	if (f)
		fclose(f);
	return MAX(found, 0);
}

static void set_taken(const struct stat *st, GError **error)
{
	int holder = find_holder(st);
	g_autofree char *who =
		holder ? g_strdup_printf("process %d", holder) : g_strdup("another process");

	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
		    "%s has locked this program's file, as a vqprobe does that watches it: "
		    "probes of two can end a QEMU: wait for that one, or watch all with one "
		    "(-p PID,PID)",
		    who);
}

/* Locks @fd, in @wait seconds at the latest; or errno. */
static bool lock_file(int fd, double wait)
{
	gint64 end = g_get_monotonic_time() + (gint64)(wait * 1e6);

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || g_get_monotonic_time() >= end)
			return false;
		g_usleep(POLL_US);
	}
	return true;
}

struct vq_claim *vq_claim_take(const char *exe, double wait, GError **error)
{
	struct vq_claim *c;
	struct stat st;
	int fd = open(exe, O_RDONLY | O_CLOEXEC);

	if (!claims)
		claims = g_ptr_array_new();
	if (fd < 0 || fstat(fd, &st))
		goto fail;
	for (guint i = 0; i < claims->len; i++) {
		c = claims->pdata[i];
		if (c->dev == st.st_dev && c->ino == st.st_ino) {
			close(fd);
			c->holders++;
			return c;
		}
	}
	if (!lock_file(fd, wait)) {
		if (errno != EWOULDBLOCK)
			goto fail;
		set_taken(&st, error);
		close(fd);
		return NULL;
	}
	c = g_new0(struct vq_claim, 1);
	*c = (struct vq_claim){st.st_dev, st.st_ino, fd, 1};
	g_ptr_array_add(claims, c);
	return c;
fail:
	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
		    "%s: cannot be locked: %s: another vqprobe could be on it, unseen", exe,
		    g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return NULL;
}

void vq_claim_drop(struct vq_claim *c)
{
	if (!c || --c->holders)
		return;
	g_ptr_array_remove_fast(claims, c);
	close(c->fd);
	g_free(c);
}

bool vq_claim_sees_half(const char *exe)
{
	struct statfs fs;

	return statfs(exe, &fs) || fs.f_type == OVERLAYFS_SUPER_MAGIC;
}
