// SPDX-License-Identifier: GPL-2.0-or-later
/* Would probes do no harm?  See the manual page, SAFETY. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "safe.h"
#include "probes/tool/vqerror.h"

bool vq_safe_way(const struct vq_watch *w, bool trust_guest, GError **error)
{
	if (w->way != VQ_WAY_SESSION && !trust_guest) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "this kernel has no uprobe sessions (Linux 6.13): with return probes "
			    "a guest that puts buffers into a device's memory can make its QEMU "
			    "crash; if your guests do not, say --trust-guest");
		return false;
	}
	if (vq_target_has_seccomp(w->target) && vq_seccomp_kills()) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "process %d is under seccomp (-sandbox), and this kernel comes back "
			    "from a probe by a system call which a filter may refuse, which would "
			    "end the process: Linux 6.14 or later, or a QEMU without -sandbox is "
			    "needed",
			    w->pid);
		return false;
	}
	return true;
}

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

bool vq_safe_claim(const struct vq_watch *w, bool trust_guest, GError **error)
{
	g_autofree char *who = NULL;
	struct stat st;
	int err, holder;

	if (w->way != VQ_WAY_SESSION ||
	    !flock(w->target->file, (trust_guest ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return true;
	err = errno;
	if (err != EWOULDBLOCK && trust_guest) /* as on some network file systems */
		return true;
	holder = err == EWOULDBLOCK && !fstat(w->target->file, &st) ? find_holder(&st) : 0;
	who = holder == getpid() ? g_strdup("another process of this program is watched, too")
	      : holder		 ? g_strdup_printf("process %d watches one of this program", holder)
	      : err == EWOULDBLOCK ? g_strdup("another watches one of this program")
				   : g_strdup_printf("%s cannot be locked (%s), and another may "
						     "watch one of this program",
						     w->target->path, g_strerror(err));
	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
		    "%s: with the probes of both a guest that puts buffers into a device's memory "
		    "can make its QEMU crash; if your guests do not, say --trust-guest%s",
		    who, holder && holder != getpid() ? ", there and here" : "");
	return false;
}
