// SPDX-License-Identifier: GPL-2.0-or-later
/* Would probes do no harm?  See the manual page, SAFETY. */
#include "safe.h"
#include "probes/tool/vqerror.h"
#include "probes/vqprobe.skel.h"

bool vq_safe_way(const struct vq_watch *w, bool trust_guest, GError **error)
{
	if (w->way != VQ_WAY_SESSION && !trust_guest) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "this kernel has no uprobe sessions (Linux 6.13): with return probes "
			    "a guest that puts buffers into a device's memory can make its QEMU "
			    "crash; if your guests do not, say --trust-guest");
		return false;
	}
	/* A session is in the other processes of the program, too. */
	if ((w->way == VQ_WAY_SESSION || vq_target_has_seccomp(w->target)) && vq_seccomp_kills()) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "process %d is under seccomp (-sandbox), or others of this program may "
			    "be, and this kernel comes back from a probe by a system call which a "
			    "filter may refuse, which would end the process: Linux 6.14 or later%s "
			    "is needed",
			    w->pid, w->way == VQ_WAY_SESSION ? "" : ", or a QEMU without -sandbox");
		return false;
	}
	return true;
}

void vq_safe_tell_own(struct vqprobe_bpf *skel, const struct vq_identity *own)
{
	skel->bss->own_tgid = own->tgid;
	skel->bss->own_ns_dev = own->ns_dev;
	skel->bss->own_ns_ino = own->ns_ino;
}
